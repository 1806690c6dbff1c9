//! A moment on the content clock.

use std::fmt;

/// The life of a database between two breaks in its history: a promotion, a restore, a crash that
/// took something back. A number of one epoch means nothing in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u128);

impl Epoch {
    /// The epoch as the database has it: 32 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok().map(Self))?
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Up to which change something has seen: every change stamped up to `seq`, and perhaps some later
/// ones. It is a lower bound and never an identity, so no `ETag` is made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AsOf {
    /// The epoch that the number counts in.
    pub epoch: Epoch,
    /// The number of the change.
    pub seq: u64,
}

impl AsOf {
    /// Whether this covers every change that `other` does. Moments of different epochs cover nothing
    /// of each other.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.epoch == other.epoch && self.seq >= other.seq
    }
}

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.seq)
    }
}
