//! What the purger reads and writes in the database.

use std::collections::BTreeMap;
use std::fmt;

use futures_util::future::BoxFuture;

use crate::content_clock::AsOf;

/// Why the database did not answer.
pub type LogError = Box<dyn std::error::Error + Send + Sync>;

/// The change log as the purger walks it, and its cursors.
///
/// Everything is asked of the primary: a replica may not have the newest changes yet.
pub trait PurgeLog: fmt::Debug + Send + Sync {
    /// Whether this instance is the one that purges. Two who both believe so for a moment do no harm: a
    /// purge may happen twice.
    fn leads(&self) -> BoxFuture<'_, Result<bool, LogError>>;

    /// Where the clock, the log, the instances and the cursors stand, all read in one snapshot.
    fn standing(&self) -> BoxFuture<'_, Result<Standing, LogError>>;

    /// The changes behind `after` up to and with `to`, in the order of their numbers, at most `limit`.
    fn changes(
        &self,
        after: u64,
        to: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Change>, LogError>>;

    /// Moves the cursor of a round, durably. Within an epoch it never moves back.
    fn advance(&self, round: Round, to: AsOf) -> BoxFuture<'_, Result<(), LogError>>;
}

/// Where things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The content clock.
    pub clock: AsOf,
    /// Every change behind this number is still in the log; what is before may have been pruned.
    pub kept_behind: u64,
    /// The change that every live instance has reported to have applied; `None` where one has not
    /// reported in this epoch.
    pub reported_by_all: Option<u64>,
    /// Up to which change each round has purged; a round that never did is not there.
    pub cursors: BTreeMap<Round, AsOf>,
}

/// A row of the change log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number; several rows may share one.
    pub seq: u64,
    /// Its cache tags, separated by spaces.
    pub tags: String,
}

/// Every change is purged more than once. Each round walks the log behind a cursor of its own, so
/// that none is forgotten when an instance dies between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Round {
    /// As soon as no instance gives the old answer as fresh.
    First,
    /// A moment later, for a provider with tiers of caches.
    Tiers,
    /// After the longest time that an answer may take to leave: one that was under way during the
    /// first round may have been stored behind it.
    Settled,
}

impl Round {
    /// Each of them, the first first.
    pub const ALL: [Self; 3] = [Self::First, Self::Tiers, Self::Settled];

    /// The name, as the database and the metrics spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Tiers => "tiers",
            Self::Settled => "settled",
        }
    }
}
