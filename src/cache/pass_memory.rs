//! What proved uncacheable is remembered as such for a while (hit-for-miss): its readers would
//! otherwise queue behind each other, each waiting for an answer that it cannot share.

use std::time::Duration;

use moka::sync::Cache;

/// A key is forgotten earlier than its time where there are more; then it queues once.
const KEYS: u64 = 10_000;

/// The keys whose last load proved uncacheable.
#[derive(Debug)]
pub struct PassMemory {
    /// Until when, on the stopwatch.
    until: Cache<u64, Duration>,
    lasts: Duration,
}

impl PassMemory {
    /// A memory that holds each key for a time.
    pub fn new(lasts: Duration) -> Self {
        Self { until: Cache::new(KEYS), lasts }
    }

    /// The key proved uncacheable.
    pub fn remember(&self, hash: u64, now: Duration) {
        self.until.insert(hash, now.saturating_add(self.lasts));
    }

    /// The key proved cacheable.
    pub fn forget(&self, hash: u64) {
        self.until.invalidate(&hash);
    }

    /// Whether the key proved uncacheable a short time ago.
    pub fn holds(&self, hash: u64, now: Duration) -> bool {
        self.until.get(&hash).is_some_and(|until| now < until)
    }
}
