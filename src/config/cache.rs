//! `[cache]`: what an instance keeps of what it has made, and how long it waits for it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The section `[cache]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// Bytes of memory for entries; 0 keeps none.
    pub l1_bytes: u64,
    /// Bytes of memory for what is remembered as absent, apart from the others: whoever asks for
    /// what is not there cannot drive out what is.
    pub negative_bytes: u64,
    /// How many entries are made at the same time.
    pub origin_limit: u32,
    /// Milliseconds without a word of the primary after which everything kept is called stale.
    pub fence_ms: u64,
    /// Milliseconds between two questions to the primary for what has changed.
    pub poll_ms: u64,
    /// Milliseconds that an instance may take to make an entry before another may try.
    pub lease_ms: u64,
    /// Milliseconds to wait for a new entry where a stale one is there.
    pub soft_timeout_ms: u64,
    /// Milliseconds to wait for an entry where none is there.
    pub hard_timeout_ms: u64,
    /// Seconds between two times that some of what is kept is compared with what would be made anew; 0
    /// never compares.
    pub audit_s: u64,
    /// Whether every answer says how it came to be: `Cache-Status` and `Server-Timing`.
    pub debug: bool,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            l1_bytes: 64 << 20,
            negative_bytes: 1 << 20,
            origin_limit: 16,
            fence_ms: 1500,
            poll_ms: 250,
            lease_ms: 5000,
            soft_timeout_ms: 100,
            hard_timeout_ms: 10_000,
            audit_s: 60,
            debug: false,
        }
    }
}

impl CacheConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        let mut problems = Vec::new();
        let mut wrong = |key, reason: &str| {
            problems.push(ConfigError::Invalid { key, reason: reason.to_owned() });
        };
        if !(1..=10_000).contains(&self.origin_limit) {
            wrong("cache.origin_limit", "is from 1 to 10000");
        }
        if !(10..=10_000).contains(&self.poll_ms) {
            wrong("cache.poll_ms", "is from 10 to 10000 milliseconds");
        }
        // An answer and a lost one have to fit in between.
        if self.fence_ms > 60_000 || self.fence_ms < self.poll_ms.saturating_mul(2) {
            wrong("cache.fence_ms", "is at least twice `cache.poll_ms`, and at most 60000");
        }
        for (key, milliseconds) in [
            ("cache.lease_ms", self.lease_ms),
            ("cache.soft_timeout_ms", self.soft_timeout_ms),
            ("cache.hard_timeout_ms", self.hard_timeout_ms),
        ] {
            if !(1..=60_000).contains(&milliseconds) {
                wrong(key, "is from 1 to 60000 milliseconds");
            }
        }
        if self.audit_s > 86_400 {
            wrong("cache.audit_s", "is at most 86400 seconds");
        }
        if self.soft_timeout_ms > self.hard_timeout_ms {
            wrong("cache.soft_timeout_ms", "is no longer than `cache.hard_timeout_ms`");
        }
        problems
    }

    /// After how long without a word of the primary everything kept is called stale.
    #[must_use]
    pub const fn fence(&self) -> Duration {
        Duration::from_millis(self.fence_ms)
    }

    /// How often the primary is asked for what has changed.
    #[must_use]
    pub const fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }

    /// How long an instance may take to make an entry before another may try.
    #[must_use]
    pub const fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms)
    }

    /// How long to wait for a new entry where a stale one is there.
    #[must_use]
    pub const fn soft_timeout(&self) -> Duration {
        Duration::from_millis(self.soft_timeout_ms)
    }

    /// How often some of what is kept is audited, if ever.
    #[must_use]
    pub const fn audit(&self) -> Option<Duration> {
        if self.audit_s == 0 { None } else { Some(Duration::from_secs(self.audit_s)) }
    }

    /// How long to wait for an entry where none is there.
    #[must_use]
    pub const fn hard_timeout(&self) -> Duration {
        Duration::from_millis(self.hard_timeout_ms)
    }
}
