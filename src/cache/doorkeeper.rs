//! The doorkeeper: whether a key has been asked for before, for keys that anybody can make up.
//!
//! A table of the hashes seen last, one a slot. It errs on one side: a key whose slot was taken over
//! by another counts as new, but a new one never counts as known, short of two equal 64-bit hashes
//! under a secret key. So a flood of made-up keys lets in none of them.

use std::sync::atomic::{AtomicU64, Ordering};

/// Half a megabyte. A key is remembered for about as many others.
const SLOTS: usize = 1 << 16;

/// The hashes of the keys that were asked for lately.
#[derive(Debug)]
pub struct Doorkeeper(Box<[AtomicU64]>);

impl Default for Doorkeeper {
    fn default() -> Self {
        Self((0..SLOTS).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Doorkeeper {
    /// Whether a key was asked for before; from here on it was.
    pub fn has_seen(&self, hash: u64) -> bool {
        let slot = usize::try_from(hash % SLOTS as u64).expect("the rest is an index");
        self.0[slot].swap(hash, Ordering::Relaxed) == hash
    }
}
