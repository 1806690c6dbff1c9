//! How long an answer may be kept, and by whom.

use std::fmt::Write as _;

use http::HeaderValue;

/// What a reader's browser may do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Browser {
    /// Keep it, and ask each time whether it is still good: no purge reaches a browser.
    Asks,
    /// Keep it for some seconds without asking.
    Keeps(u32),
    /// Keep it for good: what is behind the address never changes (RFC 8246).
    Immutable,
    /// Keep nothing, and neither may anybody else.
    Forgets,
}

/// How long an answer may be kept. All times are seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// What the reader's browser may do.
    pub browser: Browser,
    /// How long a shared cache that hears of changes may call it fresh.
    pub fresh: u32,
    /// How long after that it may serve it while it asks for a new one (RFC 5861).
    pub stale_while_revalidate: u32,
    /// How long after that it may serve it when there is no new one to have (RFC 5861).
    pub stale_if_error: u32,
}

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

impl Policy {
    /// Pages, feeds and the like: whatever changes them is told to every cache, so the time is only a
    /// second line.
    pub const PAGE: Self = Self {
        browser: Browser::Asks,
        fresh: DAY,
        stale_while_revalidate: 10 * MINUTE,
        stale_if_error: DAY,
    };
    /// What nearly every change touches, and nearly nobody asks twice.
    pub const SEARCH: Self = Self {
        browser: Browser::Asks,
        fresh: 5 * MINUTE,
        stale_while_revalidate: MINUTE,
        stale_if_error: HOUR,
    };
    /// What is true by the clock on the wall: a minute more or less is no matter, a day is.
    pub const MOMENT: Self = Self {
        browser: Browser::Asks,
        fresh: MINUTE,
        stale_while_revalidate: 0,
        stale_if_error: HOUR,
    };
    /// What is not there. Whatever puts something there is told to every cache as well.
    pub const MISSING: Self = Self {
        browser: Browser::Asks,
        fresh: MINUTE,
        stale_while_revalidate: 0,
        stale_if_error: HOUR,
    };
    /// A name that holds a hash of its bytes: a year.
    pub const IMMUTABLE: Self = Self {
        browser: Browser::Immutable,
        fresh: 365 * DAY,
        stale_while_revalidate: 0,
        stale_if_error: 0,
    };
    /// A hashed name that is not known here. Ten seconds keep a shared cache from passing on every
    /// request for a broken link; more would hide a file that another instance, or this one a moment
    /// later, has.
    pub const UNKNOWN_NAME: Self = Self {
        browser: Browser::Keeps(10),
        fresh: 10,
        stale_while_revalidate: 0,
        stale_if_error: 0,
    };
    /// A redirect whose target depends on rules that a later version may change.
    pub const REDIRECT: Self = Self {
        browser: Browser::Keeps(HOUR),
        fresh: HOUR,
        stale_while_revalidate: 0,
        stale_if_error: 0,
    };
    /// What no cache may keep: true for one moment, or for one reader.
    pub const NOTHING: Self =
        Self { browser: Browser::Forgets, fresh: 0, stale_while_revalidate: 0, stale_if_error: 0 };

    /// The same, but that no shared cache keeps it.
    #[must_use]
    pub const fn for_browsers_alone(self) -> Self {
        Self { fresh: 0, stale_while_revalidate: 0, stale_if_error: 0, ..self }
    }

    /// `Cache-Control`: what browsers, and proxies that hear of no change, may do.
    #[must_use]
    pub fn cache_control(self) -> HeaderValue {
        match self.browser {
            Browser::Asks => HeaderValue::from_static("no-cache"),
            Browser::Immutable => HeaderValue::from_static("public, max-age=31536000, immutable"),
            Browser::Forgets => HeaderValue::from_static("no-store"),
            Browser::Keeps(seconds) => visible(&format!("public, max-age={seconds}")),
        }
    }

    /// The same for our own cache: whatever a request brings along, a password even, the answer may be
    /// kept (RFC 9111, section 3.5), since whoever made it saw none of that.
    #[must_use]
    pub fn for_all(self) -> HeaderValue {
        let targeted = self.targeted();
        match targeted.to_str() {
            Ok(text) if text != "no-store" => visible(&format!("public, {text}")),
            _ => targeted,
        }
    }

    /// The directives of a targeted field (RFC 9213), for a cache that hears of changes.
    #[must_use]
    pub fn targeted(self) -> HeaderValue {
        if self.browser == Browser::Forgets || self.fresh == 0 {
            return HeaderValue::from_static("no-store");
        }
        let mut text = format!("max-age={}", self.fresh);
        for (name, seconds) in [
            ("stale-while-revalidate", self.stale_while_revalidate),
            ("stale-if-error", self.stale_if_error),
        ] {
            if seconds > 0 {
                let _ = write!(text, ", {name}={seconds}");
            }
        }
        visible(&text)
    }
}

/// What is written here is visible ASCII; the fallback forbids to keep the answer.
fn visible(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("no-store"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_written_for_browsers_and_for_caches() {
        for (policy, browsers, caches) in [
            (
                Policy::PAGE,
                "no-cache",
                "max-age=86400, stale-while-revalidate=600, stale-if-error=86400",
            ),
            (Policy::MISSING, "no-cache", "max-age=60, stale-if-error=3600"),
            (Policy::IMMUTABLE, "public, max-age=31536000, immutable", "max-age=31536000"),
            (Policy::UNKNOWN_NAME, "public, max-age=10", "max-age=10"),
            (Policy::NOTHING, "no-store", "no-store"),
        ] {
            assert_eq!(policy.cache_control(), browsers);
            assert_eq!(policy.targeted(), caches);
        }
    }
}
