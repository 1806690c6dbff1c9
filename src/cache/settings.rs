//! How large the cache is, and how patient.

use std::time::Duration;

use super::l2::L2Settings;

/// The settings of a cache. The default is one without a shared layer.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Bytes in this process. 0 keeps nothing here.
    pub l1_bytes: u64,
    /// Bytes in this process for negative entries, beside the others.
    pub negative_bytes: u64,
    /// The layer that all instances share.
    pub l2: Option<L2Settings>,
    /// Loads at once.
    pub origin_limit: usize,
    /// Loads that may wait for a place, readers' and background ones each. More are turned away.
    pub origin_queue: usize,
    /// How long a load may take before it is given up.
    pub load_limit: Duration,
    /// How long a key that proved uncacheable is remembered as such.
    pub pass_memory: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            l1_bytes: 64 << 20,
            negative_bytes: 1 << 20,
            l2: None,
            origin_limit: 16,
            origin_queue: 10_000,
            load_limit: Duration::from_secs(30),
            pass_memory: Duration::from_secs(10),
        }
    }
}
