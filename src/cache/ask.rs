//! What is asked of a load, and what comes of it.

use std::sync::Arc;
use std::time::Duration;

use super::{Entry, Found, Judge, Priority};
use crate::content_clock::AsOf;

/// How a value is wanted.
pub struct Ask<V> {
    /// Whether somebody waits.
    pub priority: Priority,
    /// A change that the value must show. An entry that does not have it does not count, not even
    /// on an error; that the loader has it is the loader's affair.
    pub need: Option<AsOf>,
    /// What may be done with an entry.
    pub judge: Judge<V>,
    /// How long to wait.
    pub hold: Hold,
}

impl<V> Clone for Ask<V> {
    fn clone(&self) -> Self {
        let Self { priority, need, judge, hold } = self;
        Self { priority: *priority, need: *need, judge: Arc::clone(judge), hold: *hold }
    }
}

/// How long a reader waits for a load. The load goes on without the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// After this an entry is served that is valid and merely too old, where the judge would serve
    /// it on an error.
    pub soft: Duration,
    /// After this any entry that the judge would serve on an error, else an error.
    pub hard: Duration,
}

impl Default for Hold {
    fn default() -> Self {
        Self { soft: Duration::from_millis(500), hard: Duration::from_secs(10) }
    }
}

/// What a loader made.
#[derive(Debug)]
pub enum Made<V, P> {
    /// A value to keep.
    Keep(Entry<V>),
    /// Something that must not be shared. The one who asked gets it, nobody else.
    Pass(P),
}

/// What came of a load.
#[derive(Debug)]
pub enum Loaded<V, P> {
    /// An entry.
    Found(Found<V>, Outcome),
    /// What cannot be shared, made for this very call.
    Own(P),
}

/// Where an entry came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was there.
    Hit,
    /// It was there and past its time.
    Stale(Reason),
    /// It was loaded, for this call.
    Miss,
    /// It was loaded, for another call that this one waited for.
    Collapsed,
}

impl Outcome {
    /// The word for it, the same in metrics, logs and headers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Stale(_) => "stale",
            Self::Miss | Self::Collapsed => "miss",
        }
    }
}

/// Why an entry past its time was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is being refreshed, or the fence is up.
    Meanwhile,
    /// Loading takes longer than the reader should wait.
    Slow,
    /// Loading failed.
    Failed,
}

/// Why nothing came of a load. Those who waited together share the error.
#[derive(Debug, thiserror::Error)]
pub enum LoadError<E> {
    /// The loader said so.
    #[error("the load failed: {0}")]
    Loader(Arc<E>),
    /// The loader panicked.
    #[error("the load panicked")]
    Panicked,
    /// It takes too long.
    #[error("the load takes too long")]
    TimedOut,
    /// Too many loads wait already.
    #[error("too many loads wait")]
    Crowded,
    /// Another instance loads it. So ends only what nobody waits for.
    #[error("another instance loads it")]
    Elsewhere,
}

impl<E> Clone for LoadError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Loader(error) => Self::Loader(Arc::clone(error)),
            Self::Panicked => Self::Panicked,
            Self::TimedOut => Self::TimedOut,
            Self::Crowded => Self::Crowded,
            Self::Elsewhere => Self::Elsewhere,
        }
    }
}
