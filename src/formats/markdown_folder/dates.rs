//! Dates as people write them in front matter and file names.
//!
//! A date without a zone is read as UTC, so that reading does not depend on the machine.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

use crate::domain::Timestamp;

/// The longest text that is looked at.
const MAX_BYTES: usize = 100;

/// The instant that a value means, if it is one.
pub fn of_value(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => of_text(text),
        Value::Number(number) => number.as_i64().and_then(epoch),
        _ => None,
    }
}

/// The instant that a text means, if it is one.
///
/// Understood are ISO 8601 in its variants, RFC 2822, dates with an English month in any order,
/// `M/D/YYYY`, `D.M.YYYY`, and seconds or milliseconds since the Unix epoch.
pub fn of_text(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return None;
    }
    if text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit()) {
        return epoch(text.parse().ok()?);
    }
    if let Ok(zoned) = text.parse::<jiff::ZonedDateTime>() {
        return Some(zoned.timestamp().into());
    }
    let mut parts = Parts::default();
    // `2025-01-29T18:15:32` and `2025-01-29 18:15:32` are one date and one time.
    let joined = match text.as_bytes().get(10) {
        Some(b'T' | b't' | b'_') if text.is_char_boundary(10) && text.is_char_boundary(11) => {
            format!("{} {}", &text[..10], &text[11..])
        }
        _ => text.to_owned(),
    };
    for word in joined.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty()) {
        parts.take(word);
    }
    parts.instant()
}

/// Midnight, UTC.
pub fn midnight(date: Date) -> Option<Timestamp> {
    let instant = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    Some(instant.into())
}

/// Seconds, or milliseconds where seconds would lie beyond the year 5138.
fn epoch(number: i64) -> Option<Timestamp> {
    let micros = match number.unsigned_abs() {
        0..100_000_000_000 => number.checked_mul(1_000_000)?,
        _ => number.checked_mul(1_000)?,
    };
    jiff::Timestamp::from_microsecond(micros).ok().map(Into::into)
}

/// What the words of a text have told so far.
#[derive(Default)]
struct Parts {
    date: Option<Date>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    afternoon: Option<bool>,
    zone: Option<TimeZone>,
}

impl Parts {
    fn take(&mut self, word: &str) {
        if self.date.is_none()
            && let Some(date) = numeric_date(word)
        {
            self.date = Some(date);
        } else if self.time.is_none() && word.contains(':') && !word.starts_with(['+', '-']) {
            self.take_time(word);
        } else if let Some(zone) = zone(word) {
            self.zone = Some(zone);
        } else if let Some(afternoon) = half_day(word) {
            self.afternoon = Some(afternoon);
        } else if self.month.is_none()
            && let Some(month) = month_of(word)
        {
            self.month = Some(month);
        } else {
            self.take_number(word);
        }
    }

    fn take_number(&mut self, word: &str) {
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        let ending = &word[digits.len()..];
        if digits.len() == 4 {
            self.year = self.year.or(digits.parse().ok());
        } else if matches!(ending, "" | "." | "st" | "nd" | "rd" | "th") {
            self.day = self.day.or(digits.parse().ok());
        }
    }

    /// `18:15`, `18:15:32`, `18:15:32.5`, with a zone or `am` and `pm` right behind it.
    fn take_time(&mut self, word: &str) {
        let end = word
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
            .unwrap_or(word.len());
        let (clock, rest) = word.split_at(end);
        let mut numbers = clock.splitn(3, ':');
        let mut next = || numbers.next().unwrap_or("0");
        let (hour, minute, second) = (next(), next(), next());
        let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
        let nanos: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        let time = (|| {
            let number = |text: &str| text.parse::<i8>().ok();
            let (hour, minute) = (number(hour)?, number(minute)?);
            Time::new(hour, minute, number(second)?.min(59), nanos.parse().ok()?).ok()
        })();
        self.time = time;
        if !rest.is_empty() {
            match half_day(rest) {
                Some(afternoon) => self.afternoon = Some(afternoon),
                None => self.zone = zone(rest).or(self.zone.take()),
            }
        }
    }

    fn instant(self) -> Option<Timestamp> {
        let date = match self.date {
            Some(date) => date,
            None => Date::new(self.year?, self.month?, self.day?).ok()?,
        };
        let time = self.time.unwrap_or(Time::midnight());
        let hour = match (self.afternoon, time.hour()) {
            (Some(true), hour @ 0..12) => hour + 12,
            (Some(false), 12) => 0,
            (_, hour) => hour,
        };
        let time = time.with().hour(hour).build().ok()?;
        let zone = self.zone.unwrap_or(TimeZone::UTC);
        Some(zone.to_timestamp(DateTime::from_parts(date, time)).ok()?.into())
    }
}

