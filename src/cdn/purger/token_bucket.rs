//! A token bucket: so many calls at once, and so many a second on the long run.

use std::time::Duration;

use crate::cdn::Rate;

/// The tokens that are left.
#[derive(Debug)]
pub(super) struct TokenBucket {
    rate: Rate,
    tokens: u32,
    /// When the last token was added, on the stopwatch.
    filled: Duration,
}

impl TokenBucket {
    /// A full bucket.
    pub(super) fn full(rate: Rate, now: Duration) -> Self {
        Self { rate, tokens: rate.burst.max(1), filled: now }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// There is none: the time until the next.
    pub(super) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let passed = now.saturating_sub(self.filled);
        let every = self.rate.every.max(Duration::from_micros(1));
        let added = u32::try_from(passed.as_nanos() / every.as_nanos()).unwrap_or(u32::MAX);
        self.tokens = self.tokens.saturating_add(added);
        if self.tokens >= self.rate.burst.max(1) {
            self.tokens = self.rate.burst.max(1);
            self.filled = now;
        } else {
            self.filled += every * added;
        }
        if self.tokens == 0 {
            return Err((self.filled + every).saturating_sub(now));
        }
        self.tokens -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        let second = Duration::from_secs;
        let rate = Rate { burst: 2, every: second(10) };
        let mut bucket = TokenBucket::full(rate, second(100));
        assert_eq!(bucket.take(second(100)), Ok(()));
        assert_eq!(bucket.take(second(103)), Ok(()));
        assert_eq!(bucket.take(second(104)), Err(second(6)));
        assert_eq!(bucket.take(second(113)), Ok(()));
        assert_eq!(bucket.take(second(114)), Err(second(6)));
        // However long nobody called, there is one burst.
        for _ in 0..2 {
            assert_eq!(bucket.take(second(1_000_000)), Ok(()));
        }
        assert!(bucket.take(second(1_000_000)).is_err());
    }
}
