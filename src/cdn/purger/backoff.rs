//! How long to wait after a failure: twice as long each time, spread by chance, up to a minute.

use std::time::Duration;

use crate::entropy::Entropy;

/// The wait after the first failure.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait that nobody asked for.
const LONGEST: Duration = Duration::from_mins(1);
/// The longest wait that a provider may ask for.
const LONGEST_ASKED: Duration = Duration::from_mins(15);

/// Failures in a row, and until when to wait.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    /// On the stopwatch.
    until: Duration,
}

impl Backoff {
    /// How long there still is to wait.
    pub(super) fn remaining(&self, now: Duration) -> Duration {
        self.until.saturating_sub(now)
    }

    /// It failed once more. The provider may have said how long it wants to be left alone.
    pub(super) fn fail(&mut self, now: Duration, asked: Option<Duration>, entropy: &dyn Entropy) {
        let doubled = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        // From half of it to all of it, so that many who failed together do not return together.
        let part = u32::try_from(entropy.next() % 1024).unwrap_or(0);
        let wait = doubled / 2 + doubled / 2 * part / 1024;
        self.until = now + wait.max(asked.unwrap_or_default().min(LONGEST_ASKED));
    }

    /// It succeeded.
    pub(super) fn succeed(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;

    #[test]
    fn each_wait_is_longer_up_to_a_minute() {
        let entropy = CountingEntropy::from(0);
        let mut backoff = Backoff::default();
        let mut waits = Vec::new();
        for _ in 0..40 {
            backoff.fail(Duration::ZERO, None, &entropy);
            waits.push(backoff.remaining(Duration::ZERO));
        }
        assert!(waits[0] >= FIRST / 2 && waits[0] <= FIRST);
        assert!(waits[..7].windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
        assert!(waits[20..].iter().all(|wait| *wait >= LONGEST / 2 && *wait <= LONGEST));
        backoff.succeed();
        assert_eq!(backoff.remaining(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn what_the_provider_asks_for_is_kept_within_reason() {
        let entropy = CountingEntropy::from(0);
        let mut backoff = Backoff::default();
        backoff.fail(Duration::ZERO, Some(Duration::from_secs(90)), &entropy);
        assert_eq!(backoff.remaining(Duration::from_secs(30)), Duration::from_mins(1));
        backoff.fail(Duration::ZERO, Some(Duration::MAX), &entropy);
        assert_eq!(backoff.remaining(Duration::ZERO), LONGEST_ASKED);
    }
}
