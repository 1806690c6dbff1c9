//! How long a response is fresh, and how old it is (RFC 9111, section 4.2). The present is passed in.

use std::time::Duration;

use http::header::{AGE, DATE, EXPIRES, LAST_MODIFIED};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use super::cache_control::{DeltaSeconds, Flag, ResponseDirectives};
use super::date;
use super::list::elements;
use crate::clock::Timestamp;

/// The freshness of a response for as long as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// How long the response is fresh, counted from when the origin made it.
    pub lifetime: Duration,
    /// Whether the origin said so, or we guess from `Last-Modified`.
    pub is_heuristic: bool,
    /// How old the response was when it arrived.
    pub initial_age: Duration,
    /// When it arrived.
    pub received: Timestamp,
    /// How long it may be served stale while it is asked for anew.
    pub stale_while_revalidate: Duration,
    /// How long it may be served stale while the origin fails.
    pub stale_if_error: Duration,
}

/// When a response was asked for, and when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// The request was sent.
    pub requested: Timestamp,
    /// The head of the response was there.
    pub received: Timestamp,
}

/// What `now` makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// For so long.
    Fresh(Duration),
    /// Since so long.
    Stale(Duration),
}

impl Freshness {
    /// Reads it from a response with these directives; `targeted` says that they are not those of
    /// `Cache-Control`, so that `Expires` is not asked (RFC 9213, section 2.2). `longest_guess` bounds
    /// a lifetime that the origin did not give.
    #[must_use]
    pub fn of(
        (directives, targeted): (&ResponseDirectives, bool),
        (status, headers): (StatusCode, &HeaderMap),
        exchange: Exchange,
        longest_guess: Duration,
    ) -> Self {
        let explicit = explicit_lifetime((directives, targeted), headers, exchange.received);
        let guessed = || guess(directives, status, headers, exchange.received).min(longest_guess);
        let lifetime = explicit.unwrap_or_else(guessed);
        let stale_for = |allowed: Option<DeltaSeconds>| {
            allowed.filter(|_| !directives.forbids_stale()).unwrap_or(DeltaSeconds::ZERO).duration()
        };
        Self {
            lifetime,
            is_heuristic: explicit.is_none(),
            initial_age: initial_age(headers, exchange),
            received: exchange.received,
            stale_while_revalidate: stale_for(directives.stale_while_revalidate),
            stale_if_error: stale_for(directives.stale_if_error),
        }
    }

    /// How old the response is (section 4.2.3).
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Duration {
        self.initial_age + now.since(self.received)
    }

    /// Whether it is fresh, and for how long, or how long it has been stale.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        let age = self.age(now);
        match self.lifetime.checked_sub(age) {
            Some(left) if !left.is_zero() => State::Fresh(left),
            _ => State::Stale(age.saturating_sub(self.lifetime)),
        }
    }
}

/// What the origin says (section 4.2.1): `s-maxage`, `max-age`, then `Expires` less `Date`.
fn explicit_lifetime(
    (directives, targeted): (&ResponseDirectives, bool),
    headers: &HeaderMap,
    received: Timestamp,
) -> Option<Duration> {
    if let Some(seconds) = directives.s_maxage.or(directives.max_age) {
        return Some(seconds.duration());
    }
    if targeted || !headers.contains_key(EXPIRES) {
        return None;
    }
    // An Expires that is no date lies in the past (section 5.3).
    let Some(expires) = date::of(headers, &EXPIRES) else { return Some(Duration::ZERO) };
    Some(Duration::from_secs(expires.saturating_sub(made_at(headers, received))))
}

/// When the origin made the response: its `Date`, or else when it arrived.
fn made_at(headers: &HeaderMap, received: Timestamp) -> u64 {
    date::of(headers, &DATE).unwrap_or_else(|| whole_seconds(received))
}

fn whole_seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_seconds()).unwrap_or(0)
}

/// A tenth of the time since the response last changed (section 4.2.2), where its status allows to
/// guess, or the origin said `public`.
fn guess(
    directives: &ResponseDirectives,
    status: StatusCode,
    headers: &HeaderMap,
    received: Timestamp,
) -> Duration {
    if !is_heuristically_cacheable(status) && !directives.has(Flag::Public) {
        return Duration::ZERO;
    }
    let Some(changed) = date::of(headers, &LAST_MODIFIED) else { return Duration::ZERO };
    Duration::from_secs(made_at(headers, received).saturating_sub(changed) / 10)
}

