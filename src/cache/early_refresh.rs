//! The judgement by lifetime: fresh, stale while it is refreshed, stale while loading fails, and
//! refreshed early so that a much-read entry never runs out under its readers.
//!
//! Early refresh is `XFetch` (Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache
//! Stampede Prevention", VLDB 2015): each reader throws dice, and the nearer the end and the dearer
//! the load, the likelier one of them refreshes. They need not speak to each other.

use std::time::Duration;

use super::{Found, Reuse};
use crate::clock::Timestamp;
use crate::content_clock::Standing;

/// Entries that were stored together run out within this share of their lifetime, not at once.
const JITTER: f64 = 0.1;

/// The judgement on an entry at an instant; `dice` are eight random bytes.
///
/// What has changed is served only if loading fails. What is valid behind a raised fence is served
/// without a refresh, which would not help; that it counts as stale is in [`Found::fenced`].
pub fn judge<V>(found: &Found<V>, now: Timestamp, dice: u64) -> Reuse {
    let entry = &found.entry;
    let lifetime = entry.lifetime;
    let age = entry.age(now);
    let serves_on_error = age < lifetime.fresh.saturating_add(lifetime.stale_if_error);
    if found.standing == Standing::Changed {
        return if serves_on_error { Reuse::OnError } else { Reuse::No };
    }
    if age < lifetime.fresh {
        let is_early =
            !found.fenced && is_due(age, lifetime.fresh, entry.cost, entry.stored_at, dice);
        return if is_early { Reuse::Revalidate } else { Reuse::Fresh };
    }
    if age < lifetime.fresh.saturating_add(lifetime.stale_while_revalidate) {
        Reuse::Revalidate
    } else if serves_on_error {
        Reuse::OnError
    } else {
        Reuse::No
    }
}

/// Whether a reader refreshes an entry that is fresh as yet.
fn is_due(age: Duration, fresh: Duration, cost: Duration, stored_at: Timestamp, dice: u64) -> bool {
    // The same for every look at the same entry, on every instance.
    let jitter = JITTER * unit(mix(stored_at.0.unsigned_abs()));
    let end = fresh.as_secs_f64() * (1.0 - jitter);
    age.as_secs_f64() - cost.as_secs_f64() * unit(dice).ln() >= end
}

/// A number above 0 and up to 1.
fn unit(random: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let share = ((random >> 11) + 1) as f64;
    share / 9_007_199_254_740_992.0
}

/// Spreads neighbouring numbers over all 64 bits (the last step of `SplitMix64`).
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::cache::{Entry, Layer, Lifetime};
    use crate::content_clock::{AsOf, Epoch, Provenance, TagSet};

    const STORED: Timestamp = Timestamp(1_000_000_000);
    /// Dice by which nobody refreshes early.
    const NEVER: u64 = u64::MAX;

    fn found(standing: Standing, fenced: bool, cost: u64) -> Found<()> {
        let entry = Entry {
            value: (),
            provenance: Provenance::new(AsOf { epoch: Epoch(1), seq: 1 }, TagSet::of([])),
            stored_at: STORED,
            lifetime: Lifetime {
                fresh: Duration::from_secs(100),
                stale_while_revalidate: Duration::from_secs(10),
                stale_if_error: Duration::from_secs(50),
            },
            cost: Duration::from_secs(cost),
        };
        Found { entry: Arc::new(entry), layer: Layer::L1, standing, fenced }
    }

    #[test]
    fn time_and_the_content_clock_decide() {
        let valid = Standing::Valid(AsOf { epoch: Epoch(1), seq: 1 });
        for (standing, fenced, age, expected) in [
            (valid, false, 0, Reuse::Fresh),
            (valid, false, 89, Reuse::Fresh),
            (valid, false, 100, Reuse::Revalidate),
            (valid, false, 110, Reuse::OnError),
            (valid, false, 150, Reuse::No),
            (valid, true, 99, Reuse::Fresh),
            (valid, true, 100, Reuse::Revalidate),
            (Standing::Changed, false, 0, Reuse::OnError),
            (Standing::Changed, true, 149, Reuse::OnError),
            (Standing::Changed, false, 150, Reuse::No),
        ] {
            let found = found(standing, fenced, 1);
            let judged = judge(&found, STORED.plus_seconds(age), NEVER);
            assert_eq!(judged, expected, "{standing:?} {fenced} {age}");
        }
    }

    #[test]
    fn the_dearer_the_load_and_the_nearer_the_end_the_likelier_is_a_refresh() {
        let valid = Standing::Valid(AsOf { epoch: Epoch(1), seq: 1 });
        let share = |age, cost| {
            let found = found(valid, false, cost);
            let dice = (0..1000_u64).map(|n| n * (u64::MAX / 1000));
            dice.filter(|dice| judge(&found, STORED.plus_seconds(age), *dice) == Reuse::Revalidate)
                .count()
        };
        assert!(share(10, 1) == 0, "nobody refreshes what has just come");
        let shares = [share(70, 5), share(80, 5), share(85, 5), share(85, 20)];
        assert!(shares.is_sorted() && shares[0] > 0 && shares[3] < 1000, "{shares:?}");
    }
}
