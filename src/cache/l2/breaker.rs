//! The breaker before Redis: a Redis that hangs must not cost every request a timeout.
//!
//! Closed, everything passes. A few failures in a row open it, and nothing passes. Then it is half
//! open from time to time: one question of the breaker's own is under way, and its answer closes it.
//! So no request is ever the one that tries.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use metrics::{Counter, Gauge, counter, gauge};

/// How a breaker stands. The numbers are those of the metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Redis is asked.
    Closed = 0,
    /// It is tried whether it can be asked.
    HalfOpen = 1,
    /// Redis is not asked.
    Open = 2,
}

/// A breaker.
pub struct Breaker {
    state: AtomicU8,
    /// Failures in a row.
    failures: AtomicU32,
    limit: u32,
    gauge: Gauge,
    opened: Counter,
}

impl Breaker {
    /// A closed breaker that opens after so many failures in a row.
    pub fn new(limit: u32) -> Self {
        let breaker = Self {
            state: AtomicU8::new(State::Closed as u8),
            failures: AtomicU32::new(0),
            limit,
            gauge: gauge!("masthead_cache_breaker_state"),
            opened: counter!("masthead_cache_breaker_opened_total"),
        };
        breaker.gauge.set(f64::from(State::Closed as u8));
        breaker
    }

    /// Whether Redis may be asked.
    pub fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) == State::Closed as u8
    }

    /// Redis answered.
    pub fn succeeded(&self) {
        self.failures.store(0, Ordering::Relaxed);
    }

    /// Redis did not answer. True for the one call that opened the breaker by it.
    pub fn failed(&self) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::AcqRel).saturating_add(1);
        failures >= self.limit && self.trip()
    }

    /// Opens the breaker. False where it was open.
    pub fn trip(&self) -> bool {
        let (closed, open) = (State::Closed as u8, State::Open as u8);
        let tripped =
            self.state.compare_exchange(closed, open, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if tripped {
            self.gauge.set(f64::from(open));
            self.opened.increment(1);
        }
        tripped
    }

    /// Moves an open breaker.
    pub fn set(&self, state: State) {
        self.failures.store(0, Ordering::Relaxed);
        self.state.store(state as u8, Ordering::Release);
        self.gauge.set(f64::from(state as u8));
    }
}

impl std::fmt::Debug for Breaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Breaker").field("state", &self.state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_in_a_row_open_it_and_once() {
        let breaker = Breaker::new(3);
        assert!(!breaker.failed() && !breaker.failed());
        breaker.succeeded();
        assert!(!breaker.failed() && !breaker.failed());
        assert!(breaker.is_closed());
        assert!(breaker.failed());
        assert!(!breaker.failed(), "it is open already");
        assert!(!breaker.is_closed());
        breaker.set(State::HalfOpen);
        assert!(!breaker.is_closed());
        breaker.set(State::Closed);
        assert!(breaker.is_closed() && !breaker.failed());
    }
}
