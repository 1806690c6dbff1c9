//! Counts removals, so that a look or a load that was under way when a key was removed can tell.

use std::sync::atomic::{AtomicU64, Ordering};

/// Keys share a count; the more there are, the rarer does one removal disturb the look for another
/// key.
const COUNTS: usize = 1 << 10;

/// How often something was removed.
#[derive(Debug)]
pub struct RemovalCounts {
    all: AtomicU64,
    by_hash: Box<[AtomicU64]>,
}

impl Default for RemovalCounts {
    fn default() -> Self {
        Self { all: AtomicU64::new(0), by_hash: (0..COUNTS).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl RemovalCounts {
    /// A key with this hash is removed.
    pub fn count(&self, hash: u64) {
        self.slot(hash).fetch_add(1, Ordering::SeqCst);
    }

    /// Everything is removed.
    pub fn count_all(&self) {
        self.all.fetch_add(1, Ordering::SeqCst);
    }

    /// How often a key with this hash may have been removed. It only grows: as long as it is the
    /// same, the key was not.
    pub fn of(&self, hash: u64) -> u64 {
        self.slot(hash).load(Ordering::SeqCst) + self.all.load(Ordering::SeqCst)
    }

    fn slot(&self, hash: u64) -> &AtomicU64 {
        let mask = self.by_hash.len() as u64 - 1;
        let at = usize::try_from(hash & mask).expect("the mask is an index");
        &self.by_hash[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_is_seen_for_its_key_and_hardly_for_another() {
        let counts = RemovalCounts::default();
        let (one, other) = (counts.of(1), counts.of(2));
        counts.count(1);
        assert_ne!(counts.of(1), one);
        assert_eq!(counts.of(2), other);
        counts.count_all();
        assert_ne!(counts.of(2), other);
    }
}
