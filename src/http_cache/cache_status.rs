//! `Cache-Status`: what this cache did with a request (RFC 9211), as an item of structured fields.

use std::fmt::{self, Write};
use std::time::Duration;

use http::{HeaderName, HeaderValue};

/// The field.
pub const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
/// How much of a key is shown.
const LONGEST_KEY: usize = 200;

/// Why a request went on to the origin (section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forward {
    /// The cache was told to keep out of it.
    Bypass,
    /// Nothing is stored for this method.
    Method,
    /// Nothing was stored for this key.
    UriMiss,
    /// Something was stored for this key, but for other words in the fields that it varies by.
    VaryMiss,
    /// The request asked for it.
    Request,
    /// What was stored is too old.
    Stale,
}

impl Forward {
    const fn token(self) -> &'static str {
        match self {
            Self::Bypass => "bypass",
            Self::Method => "method",
            Self::UriMiss => "uri-miss",
            Self::VaryMiss => "vary-miss",
            Self::Request => "request",
            Self::Stale => "stale",
        }
    }
}

/// What was done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheStatus<'a> {
    /// The name of this cache, a token.
    pub cache: &'a str,
    /// Why the request went on; `None` for a hit.
    pub forward: Option<Forward>,
    /// What the origin answered.
    pub forward_status: Option<u16>,
    /// Whether the answer is stored.
    pub stored: bool,
    /// Whether the answer came of another request that was under way.
    pub collapsed: bool,
    /// How long the response is still fresh, in seconds; below zero, how long it has been stale.
    pub ttl: Option<i64>,
    /// What it is stored under.
    pub key: Option<&'a str>,
    /// A word more, a token: the layer, or why nothing was stored.
    pub detail: Option<&'a str>,
}

impl<'a> CacheStatus<'a> {
    /// A hit of a cache with this name.
    #[must_use]
    pub const fn hit(cache: &'a str) -> Self {
        Self {
            cache,
            forward: None,
            forward_status: None,
            stored: false,
            collapsed: false,
            ttl: None,
            key: None,
            detail: None,
        }
    }

    /// A request that went on to the origin.
    #[must_use]
    pub const fn forwarded(cache: &'a str, why: Forward) -> Self {
        Self { forward: Some(why), ..Self::hit(cache) }
    }

    /// The field value.
    ///
    /// # Panics
    ///
    /// If the name of the cache or the detail is no token.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::try_from(self.to_string()).expect("tokens and printable ASCII")
    }
}

impl fmt::Display for CacheStatus<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cache)?;
        match self.forward {
            None => f.write_str("; hit")?,
            Some(why) => write!(f, "; fwd={}", why.token())?,
        }
        if let Some(status) = self.forward_status {
            write!(f, "; fwd-status={status}")?;
        }
        if self.stored {
            f.write_str("; stored")?;
        }
        if self.collapsed {
            f.write_str("; collapsed")?;
        }
        if let Some(ttl) = self.ttl {
            write!(f, "; ttl={ttl}")?;
        }
        if let Some(key) = self.key {
            f.write_str("; key=")?;
            write_string(f, key)?;
        }
        if let Some(detail) = self.detail {
            write!(f, "; detail={detail}")?;
        }
        Ok(())
    }
}

/// A string of structured fields: printable ASCII alone, so the rest becomes a question mark.
fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars().take(LONGEST_KEY) {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            ' '..='~' => f.write_char(c)?,
            _ => f.write_char('?')?,
        }
    }
    f.write_char('"')
}

/// A span of time in whole seconds, as the field has it.
#[must_use]
pub fn seconds(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sfv::{BareItem, List, ListEntry, Parser};

    use super::*;

    #[test]
    fn it_says_what_was_done() {
        let hit = CacheStatus { ttl: Some(-3), detail: Some("l1"), ..CacheStatus::hit("m") };
        assert_eq!(hit.to_string(), "m; hit; ttl=-3; detail=l1");
        let miss = CacheStatus {
            forward_status: Some(200),
            stored: true,
            collapsed: true,
            key: Some("GET \"a\\b\" é"),
            ..CacheStatus::forwarded("m", Forward::VaryMiss)
        };
        assert_eq!(
            miss.to_string(),
            "m; fwd=vary-miss; fwd-status=200; stored; collapsed; key=\"GET \\\"a\\\\b\\\" ?\""
        );
    }

    proptest! {
        #[test]
        fn any_key_can_be_shown(key in "\\PC{0,300}") {
            let status = CacheStatus { key: Some(&key), ttl: Some(1), ..CacheStatus::hit("m") };
            let value = status.header_value();
            let list: List = Parser::new(value.as_bytes()).parse().unwrap();
            let [ListEntry::Item(item)] = &list[..] else { panic!("one item: {value:?}") };
            prop_assert_eq!(item.params.get("hit"), Some(&BareItem::Boolean(true)));
            prop_assert_eq!(item.params.get("ttl"), Some(&BareItem::Integer(1.into())));
        }
    }
}
