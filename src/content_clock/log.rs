//! What the clock asks of a database: the change log and the clock beside it.
//!
//! Everything is asked of the primary. A replica may lag for as long as it likes, so what it says
//! confirms nothing.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{AsOf, Epoch, News, TagHash};
use crate::clock::Timestamp;
use crate::entropy::Entropy;

/// A random value that each stamping pass leaves behind. One number with two marks was given twice:
/// a tail of the history was lost in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark(pub u64);

impl Mark {
    /// The mark as the database has it: 16 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok().map(Self))?
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Random values for a pass that may need them.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// An epoch that nobody has seen.
    pub epoch: Epoch,
    /// A mark that nobody has seen.
    pub mark: Mark,
}

impl Fresh {
    /// Draws them.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let epoch = u128::from(entropy.next()) << 64 | u128::from(entropy.next());
        Self { epoch: Epoch(epoch), mark: Mark(entropy.next()) }
    }
}

/// Where the clock of the database stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Its epoch and its number.
    pub as_of: AsOf,
    /// The mark of the pass that gave the number; `None` where no pass did.
    pub mark: Option<Mark>,
}

/// A stamping pass that is over, its commit returned.
#[derive(Debug, Clone)]
pub struct Pass {
    /// Where the clock stands. Every change that was visible when the pass began has a number up to
    /// this one.
    pub reading: Reading,
    /// What the pass stamped; `None` where it found nothing to stamp, or where the database numbers
    /// its changes itself.
    pub news: Option<News>,
}

/// A place in the log, between two rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCursor {
    /// The number of the row before it.
    pub seq: u64,
    /// The id of that row.
    pub id: i64,
}

impl LogCursor {
    /// Before the first row that has a number.
    #[must_use]
    pub const fn before(seq: u64) -> Self {
        Self { seq, id: 0 }
    }

    /// Behind the last row that has a number.
    #[must_use]
    pub const fn behind(seq: u64) -> Self {
        Self { seq, id: i64::MAX }
    }
}

/// A row of the log that has its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where the row stands: a page of the log that ends with it goes on from here.
    pub cursor: LogCursor,
    /// The mark of the pass that stamped it.
    pub mark: Option<Mark>,
    /// Cache tags, separated by blanks.
    pub cache_tags: String,
}

impl Change {
    /// Its cache tags.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.cache_tags.split_whitespace()
    }

    /// The hashes of its cache tags.
    pub fn hashes(&self) -> Vec<TagHash> {
        self.tags().map(TagHash::of).collect()
    }
}

/// Rows of the log, and where the clock stood in the same snapshot.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where the clock stood.
    pub reading: Reading,
    /// The rows, in the order that was asked for.
    pub changes: Vec<Change>,
}

/// Why the log gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogError {
    /// The database does not answer, or refuses.
    #[error("the change log cannot be asked: {0}")]
    Unreachable(Arc<dyn Error + Send + Sync>),
    /// There was no answer in time. What was asked for may have been done.
    #[error("the change log did not answer in time")]
    Late,
    /// The clock moved back while it was read: a promotion is under way. Asking again helps.
    #[error("the change log changed its history while it was read")]
    Moved,
    /// What stands there was not written by this program.
    #[error("the change log is damaged: {0}")]
    Damaged(&'static str),
}

impl LogError {
    /// A failure of the database.
    pub fn unreachable(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Unreachable(Arc::new(error))
    }
}

/// An answer on its way.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, LogError>> + Send + 'a>>;

/// The change log of a database, on its primary.
///
/// An answer that is dropped before it came leaves it open whether the thing was done.
pub trait ChangeLog: fmt::Debug + Send + Sync {
    /// A stamping pass: gives every visible change its number, under a new epoch where the database
    /// is another one now. It looks first, so that a pass with nothing to do costs one question.
    fn pass(&self, fresh: Fresh) -> Asking<'_, Pass>;

    /// The rows behind a place, oldest first, at most `limit`.
    fn since(&self, place: LogCursor, limit: u32) -> Asking<'_, Page>;

    /// The newest rows, newest first, at most `limit`.
    fn newest(&self, limit: u32) -> Asking<'_, Page>;

    /// Begins the epoch `new`, unless somebody else has ended `old` already. The number and its mark
    /// stay.
    fn renew(&self, old: Epoch, new: Epoch) -> Asking<'_, ()>;

    /// Removes the rows whose number is lower than `below`, and says how many they were. A row
    /// without a number is never removed, however old it is: nobody has been told of it yet.
    fn prune(&self, below: u64) -> Asking<'_, u64>;

    /// Notes up to where an instance has applied the log, for those who purge.
    fn report<'a>(&'a self, instance: &'a str, as_of: AsOf, at: Timestamp) -> Asking<'a, ()>;
}
