//! The fence: an instance that the primary has not confirmed for a while calls what it has stale.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};

/// When the primary last confirmed the watermark.
#[derive(Debug)]
pub struct Fence {
    limit: Duration,
    /// Microseconds on the wall; `i64::MIN` as long as nothing was confirmed.
    wall: AtomicI64,
    /// Microseconds on the stopwatch.
    stopwatch: AtomicU64,
}

impl Fence {
    /// A fence that is up after `limit` without a confirmation, and until the first one.
    #[must_use]
    pub const fn new(limit: Duration) -> Self {
        Self { limit, wall: AtomicI64::new(i64::MIN), stopwatch: AtomicU64::new(0) }
    }

    /// The primary answered a question that was sent at `asked`. The answer may have been long under
    /// way: it holds from when the question was sent.
    pub fn confirm(&self, asked: Moment) {
        self.stopwatch.fetch_max(asked.stopwatch, Ordering::Relaxed);
        self.wall.fetch_max(asked.wall.0, Ordering::Release);
    }

    /// Whether the fence is up. The larger of both clocks counts: the stopwatch stands still while a
    /// process is frozen, and the watch on the wall may be set back.
    #[must_use]
    pub fn is_up(&self, clock: &dyn Clock) -> bool {
        let wall = self.wall.load(Ordering::Acquire);
        if wall == i64::MIN {
            return true;
        }
        let now = Moment::of(clock);
        let by_stopwatch = now.stopwatch.saturating_sub(self.stopwatch.load(Ordering::Relaxed));
        let by_wall = now.wall.since(Timestamp(wall));
        Duration::from_micros(by_stopwatch).max(by_wall) > self.limit
    }
}

/// An instant by both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    wall: Timestamp,
    stopwatch: u64,
}

impl Moment {
    /// The present.
    pub fn of(clock: &dyn Clock) -> Self {
        let stopwatch = u64::try_from(clock.elapsed().as_micros()).unwrap_or(u64::MAX);
        Self { wall: clock.now(), stopwatch }
    }
}
