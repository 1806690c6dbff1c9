//! Instants of a filter: what a text, or so many days before now, means on the clock.
//!
//! A text names a span as long as what it says: a second, or a thousandth of one where it has a
//! fraction. So whoever filters by a date that an answer gave finds that post, although the database
//! keeps microseconds.

use jiff::Span;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;
use crate::nql::Unit;

/// The shortest difference that a text without a fraction can tell.
const SECOND: i64 = 1_000_000;
/// The same of a text with one.
const MILLISECOND: i64 = 1_000;

/// A span of time; its end is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instants {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Instants {
    /// What a text says: a date, a date and a time, or both with a zone (RFC 3339). Without a zone it
    /// is UTC. `None` where it says no time.
    pub(super) fn parse(text: &str) -> Option<Self> {
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

    /// So many units from now, to the second.
    pub(super) fn relative(now: Timestamp, count: i64, unit: Unit) -> Option<Self> {
        let span = Span::new();
        let span = match unit {
            Unit::Seconds => span.try_seconds(count),
            Unit::Minutes => span.try_minutes(count),
            Unit::Hours => span.try_hours(count),
            Unit::Days => span.try_days(count),
            Unit::Weeks => span.try_weeks(count),
            Unit::Months => span.try_months(count),
            Unit::Years => span.try_years(count),
        };
        let then = now.in_zone(&TimeZone::UTC).checked_add(span.ok()?).ok()?;
        Some(Self::of(Timestamp::from(then.timestamp()), SECOND))
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

    #[test]
    fn months_and_years_follow_the_calendar() {
        let at = |text: &str| Timestamp::from(text.parse::<jiff::Timestamp>().unwrap());
        let now = at("2026-03-31T12:00:00.5Z");
        for (count, unit, then) in [
            (-1, Unit::Months, "2026-02-28T12:00:00Z"),
            (-1, Unit::Years, "2025-03-31T12:00:00Z"),
            (-2, Unit::Weeks, "2026-03-17T12:00:00Z"),
            (1, Unit::Days, "2026-04-01T12:00:00Z"),
            (-90, Unit::Seconds, "2026-03-31T11:58:30Z"),
            (-90, Unit::Minutes, "2026-03-31T10:30:00Z"),
            (-36, Unit::Hours, "2026-03-30T00:00:00Z"),
        ] {
            let instants = Instants::relative(now, count, unit).unwrap();
            assert_eq!(instants.from, at(then), "{count} {unit:?}");
        }
        assert_eq!(Instants::relative(now, i64::MIN, Unit::Years), None);
        assert_eq!(Instants::relative(now, i64::MAX, Unit::Seconds), None);
    }
}
