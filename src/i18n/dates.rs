//! Dates as a language writes them, in the time zone of the site.
//!
//! The patterns and the names of months and days stand in the Fluent files (`date`, `month-1` …),
//! so a language decides the order and the punctuation by itself.

use jiff::ZonedDateTime;

use super::Strings;
use crate::domain::Timestamp;
use crate::domain::listing::Month;

impl Strings {
    /// A day: `November 6, 2026`.
    #[must_use]
    pub fn date(&self, instant: Timestamp, zone: &jiff::tz::TimeZone) -> String {
        self.dated("date", &instant.in_zone(zone))
    }

    /// A day with the day of the week: `Friday, November 6, 2026`.
    #[must_use]
    pub fn full_date(&self, instant: Timestamp, zone: &jiff::tz::TimeZone) -> String {
        self.dated("date-full", &instant.in_zone(zone))
    }

    /// The name of a month, to stand alone: `November`.
    #[must_use]
    pub fn month_name(&self, month: i8) -> String {
        self.text(&format!("month-{month}"))
    }

    /// A month of a year: `November 2026`.
    #[must_use]
    pub fn month(&self, month: Month) -> String {
        let name = self.month_name(month.month);
        self.with("date-month", &[("month", &name), ("year", &month.year.to_string())])
    }

    fn dated(&self, key: &str, at: &ZonedDateTime) -> String {
        let weekday = self.text(&format!("weekday-{}", at.weekday().to_monday_one_offset()));
        self.with(
            key,
            &[
                ("day", &at.day().to_string()),
                ("month", &self.month_name(at.month())),
                ("year", &at.year().to_string()),
                ("weekday", &weekday),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    // 2026-11-06T23:30:00Z, which is the 7th in Tokyo.
    const LATE: Timestamp = Timestamp(1_794_007_800_000_000);

    #[test]
    fn a_date_stands_in_the_zone_and_the_words_of_the_site() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        for (locale, zone, expected) in [
            ("en", &TimeZone::UTC, "Friday, November 6, 2026"),
            ("de", &TimeZone::UTC, "Freitag, 6. November 2026"),
            ("ja", &tokyo, "2026年11月7日土曜日"),
            ("ar", &TimeZone::UTC, "الجمعة، 6 نوفمبر 2026"),
        ] {
            assert_eq!(Strings::for_locale(locale).full_date(LATE, zone), expected);
        }
    }

    #[test]
    fn a_month_has_a_name() {
        let month = Month { year: 2026, month: 3 };
        assert_eq!(Strings::for_locale("de").month(month), "März 2026");
        assert_eq!(Strings::for_locale("ja").month(month), "2026年3月");
    }
}
