//! Randomness as a value that is passed in, so that a test can repeat it.

use std::sync::atomic::{AtomicU64, Ordering};

use rand::Rng;

/// Where random numbers come from.
pub trait Entropy: std::fmt::Debug + Send + Sync {
    /// Eight random bytes.
    fn next(&self) -> u64;
}

/// The thread's generator, which the operating system seeds; good enough for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn next(&self) -> u64 {
        rand::rng().next_u64()
    }
}

/// Counts up from a number: for tests only, since anybody can guess what comes next.
#[derive(Debug)]
pub struct CountingEntropy(AtomicU64);

impl CountingEntropy {
    /// A source whose first number is the given one.
    #[must_use]
    pub const fn from(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }
}

impl Entropy for CountingEntropy {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}
