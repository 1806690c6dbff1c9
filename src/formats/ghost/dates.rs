//! Dates in the three forms that exports have had.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::Timestamp;

/// Reads `2026-11-23 19:20:34` (UTC), ISO 8601 with or without a zone, or milliseconds since the
/// Unix epoch. Up to ten digits are seconds: as milliseconds they would lie in 1970.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > 8 && digits.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        let unit = if digits.len() > 10 { 1_000 } else { 1_000_000 };
        return jiff::Timestamp::from_microsecond(number.checked_mul(unit)?).ok().map(Into::into);
    }
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.into());
    }
    let civil: DateTime = text.parse().ok()?;
    civil.to_zoned_datetime(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().into())
}

/// Writes an instant so that [`parse`] and a JavaScript `Date` read the same one.
pub(super) fn format(instant: Timestamp) -> String {
    instant.to_jiff().to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_is_the_same_instant() {
        for text in [
            "2026-11-23 19:20:34",
            "2026-11-23T19:20:34.000Z",
            "2026-11-23T21:20:34+02:00",
            "2026-11-23T19:20:34",
            "1795461634000",
            "1795461634",
        ] {
            assert_eq!(parse(text), Some(Timestamp(1_795_461_634_000_000)), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "yesterday", "0000-00-00 00:00:00", "9", "99999999999999999999", "-"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(micros in -62_000_000_000_000_000_i64..253_000_000_000_000_000) {
            prop_assert_eq!(parse(&format(Timestamp(micros))), Some(Timestamp(micros)));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
