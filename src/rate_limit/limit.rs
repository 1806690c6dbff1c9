//! One limit: a quota, what is counted here, and what Redis is to be told of it.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use super::sketch::Sketch;
use super::{Quota, Standing, Subject};
use crate::entropy::Entropy;

/// In place of a count: what was counted is forgotten.
pub const FORGET: i32 = -1;
/// Of how many Redis is told at a time. Of others it is not told; they are counted here.
const MOST_TOLD: usize = 10_000;

/// A limit.
#[derive(Debug)]
pub struct Limit {
    quota: Quota,
    sketch: Sketch,
    /// What was let through since Redis was last told.
    told: Mutex<HashMap<Subject, i32>>,
}

impl Limit {
    /// A limit that nobody has come near.
    pub fn new(quota: Quota, entropy: &dyn Entropy) -> Self {
        Self { quota, sketch: Sketch::new(entropy), told: Mutex::default() }
    }

    /// What it allows.
    pub const fn quota(&self) -> Quota {
        self.quota
    }

    /// How somebody stands.
    pub fn standing(&self, subject: &Subject, now: u64, share: u32) -> Standing {
        self.quota.standing(self.sketch.paid_at(subject).saturating_sub(now), share)
    }

    /// Counts somebody, if they may ask. Requests that come at the same instant may all find that there
    /// is one left: at most as many as there are threads, and all are counted.
    pub fn admit(&self, subject: &Subject, now: u64, share: u32) -> Standing {
        let standing = self.standing(subject, now, share);
        if standing.is_admitted {
            self.add(subject, now, share);
        }
        standing.after_one(share)
    }

    /// Counts somebody.
    pub fn add(&self, subject: &Subject, now: u64, share: u32) {
        self.sketch.add(subject, now, self.quota.cost(share));
    }

    /// Forgets what was counted for somebody. True where there was something.
    pub fn forget(&self, subject: &Subject, now: u64) -> bool {
        let is_owing = self.sketch.paid_at(subject) > now;
        if is_owing {
            self.sketch.clear(subject, now);
        }
        is_owing
    }

    /// Hears that somebody owed so many microseconds at some moment.
    pub fn raise(&self, subject: &Subject, at: u64, debt: u64) {
        self.sketch.raise(subject, at.saturating_add(debt));
    }

    /// Notes what Redis is to be told. True for the first thing.
    pub fn tell(&self, subject: &Subject, count: i32) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = told.is_empty();
        if let Some(known) = told.get_mut(subject) {
            *known = if count == FORGET { FORGET } else { known.saturating_add(count).max(1) };
        } else if told.len() < MOST_TOLD {
            told.insert(*subject, count);
        }
        is_first
    }

    /// Takes what Redis is to be told.
    pub fn take(&self) -> Vec<(Subject, i32)> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        mem::take(&mut *told).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::entropy::CountingEntropy;

    #[test]
    fn redis_is_told_of_as_many_as_it_can_be() {
        let quota = Quota::of(10, Duration::from_mins(1)).unwrap();
        let limit = Limit::new(quota, &CountingEntropy::from(1));
        let one = Subject::of_key("one");
        assert!(limit.tell(&one, 1));
        assert!(!limit.tell(&one, 1));
        assert_eq!(limit.take(), [(one, 2)]);
        assert!(limit.tell(&one, FORGET));
        limit.tell(&one, 1);
        assert_eq!(limit.take(), [(one, 1)]);
        for key in 0..2 * MOST_TOLD {
            limit.tell(&Subject::of_key(&key.to_string()), 1);
        }
        assert_eq!(limit.take().len(), MOST_TOLD);
        assert!(limit.take().is_empty());
    }
}
