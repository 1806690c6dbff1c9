//! How long a CDN may keep an answer while something is in motion.

use std::time::Duration;

/// The lifetime while a tag is young or purges lag: long enough to take the load of a popular page,
/// short enough that a lost purge is over before anybody complains.
pub const SHORT: Duration = Duration::from_secs(5);

/// A tag is young as long as purges of it may still be under way.
const YOUNG: Duration = Duration::from_secs(10);

/// Purges that lag no longer than this are on their way; beyond it, something is wrong.
const TOLERATED_LAG: Duration = Duration::from_secs(10);

/// How long a CDN may keep an answer that is declared to be fresh for `declared`.
///
/// `youngest` is the time since the last change of any tag of the answer, where it is known to be
/// recent; `lag` is how long purges have been behind the content clock ([`Purger::lag`]).
///
/// [`Purger::lag`]: super::Purger::lag
#[must_use]
pub fn lifetime_for(declared: Duration, youngest: Option<Duration>, lag: Duration) -> Duration {
    let is_young = youngest.is_some_and(|age| age < YOUNG);
    if is_young || lag > TOLERATED_LAG { declared.min(SHORT) } else { declared }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_short_while_something_moves() {
        let (second, hour) = (Duration::from_secs, Duration::from_hours(1));
        for (declared, youngest, lag, lifetime) in [
            (hour, None, second(0), hour),
            (hour, Some(second(10)), second(10), hour),
            (hour, Some(second(9)), second(0), SHORT),
            (hour, None, second(11), SHORT),
            (second(2), Some(second(0)), Duration::MAX, second(2)),
        ] {
            assert_eq!(lifetime_for(declared, youngest, lag), lifetime);
        }
    }
}
