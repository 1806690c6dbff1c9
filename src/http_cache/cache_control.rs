//! `Cache-Control` as it is written (RFC 9111, section 5.2), and the directives of a response.
//!
//! It is read strictly: what cannot be read never makes a response live longer. A lifetime that is
//! no number counts as 0; of several lifetimes the first counts (section 4.2.1).

use std::time::Duration;

use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::list::{elements, is_token, unquote};

/// Whole seconds (RFC 9111, section 1.2.2). What exceeds 2³¹ is 2³¹, which is 68 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeltaSeconds(u32);

impl DeltaSeconds {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    const MOST: u32 = 1 << 31;

    /// So many seconds, at most 2³¹.
    #[must_use]
    pub fn new(seconds: u64) -> Self {
        Self(u32::try_from(seconds).map_or(Self::MOST, |seconds| seconds.min(Self::MOST)))
    }

    /// Digits alone, however many.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digit = |seconds: u64, byte: &u8| seconds.saturating_mul(10) + u64::from(byte - b'0');
        Some(Self::new(
            text.iter().fold(0, |seconds, byte| digit(seconds, byte).min(u64::MAX / 16)),
        ))
    }

    /// As a span of time.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

/// What a directive says beside its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// Nothing.
    Absent,
    /// A token, or what stood in quotes: both forms mean the same.
    Text(Vec<u8>),
    /// Something that is neither.
    Malformed,
}

impl Argument {
    /// The argument as seconds, where it is that.
    #[must_use]
    pub fn seconds(&self) -> Option<DeltaSeconds> {
        match self {
            Self::Text(text) => DeltaSeconds::parse(text),
            Self::Absent | Self::Malformed => None,
        }
    }
}

/// A directive: its name in lower case, and its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// The name, in lower case.
    pub name: String,
    /// What stands behind the equals sign.
    pub argument: Argument,
}

/// The directives of some lines, in their order. One with a name that is no token is read by what is
/// left of it without spaces, and its argument is malformed.
pub fn directives<'a>(
    lines: impl IntoIterator<Item = &'a HeaderValue>,
) -> impl Iterator<Item = Directive> {
    elements(lines).map(|element| {
        let equals = element.iter().position(|&b| b == b'=');
        let written = &element[..equals.unwrap_or(element.len())];
        let name = String::from_utf8_lossy(written.trim_ascii()).to_ascii_lowercase();
        let argument = match equals.map(|at| &element[at + 1..]) {
            _ if !is_token(written) => Argument::Malformed,
            None => Argument::Absent,
            Some(text) if is_token(text) => Argument::Text(text.to_vec()),
            Some(text) => unquote(text).map_or(Argument::Malformed, Argument::Text),
        };
        Directive { name, argument }
    })
}

/// What `no-cache` or `private` is said of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// The directive is absent.
    #[default]
    Nothing,
    /// Only these fields of the response.
    Fields(Vec<HeaderName>),
    /// The whole response.
    Everything,
}

impl Scope {
    /// The scope that an argument names. What cannot be read as names means everything.
    #[must_use]
    pub fn of(argument: &Argument) -> Self {
        let Argument::Text(text) = argument else { return Self::Everything };
        let names: Result<Vec<HeaderName>, _> = text
            .split(|&b| b == b',')
            .map(<[u8]>::trim_ascii)
            .filter(|name| !name.is_empty())
            .map(HeaderName::from_bytes)
            .collect();
        match names {
            Ok(names) if !names.is_empty() => Self::Fields(names),
            _ => Self::Everything,
        }
    }

    /// The narrower promise of two: what either withholds is withheld.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, scope) | (scope, Self::Nothing) => scope,
            (Self::Fields(mut names), Self::Fields(more)) => {
                names.extend(more);
                Self::Fields(names)
            }
            _ => Self::Everything,
        }
    }

    /// The fields that are named.
    #[must_use]
    pub fn fields(&self) -> &[HeaderName] {
        match self {
            Self::Fields(names) => names,
            Self::Nothing | Self::Everything => &[],
        }
    }
}

/// A directive that says all by being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Store nothing.
    NoStore = 1,
    /// `no-store` is for those who do not understand the status code.
    MustUnderstand = 1 << 1,
    /// Never stale.
    MustRevalidate = 1 << 2,
    /// Never stale, in shared caches.
    ProxyRevalidate = 1 << 3,
    /// Whoever asks, with a password too.
    Public = 1 << 4,
    /// It never changes while it is fresh (RFC 8246).
    Immutable = 1 << 5,
}

/// The directives of a response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResponseDirectives {
    flags: u8,
    /// Said of the whole, or of some fields: not without asking the origin.
    pub no_cache: Scope,
    /// Said of the whole, or of some fields: not in a shared cache.
    pub private: Scope,
    /// How long the response is fresh.
    pub max_age: Option<DeltaSeconds>,
    /// The same, for shared caches.
    pub s_maxage: Option<DeltaSeconds>,
    /// How long it may be served stale while it is asked for anew (RFC 5861).
    pub stale_while_revalidate: Option<DeltaSeconds>,
    /// How long it may be served stale while the origin fails (RFC 5861).
    pub stale_if_error: Option<DeltaSeconds>,
}

