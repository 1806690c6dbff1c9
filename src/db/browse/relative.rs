//! Instants that lie so many days from now, or weeks, or months, as a filter may say.

use jiff::Span;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;
use crate::domain::Instants;
use crate::nql::Unit;

/// So many units from now, to the second.
pub(super) fn instants(now: Timestamp, count: i64, unit: Unit) -> Option<Instants> {
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
    Some(Instants::second(then.timestamp().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let found = instants(now, count, unit).unwrap();
            assert_eq!(found.from, at(then), "{count} {unit:?}");
        }
        assert_eq!(instants(now, i64::MIN, Unit::Years), None);
        assert_eq!(instants(now, i64::MAX, Unit::Seconds), None);
    }
}