/// The status codes whose lifetime may be guessed (RFC 9110, section 15.1). A part is none here,
/// since parts are not stored.
#[must_use]
pub fn is_heuristically_cacheable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// The age on arrival (section 4.2.3), by `Age` and by `Date`. Of several ages the first counts, and
/// one that is no number does not (section 5.1).
fn initial_age(headers: &HeaderMap, exchange: Exchange) -> Duration {
    let told = elements(headers.get_all(AGE)).next().and_then(DeltaSeconds::parse);
    let told = told.unwrap_or(DeltaSeconds::ZERO).duration();
    let apparent = date::of(headers, &DATE)
        .map_or(0, |date| whole_seconds(exchange.received).saturating_sub(date));
    let corrected = told + exchange.received.since(exchange.requested);
    corrected.max(Duration::from_secs(apparent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::targeted;
    use super::*;

    const NOW: u64 = 1_000_000_000;
    const AT: Timestamp = Timestamp(1_000_000_000_000_000);

    fn date(offset: i64) -> String {
        let at = std::time::UNIX_EPOCH + Duration::from_secs(NOW.saturating_add_signed(offset));
        httpdate::fmt_http_date(at)
    }

    fn of(status: u16, fields: &[(&str, &str)]) -> Freshness {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: http::HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        let (directives, targeted) = targeted::directives(&headers, &[targeted::CDN_CACHE_CONTROL]);
        Freshness::of(
            (&directives, targeted),
            (StatusCode::from_u16(status).unwrap(), &headers),
            Exchange { requested: AT, received: AT },
            Duration::from_hours(24),
        )
    }

    fn seconds(fields: &[(&str, &str)]) -> u64 {
        of(200, fields).lifetime.as_secs()
    }

    #[test]
    fn the_origin_gives_the_lifetime() {
        let (now, soon, past) = (&*date(0), &*date(100), &*date(-100));
        assert_eq!(seconds(&[("cache-control", "max-age=60")]), 60);
        assert_eq!(seconds(&[("cache-control", "max-age=60, s-maxage=5")]), 5);
        assert_eq!(seconds(&[("cache-control", "max-age=60"), ("expires", past)]), 60);
        assert_eq!(seconds(&[("cache-control", "max-age=0"), ("expires", soon)]), 0);
        assert_eq!(seconds(&[("expires", soon), ("date", now)]), 100);
        assert_eq!(seconds(&[("expires", soon), ("date", past)]), 200);
        assert_eq!(seconds(&[("expires", soon), ("date", "x")]), 100);
        assert_eq!(seconds(&[("expires", soon)]), 100);
        for invalid in ["0", "-1", "", "tomorrow"] {
            assert_eq!(seconds(&[("expires", invalid), ("last-modified", past)]), 0, "{invalid}");
        }
        assert_eq!(seconds(&[("expires", soon), ("expires", soon)]), 0);
        assert_eq!(seconds(&[("expires", soon), ("cdn-cache-control", "foo")]), 0);
        assert_eq!(
            seconds(&[("cache-control", "max-age=9"), ("cdn-cache-control", "max-age=60")]),
            60
        );
    }

    #[test]
    fn a_guess_is_a_tenth() {
        let changed = &*date(-1000);
        for (status, public, expected) in [
            (200, false, 100),
            (404, false, 100),
            (201, false, 0),
            (599, false, 0),
            (599, true, 100),
            (206, false, 0),
        ] {
            let control = if public { "public" } else { "x" };
            let fields = [("last-modified", changed), ("cache-control", control)];
            let fresh = of(status, &fields);
            assert_eq!(fresh.lifetime.as_secs(), expected, "{status} {public}");
            assert!(fresh.is_heuristic);
        }
        assert_eq!(seconds(&[("last-modified", &date(1000))]), 0);
        assert_eq!(seconds(&[("last-modified", &date(-900_000_000))]), 86_400);
        assert_eq!(seconds(&[]), 0);
    }

    #[test]
    fn age_and_date_make_it_older() {
        let age = |fields: &[(&str, &str)]| of(200, fields).age(AT.plus_seconds(10)).as_secs();
        assert_eq!(age(&[]), 10);
        assert_eq!(age(&[("age", "30")]), 40);
        assert_eq!(age(&[("age", "30, 0")]), 40);
        assert_eq!(age(&[("age", "0"), ("age", "30")]), 10);
        for no_number in ["abc", "-30", "30.0", "30;x", "abc, 30"] {
            assert_eq!(age(&[("age", no_number)]), 10, "{no_number}");
        }
        assert_eq!(age(&[("date", &date(-50))]), 60);
        assert_eq!(age(&[("date", &date(-50)), ("age", "70")]), 80);
        assert_eq!(age(&[("date", &date(50))]), 10);
    }

    #[test]
    fn it_is_fresh_until_it_is_as_old_as_its_lifetime() {
        let fresh = of(200, &[("cache-control", "max-age=60, stale-if-error=5")]);
        assert_eq!(fresh.state(AT), State::Fresh(Duration::from_mins(1)));
        assert_eq!(fresh.state(AT.plus_seconds(59)), State::Fresh(Duration::from_secs(1)));
        assert_eq!(fresh.state(AT.plus_seconds(60)), State::Stale(Duration::ZERO));
        assert_eq!(fresh.state(AT.plus_seconds(70)), State::Stale(Duration::from_secs(10)));
        assert_eq!(fresh.stale_if_error.as_secs(), 5);
        let strict = of(200, &[("cache-control", "max-age=60, stale-if-error=5, must-revalidate")]);
        assert!(strict.stale_if_error.is_zero());
    }

    proptest! {
        #[test]
        fn any_response_has_a_state(
            control in "\\PC{0,60}", expires in "\\PC{0,40}", age in "[0-9a, ]{0,30}", after: u32,
        ) {
            let mut headers = HeaderMap::new();
            for (name, value) in [("cache-control", control), ("expires", expires), ("age", age)] {
                if let Ok(value) = value.parse() {
                    headers.insert(name, value);
                }
            }
            let directives = ResponseDirectives::of(&headers);
            let fresh = Freshness::of(
                (&directives, false),
                (StatusCode::OK, &headers),
                Exchange { requested: AT, received: AT },
                Duration::from_hours(24),
            );
            let now = AT.plus_seconds(i64::from(after));
            prop_assert!(fresh.age(now) >= fresh.age(AT));
        }
    }
}
