//! Time as a value that is passed in, so that a test can move it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// An instant: microseconds since the Unix epoch, UTC.
///
/// Microseconds are what PostgreSQL keeps, and an integer sorts the same way in both databases;
/// RFC 3339 text in SQLite does not (`..20.38Z` sorts after `..20.382Z`).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type,
)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant as `jiff` knows it.
    ///
    /// Microseconds beyond the years -9999 to 9999 are clamped to that range.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// The instant in a time zone, for people to read.
    #[must_use]
    pub fn in_zone(self, zone: &jiff::tz::TimeZone) -> jiff::ZonedDateTime {
        self.to_jiff().to_zoned_datetime(zone.clone())
    }

    /// RFC 3339 in UTC to the second, as feeds and sitemaps write it: `2026-11-23T19:21:49Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long ago an earlier instant was; nothing where it is later than this one.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(if micros > 0 { micros.unsigned_abs() } else { 0 })
    }

    /// This instant and some seconds.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// This instant and some milliseconds.
    #[must_use]
    pub const fn plus_milliseconds(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds.saturating_mul(1_000)))
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.as_microsecond())
    }
}

/// Where the present comes from.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// The present instant, as a watch on the wall shows it: it may be set, forward and back.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment, as a stopwatch shows it: it never goes back. It may stand still
    /// while the machine sleeps.
    fn elapsed(&self) -> Duration;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others are told of")]
    fn now(&self) -> Timestamp {
        jiff::Timestamp::now().into()
    }

    fn elapsed(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    /// Microseconds since the Unix epoch.
    wall: AtomicI64,
    /// Microseconds on the stopwatch.
    stopwatch: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at the given instant.
    #[must_use]
    pub const fn at(instant: Timestamp) -> Self {
        Self { wall: AtomicI64::new(instant.0), stopwatch: AtomicU64::new(0) }
    }

    /// Moves the clock forward; where `seconds` is negative, somebody sets the watch back and the
    /// stopwatch stands still.
    pub fn advance(&self, seconds: i64) {
        if let Ok(seconds) = u64::try_from(seconds) {
            self.pass(Duration::from_secs(seconds));
        } else {
            self.set_wall_by(seconds);
        }
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.wall.fetch_add(i64::try_from(micros).unwrap_or(i64::MAX), Ordering::SeqCst);
        self.stopwatch.fetch_add(micros, Ordering::SeqCst);
    }

    /// Sets the watch on the wall, by some seconds; the stopwatch knows nothing of it. So it is when
    /// somebody sets the time, and when the machine slept.
    pub fn set_wall_by(&self, seconds: i64) {
        self.wall.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.wall.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.stopwatch.load(Ordering::SeqCst))
    }
}
