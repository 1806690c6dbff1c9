//! How long a receiver that said no, or nothing, is left alone.

use std::time::Duration;

/// How often a delivery is tried before it is given up: over about a day.
pub(super) const ATTEMPTS: u32 = 10;

/// After the first attempt.
const FIRST: u64 = 10;
/// At most, in seconds, whoever asks for more.
const LONGEST: u64 = 6 * 3600;

/// How long to wait after so many attempts; `None` where it is given up. A fifth more or less by chance, so
/// that what failed together does not come back together; and no shorter than the receiver `asks` for.
pub(super) fn wait(attempts: u32, asks: Option<Duration>, random: u64) -> Option<Duration> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let doublings = attempts.saturating_sub(1) * 2;
    let seconds = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let per_mille = 800 + random % 401;
    let asked = asks.unwrap_or_default().min(Duration::from_secs(LONGEST));
    Some(Duration::from_millis(seconds * per_mille).max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_fourfold_and_end_within_a_day() {
        let even = 200;
        let waits: Vec<_> = (1..=ATTEMPTS).map_while(|n| wait(n, None, even)).collect();
        let seconds: Vec<_> = waits.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [10, 40, 160, 640, 2560, 10_240, 21_600, 21_600, 21_600]);
        let all: Duration = waits.iter().sum();
        assert!(all > Duration::from_hours(20) && all < Duration::from_hours(24), "{all:?}");
        assert_eq!(wait(ATTEMPTS, None, even), None);
        assert_eq!(wait(u32::MAX, None, even), None);
    }

    #[test]
    fn chance_moves_them_by_a_fifth() {
        for random in [0, 1, 200, 400, 401, u64::MAX] {
            let wait = wait(1, None, random).unwrap();
            assert!((8_000..=12_000).contains(&wait.as_millis()), "{random}: {wait:?}");
        }
    }

    #[test]
    fn a_receiver_may_ask_for_longer_and_not_for_ever() {
        let asks = |asks| wait(1, Some(asks), 200).unwrap();
        assert_eq!(asks(Duration::ZERO), Duration::from_secs(10));
        assert_eq!(asks(Duration::from_mins(5)), Duration::from_mins(5));
        assert_eq!(asks(Duration::MAX), Duration::from_hours(6));
        assert_eq!(wait(ATTEMPTS, Some(Duration::from_mins(5)), 200), None);
    }
}
