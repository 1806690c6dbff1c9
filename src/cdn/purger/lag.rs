//! How long purges have been behind the content clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::content_clock::AsOf;

/// No change waits.
const NONE: u64 = u64::MAX;

/// The wait of a change that the first round has not reached. Changes may come without end, so it is
/// not the wait until there is none: when the one that was waited for has come, the next is the newest
/// of then.
#[derive(Debug)]
pub(super) struct Lag {
    /// Since when, in microseconds on the stopwatch.
    since: AtomicU64,
    /// The number of the change.
    awaited: AtomicU64,
}

impl Lag {
    /// Nothing waits yet.
    pub(super) const fn none() -> Self {
        Self { since: AtomicU64::new(NONE), awaited: AtomicU64::new(NONE) }
    }

    /// The wait so far.
    pub(super) fn at(&self, now: Duration) -> Duration {
        match self.since.load(Ordering::Relaxed) {
            NONE => Duration::ZERO,
            since => now.saturating_sub(Duration::from_micros(since)),
        }
    }

    /// The content clock stands at `clock`, and the first round at `cursor`.
    pub(super) fn watch(&self, clock: AsOf, cursor: Option<AsOf>, now: Duration) {
        let reached = cursor.filter(|cursor| cursor.epoch == clock.epoch).map(|cursor| cursor.seq);
        if reached >= Some(clock.seq) {
            self.awaited.store(NONE, Ordering::Relaxed);
            self.since.store(NONE, Ordering::Relaxed);
            return;
        }
        let awaited = self.awaited.load(Ordering::Relaxed);
        if awaited == NONE || reached >= Some(awaited) {
            self.awaited.store(clock.seq, Ordering::Relaxed);
            self.since.store(NONE, Ordering::Relaxed);
            self.begin(now);
        }
    }

    /// Something may wait from now on, where nothing did.
    pub(super) fn begin(&self, now: Duration) {
        let now = u64::try_from(now.as_micros()).unwrap_or(NONE - 1);
        let order = Ordering::Relaxed;
        let _ = self.since.compare_exchange(NONE, now, order, order);
    }

    /// Another epoch: its numbers are others.
    pub(super) fn forget(&self) {
        self.awaited.store(NONE, Ordering::Relaxed);
    }
}
