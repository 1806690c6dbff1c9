//! Dates as Ghost writes them: ISO 8601 with milliseconds.

use jiff::tz::TimeZone;

use crate::domain::Timestamp;

/// How an API writes its dates.
#[derive(Debug, Clone)]
pub(super) enum Dates {
    /// In the zone of the site, with its offset: `2026-11-23T20:21:49.000+01:00`.
    InZone(TimeZone),
    /// In UTC: `2026-11-23T19:21:49.000Z`.
    InUtc,
}

impl Dates {
    /// An instant, as it is written.
    pub(super) fn write(&self, instant: Timestamp) -> String {
        match self {
            Self::InZone(zone) => {
                instant.in_zone(zone).strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
            }
            Self::InUtc => instant.to_jiff().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_milliseconds_and_an_offset() {
        let instant = Timestamp(1_763_925_709_123_456);
        let zone = |name: &str| Dates::InZone(TimeZone::get(name).unwrap());
        for (name, text) in [
            ("Etc/UTC", "2025-11-23T19:21:49.123+00:00"),
            ("Europe/Berlin", "2025-11-23T20:21:49.123+01:00"),
            ("America/St_Johns", "2025-11-23T15:51:49.123-03:30"),
        ] {
            assert_eq!(zone(name).write(instant), text);
        }
        assert_eq!(Dates::InUtc.write(instant), "2025-11-23T19:21:49.123Z");
        assert_eq!(Dates::InUtc.write(Timestamp(0)), "1970-01-01T00:00:00.000Z");
    }
}
