//! What a read has to see, and where it was read in the end.

use crate::content_clock::AsOf;

/// What a read has to see. The caller says it by name, and the database finds a server that will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Any moment that is not long past: a replica will do. What is read this way for a cache is held
    /// against the tag clock afterwards.
    Any,
    /// Everything up to a moment: what a writer's token says. A replica will do if it has that.
    AtLeast(AsOf),
    /// The truth: whatever decides on a write, or compares.
    Primary,
}

impl Intent {
    /// The word for it in figures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::AtLeast(_) => "at_least",
            Self::Primary => "primary",
        }
    }

    /// Whether what shows everything up to `as_of`, and comes from a replica, will do.
    #[must_use]
    pub fn allows(self, as_of: AsOf) -> bool {
        match self {
            Self::Any => true,
            Self::AtLeast(least) => as_of.covers(least),
            Self::Primary => false,
        }
    }
}

/// Where something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The server that takes the writes, or the file.
    Primary,
    /// A replica, by its place in `database.replicas`, counted from 0.
    Replica(usize),
}

impl Source {
    /// The word for it in figures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica(_) => "replica",
        }
    }
}

/// Replicas that a read was tried on already, so that it goes elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tried(u64);

impl Tried {
    /// How many replicas it can tell apart; there are never more.
    pub const MOST: usize = 64;
    /// All of them: the primary is left.
    pub const ALL: Self = Self(u64::MAX);

    /// Notes a source. The primary is never avoided: it is the last resort.
    pub fn add(&mut self, source: Source) {
        if let Source::Replica(at) = source {
            self.0 |= 1 << (at % Self::MOST);
        }
    }

    pub(super) const fn has(self, replica: usize) -> bool {
        self.0 >> (replica % Self::MOST) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content_clock::Epoch;

    #[test]
    fn an_intent_allows_what_has_seen_enough() {
        let at = |epoch, seq| AsOf { epoch: Epoch(epoch), seq };
        for (intent, as_of, is_enough) in [
            (Intent::Any, at(1, 0), true),
            (Intent::AtLeast(at(1, 5)), at(1, 5), true),
            (Intent::AtLeast(at(1, 5)), at(1, 4), false),
            (Intent::AtLeast(at(1, 5)), at(2, 9), false),
            (Intent::Primary, at(1, 9), false),
        ] {
            assert_eq!(intent.allows(as_of), is_enough, "{intent:?} {as_of}");
        }
    }

    #[test]
    fn what_was_tried_is_told_apart() {
        let mut tried = Tried::default();
        tried.add(Source::Primary);
        tried.add(Source::Replica(63));
        assert!(tried.has(63) && !tried.has(0));
    }
}
