//! When the primary came to which number, as far as this process heard: what lag is measured against.
//!
//! A standby's own word on its lag says nothing where it is cut off, since it does not know what it
//! misses; nor do the clocks of two servers agree. So the lag of a replica is how long ago, on our
//! stopwatch, the primary first had a change that the replica does not show.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::content_clock::{AsOf, Epoch};

/// How many steps are remembered.
const STEPS: usize = 4096;
/// Steps closer than this are one: so the steps reach back forty seconds at least.
const STEP: Duration = Duration::from_millis(10);

/// The clock of the primary, and how it came there.
#[derive(Debug, Default)]
pub(super) struct PrimaryClock(Mutex<Option<Heard>>);

#[derive(Debug)]
struct Heard {
    epoch: Epoch,
    /// Numbers, and when the first number above the one before was heard. Never empty.
    steps: VecDeque<(u64, Duration)>,
}

impl PrimaryClock {
    /// The primary stands there now. A new epoch forgets what was before.
    pub fn hear(&self, as_of: AsOf, now: Duration) {
        let mut heard = self.lock();
        let first = Heard { epoch: as_of.epoch, steps: VecDeque::from([(as_of.seq, now)]) };
        let Some(known) = heard.as_mut().filter(|known| known.epoch == as_of.epoch) else {
            *heard = Some(first);
            return;
        };
        match known.steps.back_mut() {
            Some((seq, _)) if as_of.seq <= *seq => {}
            Some((seq, at)) if now.saturating_sub(*at) < STEP => *seq = as_of.seq,
            _ => known.steps.push_back((as_of.seq, now)),
        }
        if known.steps.len() > STEPS {
            known.steps.pop_front();
        }
    }

    /// Where the primary was heard last.
    pub fn last(&self) -> Option<AsOf> {
        let heard = self.lock();
        let heard = heard.as_ref()?;
        Some(AsOf { epoch: heard.epoch, seq: heard.steps.back()?.0 })
    }

    /// How long ago the primary had something that `as_of` does not cover; nothing where it covers all
    /// that is known, `None` where it is of another epoch.
    pub fn lag(&self, as_of: AsOf, now: Duration) -> Option<Duration> {
        let heard = self.lock();
        let heard = heard.as_ref().filter(|heard| heard.epoch == as_of.epoch)?;
        let missed = heard.steps.partition_point(|(seq, _)| *seq <= as_of.seq);
        Some(heard.steps.get(missed).map_or(Duration::ZERO, |(_, at)| now.saturating_sub(*at)))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Heard>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(epoch: u128, seq: u64) -> AsOf {
        AsOf { epoch: Epoch(epoch), seq }
    }

    #[test]
    fn lag_counts_from_the_first_change_that_is_missed() {
        let seconds = Duration::from_secs;
        let clock = PrimaryClock::default();
        assert_eq!(clock.lag(at(1, 0), seconds(0)), None, "nothing is known");
        for (seq, when) in [(5, 1), (5, 2), (7, 3), (9, 4)] {
            clock.hear(at(1, seq), seconds(when));
        }
        for (seq, lag) in [(9, 0), (11, 0), (8, 6), (7, 6), (6, 7), (5, 7), (3, 9)] {
            assert_eq!(clock.lag(at(1, seq), seconds(10)), Some(seconds(lag)), "{seq}");
        }
        assert_eq!(clock.lag(at(2, 9), seconds(10)), None, "another epoch");
        assert_eq!(clock.last(), Some(at(1, 9)));
        clock.hear(at(2, 1), seconds(11));
        assert_eq!(clock.lag(at(1, 9), seconds(11)), None);
        assert_eq!(clock.last(), Some(at(2, 1)));
    }

    #[test]
    fn it_remembers_within_bounds() {
        let clock = PrimaryClock::default();
        for seq in 0..100_000 {
            clock.hear(at(1, seq), Duration::from_millis(seq));
        }
        let heard = clock.0.lock().unwrap();
        assert_eq!(heard.as_ref().unwrap().steps.len(), STEPS);
        drop(heard);
        let lag = clock.lag(at(1, 90_000), Duration::from_secs(100)).unwrap();
        assert!(lag.abs_diff(Duration::from_secs(10)) <= STEP, "{lag:?}");
    }
}
