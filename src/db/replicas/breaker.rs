//! A breaker: whoever fails is left alone for a while, and longer each time.

use std::time::Duration;

/// The first pause.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(10);

/// Whether a server is asked. Closed, everybody may; open, nobody may. When the pause is over it is
/// half open: the next probe decides, and no reader has to wait for it. Times are those of a stopwatch
/// ([`crate::clock::Clock::elapsed`]).
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// When the pause is over; `None` where the breaker is closed.
    open_until: Option<Duration>,
    /// Failures since the last success.
    failures: u32,
}

impl Breaker {
    /// Whether everybody may ask.
    pub const fn is_closed(&self) -> bool {
        self.open_until.is_none()
    }

    /// Whether a probe may ask: the breaker is closed, or half open.
    pub fn admits_probe(&self, now: Duration) -> bool {
        self.open_until.is_none_or(|until| now >= until)
    }

    /// There was an answer.
    pub fn succeed(&mut self) {
        *self = Self::default();
    }

    /// There was none. What fails again while the breaker is open was asked before, and lengthens
    /// nothing.
    pub fn fail(&mut self, now: Duration) {
        if self.admits_probe(now) {
            let pause = FIRST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
            self.failures = self.failures.saturating_add(1);
            self.open_until = Some(now.saturating_add(pause));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_at_a_failure_and_lets_a_probe_through_later() {
        let at = Duration::from_millis;
        let mut breaker = Breaker::default();
        assert!(breaker.is_closed() && breaker.admits_probe(at(0)));
        breaker.fail(at(0));
        breaker.fail(at(1));
        assert!(!breaker.is_closed());
        assert!(!breaker.admits_probe(at(249)) && breaker.admits_probe(at(250)));
        breaker.fail(at(300));
        assert!(!breaker.admits_probe(at(799)), "twice as long");
        assert!(breaker.admits_probe(at(800)));
        breaker.succeed();
        assert!(breaker.is_closed());
        breaker.fail(at(900));
        assert!(breaker.admits_probe(at(1150)), "as at first");
    }

    #[test]
    fn the_pause_has_an_end() {
        let mut breaker = Breaker::default();
        let mut now = Duration::ZERO;
        for _ in 0..100 {
            breaker.fail(now);
            now += LONGEST;
            assert!(breaker.admits_probe(now));
        }
    }
}