/// `2006-1-2`, `2006/01/02`, `2006.01.02`; `1/2/2006` (month first), `2.1.2006` (day first).
pub fn numeric_date(word: &str) -> Option<Date> {
    let separator = ['-', '/', '.'].into_iter().find(|&c| word.matches(c).count() == 2)?;
    let mut pieces = word.split(separator);
    let (first, second, third) = (pieces.next()?, pieces.next()?, pieces.next()?);
    if ![first, second, third].iter().all(|p| p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    if first.len() == 4 {
        return Date::new(first.parse().ok()?, second.parse().ok()?, third.parse().ok()?).ok();
    }
    if third.len() != 4 {
        return None;
    }
    let (first, second): (i8, i8) = (first.parse().ok()?, second.parse().ok()?);
    let day_first = separator != '/' || first > 12;
    let (day, month) = if day_first { (first, second) } else { (second, first) };
    Date::new(third.parse().ok()?, month, day).ok()
}

fn half_day(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "am" | "a.m." => Some(false),
        "pm" | "p.m." => Some(true),
        _ => None,
    }
}

fn month_of(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    let found = MONTHS
        .iter()
        .position(|month| month.starts_with(&word) || word == "sept" && *month == "september")?;
    i8::try_from(found + 1).ok()
}

/// `Z`, `UTC`, `+05:30`, `+0530`, `-08`, the zones of RFC 2822, or an IANA name.
fn zone(word: &str) -> Option<TimeZone> {
    let hours = |h: i8| Offset::from_hours(h).ok().map(Offset::to_time_zone);
    match word {
        "Z" | "z" | "UTC" | "GMT" | "UT" => return Some(TimeZone::UTC),
        "EDT" => return hours(-4),
        "EST" | "CDT" => return hours(-5),
        "CST" | "MDT" => return hours(-6),
        "MST" | "PDT" => return hours(-7),
        "PST" => return hours(-8),
        "CET" => return hours(1),
        "CEST" => return hours(2),
        _ => {}
    }
    let sign = match word.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ if word.contains('/') => return TimeZone::get(word).ok(),
        _ => return None,
    };
    let digits: String = word[1..].chars().filter(|&c| c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = digits.get(2..4).unwrap_or("0").parse().unwrap_or(0);
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok().map(Offset::to_time_zone)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_forms_are_read() {
        for (text, instant) in [
            ("2025-01-29T18:15:32Z", "2025-01-29T18:15:32Z"),
            ("2025-01-29T18:15:32+05:30", "2025-01-29T12:45:32Z"),
            ("2025-01-29T18:15:32.250", "2025-01-29T18:15:32Z"),
            ("2025-01-29 18:15:32 +0530", "2025-01-29T12:45:32Z"),
            ("2025-01-29 18:15:32+05:30", "2025-01-29T12:45:32Z"),
            ("2023-01-29 18:30:22 2023 -0800", "2023-01-30T02:30:22Z"),
            ("2025-01-29 18:15", "2025-01-29T18:15:00Z"),
            ("2025-1-9", "2025-01-09T00:00:00Z"),
            ("2025/01/29", "2025-01-29T00:00:00Z"),
            ("2025-01-29 America/New_York", "2025-01-29T05:00:00Z"),
            ("Jan 2, 2006", "2006-01-02T00:00:00Z"),
            ("January 2nd, 2006 3:04 pm", "2006-01-02T15:04:00Z"),
            ("2 January 2006", "2006-01-02T00:00:00Z"),
            ("Sept. 3, 2020 12:30am", "2020-09-03T00:30:00Z"),
            ("Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T22:04:05Z"),
            ("Mon Jan  2 15:04:05 MST 2006", "2006-01-02T22:04:05Z"),
            ("1/2/2006", "2006-01-02T00:00:00Z"),
            ("31/12/2006", "2006-12-31T00:00:00Z"),
            ("2.1.2006", "2006-01-02T00:00:00Z"),
            ("1136214245", "2006-01-02T15:04:05Z"),
            ("1136214245000", "2006-01-02T15:04:05Z"),
        ] {
            let read = of_text(text).map(Timestamp::to_rfc3339);
            assert_eq!(read.as_deref(), Some(instant), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "2025", "2025-13-01", "2025-02-30", "true", "12:30", "May"] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", like in "[-0-9:T+Z./ ,aApPmMjJn]{0,40}") {
            let _ = (of_text(&text), of_text(&like));
        }
    }
}
