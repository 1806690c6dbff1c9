//! Dates as a writer reads and types them, in the time zone of the site.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::Timestamp;

/// How a date is typed.
pub(super) const PATTERN: &str = "YYYY-MM-DD HH:MM";

/// `2026-11-24 15:05`
pub(super) fn written(at: Timestamp, zone: &TimeZone) -> String {
    at.in_zone(zone).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `24 November 2026, 15:05`
pub(super) fn in_words(at: Timestamp, zone: &TimeZone) -> String {
    at.in_zone(zone).strftime("%-d %B %Y, %H:%M").to_string()
}

/// What was typed; `None` where it is no date. Of an hour that the clocks go through twice, the first
/// is meant; one that they leave out is an hour later.
pub(super) fn read(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    // A bound for the parser; a date is shorter.
    if text.len() > 40 {
        return None;
    }
    let typed = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|pattern| DateTime::strptime(pattern, text).ok())?;
    Some(typed.to_zoned_datetime(zone.clone()).ok()?.timestamp().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_is_read_in_the_zone_of_the_site() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (typed, instant) in [
            ("2026-11-24 15:05", Some("2026-11-24T14:05:00Z")),
            (" 2026-06-24 15:05 ", Some("2026-06-24T13:05:00Z")),
            ("2026-11-24T15:05", Some("2026-11-24T14:05:00Z")),
            // The clocks go from 02:00 to 03:00, and in autumn from 03:00 to 02:00.
            ("2026-03-29 02:30", Some("2026-03-29T01:30:00Z")),
            ("2026-10-25 02:30", Some("2026-10-25T00:30:00Z")),
            ("2026-02-30 10:00", None),
            ("2026-11-24 24:00", None),
            ("24.11.2026", None),
            ("tomorrow", None),
            ("", None),
        ] {
            let read = read(typed, &berlin).map(Timestamp::to_rfc3339);
            assert_eq!(read.as_deref(), instant, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
            let _ = read(&text, &TimeZone::UTC);
        }

        #[test]
        fn what_is_written_is_read(minutes in 0_i64..2_000_000_000) {
            let at = Timestamp(minutes * 60_000_000);
            prop_assert_eq!(read(&written(at, &TimeZone::UTC), &TimeZone::UTC), Some(at));
        }
    }
}
