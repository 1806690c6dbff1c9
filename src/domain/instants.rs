//! Instants that a client names: what its text means on the clock.
//!
//! A text names a span as long as what it says: a second, or a thousandth of one where it has a
//! fraction. So whoever sends back a date that an answer gave means that instant, although the
//! database keeps microseconds.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// The shortest difference that a text without a fraction can tell.
const SECOND: i64 = 1_000_000;
/// The same of a text with one.
const MILLISECOND: i64 = 1_000;

/// A span of time; its end is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instants {
    /// The first.
    pub from: Timestamp,
    /// The one behind the last.
    pub until: Timestamp,
}

impl Instants {
    /// What a text says: a date, a date and a time, or both with a zone (RFC 3339). Without a zone it
    /// is UTC. `None` where it says no time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let from = text
            .parse::<jiff::Timestamp>()
            .ok()
            .or_else(|| {
                let civil: DateTime = text.parse().ok()?;
                civil.to_zoned_datetime(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
            })
            .map(Timestamp::from)?;
        let length = if text.contains('.') { MILLISECOND } else { SECOND };
        Some(Self::of(from, length))
    }

    /// The whole second that holds an instant.
    #[must_use]
    pub const fn second(instant: Timestamp) -> Self {
        Self::of(instant, SECOND)
    }

    /// Whether an instant is one of them.
    #[must_use]
    pub fn contain(&self, instant: Timestamp) -> bool {
        (self.from..self.until).contains(&instant)
    }

    const fn of(instant: Timestamp, length: i64) -> Self {
        let from = instant.0 - instant.0.rem_euclid(length);
        Self { from: Timestamp(from), until: Timestamp(from + length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_what_it_says() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        for (text, from, length) in [
            ("2026-11-23", "2026-11-23T00:00:00Z", SECOND),
            ("2026-11-23 19:21:49", "2026-11-23T19:21:49Z", SECOND),
            ("2026-11-23T19:21:49", "2026-11-23T19:21:49Z", SECOND),
            ("2026-11-23T19:21:49Z", "2026-11-23T19:21:49Z", SECOND),
            ("2026-11-23T21:21:49+02:00", "2026-11-23T19:21:49Z", SECOND),
            ("2026-11-23T19:21:49.123Z", "2026-11-23T19:21:49.123Z", MILLISECOND),
            ("2026-11-23T19:21:49.123+00:00", "2026-11-23T19:21:49.123Z", MILLISECOND),
        ] {
            let instants = Instants::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(instants.from.0, at(from), "{text}");
            assert_eq!(instants.until.0 - instants.from.0, length, "{text}");
        }
        for text in ["", "2026", "yesterday", "2026-13-01", "19:21", "2026-02-30", "42"] {
            assert_eq!(Instants::parse(text), None, "{text}");
        }
    }
}
