//! What a cached value was made from, and as of when.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::AsOf;

/// A cache tag, as the tag clock knows it: the first eight bytes of its SHA-256. Every instance and
/// every build hash alike, since entries are shared. Two tags with one hash invalidate too much,
/// never too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagHash(pub u64);

impl TagHash {
    /// The hash of a tag.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        Self(Sha256::digest(tag).iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte)))
    }
}

/// The tags of an entry: sorted, each once, `all` always among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagSet(Box<[TagHash]>);

impl TagSet {
    /// The set of some tags, and of `all`.
    pub fn of<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        Self::from_hashes(tags.into_iter().map(TagHash::of))
    }

    /// The set of some hashes, and of `all`.
    pub fn from_hashes(hashes: impl IntoIterator<Item = TagHash>) -> Self {
        let mut all: Vec<TagHash> = hashes.into_iter().collect();
        all.push(TagHash::of("all"));
        all.sort_unstable();
        all.dedup();
        Self(all.into())
    }

    /// The hashes, in their order.
    #[must_use]
    pub fn hashes(&self) -> &[TagHash] {
        &self.0
    }
}

/// Stands beside every cached value.
#[derive(Debug)]
pub struct Provenance {
    /// Every change up to here is in the value.
    pub as_of: AsOf,
    /// What the value was made from.
    pub tags: TagSet,
    /// The number of the watermark at which the value was last found valid, in the same epoch; 0
    /// where it never was. As long as the watermark is the same, so is the answer.
    found_valid_at: AtomicU64,
}

impl Provenance {
    /// The provenance of a value that has just been made.
    #[must_use]
    pub const fn new(as_of: AsOf, tags: TagSet) -> Self {
        Self { as_of, tags, found_valid_at: AtomicU64::new(0) }
    }

    pub(super) fn was_found_valid_at(&self) -> u64 {
        self.found_valid_at.load(Ordering::Relaxed)
    }

    pub(super) fn remember_valid_at(&self, watermark: u64) {
        self.found_valid_at.store(watermark, Ordering::Relaxed);
    }
}

impl Clone for Provenance {
    fn clone(&self) -> Self {
        Self::new(self.as_of, self.tags.clone())
    }
}

impl PartialEq for Provenance {
    fn eq(&self, other: &Self) -> bool {
        self.as_of == other.as_of && self.tags == other.tags
    }
}
