//! A quota, and the arithmetic of it: the generic cell rate algorithm.
//!
//! Of somebody one number is known: the moment at which all that they asked for would be paid, if each
//! request costs the window divided by the quota (*theoretical arrival time*). It lies ahead of now by
//! what is owed. Whoever would owe more than the window is refused. So somebody who was silent may ask
//! for the whole quota at once, and from then on at its rate.
//!
//! Source: ITU-T Recommendation I.371, annex A, the virtual scheduling algorithm; the same as a leaky
//! bucket as a meter.

use std::time::Duration;

/// So many requests within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    requests: u32,
    /// Microseconds that one request costs.
    cost: u64,
}

/// How somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Of what.
    pub quota: Quota,
    /// Whether they may ask.
    pub is_admitted: bool,
    /// How many more times they may at once.
    pub remaining: u32,
    /// Microseconds until nothing is owed.
    full_in: u64,
    /// Microseconds until they may ask.
    wait: u64,
}

impl Quota {
    /// So many requests within a time; `None` for none, which is no limit.
    #[must_use]
    pub const fn of(requests: u32, window: Duration) -> Option<Self> {
        if requests == 0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "no window is half a million years")]
        let cost = window.as_micros() as u64 / requests as u64;
        Some(Self { requests, cost: if cost == 0 { 1 } else { cost } })
    }

    /// How many requests.
    #[must_use]
    pub const fn requests(self) -> u32 {
        self.requests
    }

    /// Within how many seconds, to the nearest.
    #[must_use]
    pub const fn window_seconds(self) -> u64 {
        (self.window() + 500_000) / 1_000_000
    }

    /// Microseconds that one request costs, where so many share the quota.
    pub(super) const fn cost(self, share: u32) -> u64 {
        self.cost.saturating_mul(share as u64)
    }

    /// The most that may be owed, in microseconds.
    pub(super) const fn window(self) -> u64 {
        self.cost * self.requests as u64
    }

    /// How somebody stands who owes so many microseconds.
    pub(super) fn standing(self, debt: u64, share: u32) -> Standing {
        let cost = self.cost(share);
        // One request is always bearable, however many share the quota.
        let bearable = self.window().saturating_sub(cost);
        let is_admitted = debt <= bearable;
        let remaining = if is_admitted { (bearable - debt) / cost + 1 } else { 0 };
        Standing {
            quota: self,
            is_admitted,
            remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
            full_in: debt,
            wait: debt.saturating_sub(bearable),
        }
    }
}

impl Standing {
    /// The same after one more request, if that was admitted.
    pub(super) fn after_one(self, share: u32) -> Self {
        if !self.is_admitted {
            return self;
        }
        let full_in = self.full_in.saturating_add(self.quota.cost(share));
        Self { remaining: self.remaining - 1, full_in, ..self }
    }

    /// Seconds until the whole quota is there again.
    #[must_use]
    pub const fn reset(&self) -> u64 {
        self.full_in.div_ceil(1_000_000)
    }

    /// Seconds to wait before the next request.
    #[must_use]
    pub const fn retry_after(&self) -> u64 {
        self.wait.div_ceil(1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quota(requests: u32, seconds: u64) -> Quota {
        Quota::of(requests, Duration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn nothing_is_no_limit() {
        assert_eq!(Quota::of(0, Duration::from_secs(1)), None);
        assert_eq!(quota(100, 60).window_seconds(), 60);
        assert_eq!(quota(7, 60).window_seconds(), 60);
    }

    #[test]
    fn what_is_owed_decides() {
        let quota = quota(4, 60);
        for (debt, is_admitted, remaining, retry_after) in [
            (0, true, 4, 0),
            (1, true, 3, 0),
            (45, true, 1, 0),
            (46, false, 0, 1),
            (60, false, 0, 15),
            (600, false, 0, 555),
        ] {
            let standing = quota.standing(debt * 1_000_000, 1);
            assert_eq!(standing.is_admitted, is_admitted, "{debt}");
            assert_eq!(standing.remaining, remaining, "{debt}");
            assert_eq!(standing.retry_after(), retry_after, "{debt}");
        }
    }

    proptest! {
        /// Within any time, no more get through than the quota and what its rate gives in that time; and
        /// whoever keeps to the rate is never refused.
        #[test]
        fn no_span_of_time_lets_through_more_than_was_set(
            requests in 1..50_u32,
            gaps in prop::collection::vec(0..3_000_000_u64, 1..300),
        ) {
            let quota = quota(requests, 10);
            let (mut now, mut tat) = (0_u64, 0_u64);
            let mut admitted = Vec::new();
            for gap in gaps {
                now += gap;
                let standing = quota.standing(tat.saturating_sub(now), 1);
                prop_assert_eq!(standing.is_admitted, standing.remaining > 0);
                if standing.is_admitted {
                    tat = tat.max(now) + quota.cost(1);
                    admitted.push(now);
                } else {
                    // Whoever waits as long as they are told is let through.
                    let later = now + standing.wait;
                    prop_assert!(quota.standing(tat.saturating_sub(later), 1).is_admitted);
                }
            }
            for (at, first) in admitted.iter().enumerate() {
                for (count, last) in admitted[at..].iter().enumerate() {
                    let most = u64::from(requests) + (last - first) / quota.cost(1);
                    prop_assert!((count as u64) < most);
                }
            }
        }
    }
}