impl ResponseDirectives {
    /// Reads `Cache-Control`.
    #[must_use]
    pub fn of(response: &HeaderMap) -> Self {
        let mut read = Self::default();
        for Directive { name, argument } in directives(response.get_all(CACHE_CONTROL)) {
            let lifetime = || Some(argument.seconds().unwrap_or(DeltaSeconds::ZERO));
            match name.as_str() {
                "max-age" => read.max_age = read.max_age.or_else(lifetime),
                "s-maxage" => read.s_maxage = read.s_maxage.or_else(lifetime),
                "stale-while-revalidate" => {
                    read.stale_while_revalidate = read.stale_while_revalidate.or_else(lifetime);
                }
                "stale-if-error" => {
                    read.stale_if_error = read.stale_if_error.or_else(lifetime);
                }
                "no-cache" => read.no_cache = read.no_cache.and(Scope::of(&argument)),
                "private" => read.private = read.private.and(Scope::of(&argument)),
                name => read.set_named(name),
            }
        }
        read
    }

    /// Whether a directive was given.
    #[must_use]
    pub const fn has(&self, flag: Flag) -> bool {
        self.flags & flag as u8 != 0
    }

    /// Sets the flag of a name; what is not known says nothing.
    pub(super) fn set_named(&mut self, name: &str) {
        let flag = match name {
            "no-store" => Flag::NoStore,
            "must-understand" => Flag::MustUnderstand,
            "must-revalidate" => Flag::MustRevalidate,
            "proxy-revalidate" => Flag::ProxyRevalidate,
            "public" => Flag::Public,
            "immutable" => Flag::Immutable,
            _ => return,
        };
        self.flags |= flag as u8;
    }

    /// Whether a shared cache may never serve the response stale (section 4.2.4): `s-maxage` says so
    /// too (section 5.2.2.10).
    #[must_use]
    pub fn forbids_stale(&self) -> bool {
        self.has(Flag::MustRevalidate)
            || self.has(Flag::ProxyRevalidate)
            || self.s_maxage.is_some()
            || self.no_cache == Scope::Everything
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&str]) -> ResponseDirectives {
        let mut response = HeaderMap::new();
        for line in lines {
            response.append(CACHE_CONTROL, line.parse().unwrap());
        }
        ResponseDirectives::of(&response)
    }

    #[test]
    fn lifetimes_are_read_strictly() {
        for (line, seconds) in [
            ("max-age=60", Some(60)),
            ("MaX-AgE=60", Some(60)),
            ("max-age=\"60\"", Some(60)),
            ("max-age=0060", Some(60)),
            ("max-age=99999999999999999999999999", Some(1 << 31)),
            ("max-age='60'", Some(0)),
            ("max-age=-60", Some(0)),
            ("max-age=60.0", Some(0)),
            ("max-age=60a", Some(0)),
            ("max-age= 60", Some(0)),
            ("max-age =60", Some(0)),
            ("max-age", Some(0)),
            ("max-age=", Some(0)),
            ("max-age=\"60", Some(0)),
            ("max-age=1, max-age=60", Some(1)),
            ("max-age=60, max-age=1", Some(60)),
            ("a=\"max-age=60\"", None),
            ("a=\", max-age=60\", max-age=1", Some(1)),
            ("max-age=1, a=\", max-age=60\"", Some(1)),
            ("x-max-age=60", None),
        ] {
            let expected = seconds.map(DeltaSeconds);
            assert_eq!(read(&[line]).max_age, expected, "{line}");
        }
        assert_eq!(read(&["max-age=5", "max-age=9"]).max_age, Some(DeltaSeconds(5)));
    }

    #[test]
    fn scopes_name_fields_or_everything() {
        let fields = |names: &[&'static str]| {
            Scope::Fields(names.iter().map(|name| HeaderName::from_static(name)).collect())
        };
        for (line, expected) in [
            ("max-age=1", Scope::Nothing),
            ("no-cache", Scope::Everything),
            ("No-CaChE", Scope::Everything),
            ("no-cache=\"a, B\"", fields(&["a", "b"])),
            ("no-cache=a", fields(&["a"])),
            ("no-cache=\"\"", Scope::Everything),
            ("no-cache=\"a b\"", Scope::Everything),
            ("no-cache=\"a", Scope::Everything),
            ("no-cache=\"a\", no-cache", Scope::Everything),
            ("no-cache=\"a\", no-cache=\"b\"", fields(&["a", "b"])),
        ] {
            assert_eq!(read(&[line]).no_cache, expected, "{line}");
        }
    }

    #[test]
    fn flags_count_whatever_stands_behind_them() {
        for line in ["no-store", "nO-StOrE", "a, no-store", "no-store=1", "no-store =1"] {
            assert!(read(&[line]).has(Flag::NoStore), "{line}");
        }
        assert!(!read(&["a=\"no-store\""]).has(Flag::NoStore));
        assert!(read(&["s-maxage=9"]).forbids_stale());
        assert!(!read(&["max-age=9, public"]).forbids_stale());
    }

    proptest! {
        #[test]
        fn any_line_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(line) = HeaderValue::from_bytes(&bytes) {
                let mut response = HeaderMap::new();
                response.insert(CACHE_CONTROL, line);
                let _ = ResponseDirectives::of(&response);
            }
        }

        #[test]
        fn a_number_is_itself_or_the_most(number: u64) {
            let parsed = DeltaSeconds::parse(number.to_string().as_bytes()).unwrap();
            prop_assert_eq!(u64::from(parsed.0), number.min(1 << 31));
        }
    }
}
