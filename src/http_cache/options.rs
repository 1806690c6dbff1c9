//! How a response cache behaves.

use std::time::Duration;

use http::HeaderName;

use super::storable::CookiePolicy;
use super::targeted::CDN_CACHE_CONTROL;
use crate::cache::Hold;

/// When an answer carries `Cache-Status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusField {
    /// Never: what is hit and what is missed can be of use to an attacker.
    #[default]
    Never,
    /// On every answer.
    Always,
}

/// Whether the directives of a request count. A cache may leave them alone (RFC 9111, section
/// 5.2.1), and one that stands before its own origin does well to: else anybody can go past it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RequestPolicy {
    /// Only `only-if-cached` counts. A `no-store` would make this request load alone, and others not
    /// find what it loaded; so would a condition that is meant for the origin, which a cache may
    /// leave alone (RFC 9110, sections 13.1.1 and 13.1.4).
    #[default]
    Ignore,
    /// All count.
    Obey,
}

/// Whether responses are compressed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// They stay as they come; their `Vary` counts.
    #[default]
    Off,
    /// Once, when they are stored; the origin is asked for plain bytes.
    OnStore,
}

/// Whether what is fresh may be asked for before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EarlyRefresh {
    /// Never.
    #[default]
    Never,
    /// The dearer, the earlier; see [`crate::cache::Cache::judge_by_lifetime`].
    ByCost,
}

/// The options of a response cache. The defaults are those of a plain shared cache, on the safe
/// side.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name in `Cache-Status`, a token.
    pub name: &'static str,
    /// When it is told what was done.
    pub status_field: StatusField,
    /// The targeted fields that it goes by, the nearest first.
    pub targeted: Vec<HeaderName>,
    /// What to do with responses that set a cookie.
    pub cookies: CookiePolicy,
    /// Whether the directives of a request count.
    pub requests: RequestPolicy,
    /// Whether responses are compressed here.
    pub compression: Compression,
    /// Whether what is fresh may be asked for before its time.
    pub early_refresh: EarlyRefresh,
    /// Whether a `404` or `410` is kept only when it is asked for a second time.
    pub absent_on_second_sight: bool,
    /// A larger body is passed on as it comes, and not stored. In bytes.
    pub largest_body: u64,
    /// The longest lifetime that is guessed where the origin gives none.
    pub longest_guess: Duration,
    /// How long a response with a validator is kept beyond its lifetime, to be asked about.
    pub kept_for_validation: Duration,
    /// How long a response may be served stale while the origin cannot be reached at all, where it
    /// does not forbid it (RFC 9111, section 4.2.4). `stale-if-error` counts beside it.
    pub stale_when_disconnected: Duration,
    /// The longest lifetime that a stale answer tells the caches behind this one; `None` leaves what
    /// the origin said.
    pub stale_lifetime: Option<Duration>,
    /// How long the answer to a change is held back once what it makes old was removed, so that the
    /// instances beside this one hear of it first.
    pub pause_after_change: Duration,
    /// How long a reader waits.
    pub hold: Hold,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "masthead",
            status_field: StatusField::default(),
            targeted: vec![CDN_CACHE_CONTROL],
            cookies: CookiePolicy::default(),
            requests: RequestPolicy::default(),
            compression: Compression::default(),
            early_refresh: EarlyRefresh::default(),
            absent_on_second_sight: false,
            largest_body: 8 << 20,
            longest_guess: Duration::from_hours(24),
            kept_for_validation: Duration::from_hours(1),
            stale_when_disconnected: Duration::ZERO,
            stale_lifetime: None,
            pause_after_change: Duration::ZERO,
            hold: Hold::default(),
        }
    }
}
