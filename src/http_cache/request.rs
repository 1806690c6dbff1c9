//! What a request asks of a cache (RFC 9111, sections 5.2.1 and 5.4).

use std::time::Duration;

use http::HeaderMap;
use http::header::{CACHE_CONTROL, PRAGMA};

use super::cache_control::{Argument, DeltaSeconds, Directive, directives};
use super::freshness::State;

/// How stale a response may be that the client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxStale {
    /// However stale.
    Any,
    /// For so long.
    For(DeltaSeconds),
}

/// The directives of a request that decide on what is served; `no-store` is about what is stored
/// ([`check`](super::storable::check)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestDirectives {
    /// Nothing that was not asked of the origin for this request.
    pub no_cache: bool,
    /// What is stored, or `504`.
    pub only_if_cached: bool,
    /// Nothing older than that.
    pub max_age: Option<DeltaSeconds>,
    /// Fresh for at least so long.
    pub min_fresh: Option<DeltaSeconds>,
    /// Stale will do.
    pub max_stale: Option<MaxStale>,
}

impl RequestDirectives {
    /// Reads `Cache-Control`, and `Pragma: no-cache` where that is absent.
    #[must_use]
    pub fn of(request: &HeaderMap) -> Self {
        let mut read = Self::default();
        if !request.contains_key(CACHE_CONTROL) {
            let says_no_cache = |directive: Directive| directive.name == "no-cache";
            read.no_cache = request.contains_key(PRAGMA)
                && directives(request.get_all(PRAGMA)).any(says_no_cache);
            return read;
        }
        for Directive { name, argument } in directives(request.get_all(CACHE_CONTROL)) {
            match name.as_str() {
                "no-cache" => read.no_cache = true,
                "only-if-cached" => read.only_if_cached = true,
                // An age that cannot be read: nothing is young enough.
                "max-age" => {
                    let age = argument.seconds().unwrap_or(DeltaSeconds::ZERO);
                    read.max_age = Some(read.max_age.map_or(age, |other| other.min(age)));
                }
                "min-fresh" => read.min_fresh = argument.seconds().max(read.min_fresh),
                "max-stale" => {
                    read.max_stale = match (argument.seconds(), &argument) {
                        (Some(seconds), _) => Some(MaxStale::For(seconds)),
                        (None, Argument::Absent) => Some(MaxStale::Any),
                        (None, _) => read.max_stale,
                    };
                }
                _ => {}
            }
        }
        read
    }

    /// Whether the client takes a response of this age and state without a word from the origin.
    /// `forbids_stale` is what the response says of itself, and goes before `max-stale`.
    #[must_use]
    pub fn accepts(&self, age: Duration, state: State, forbids_stale: bool) -> bool {
        if self.no_cache || self.max_age.is_some_and(|most| age > most.duration()) {
            return false;
        }
        match state {
            State::Fresh(left) => self.min_fresh.is_none_or(|least| left >= least.duration()),
            State::Stale(_) if forbids_stale || self.min_fresh.is_some() => false,
            State::Stale(since) => match self.max_stale {
                Some(MaxStale::Any) => true,
                Some(MaxStale::For(most)) => since <= most.duration(),
                None => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn read(fields: &[(&'static str, &str)]) -> RequestDirectives {
        let fields = fields.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        });
        RequestDirectives::of(&fields.collect())
    }

    fn accepts(control: &str, age: u64, state: State) -> bool {
        let directives = read(&[("cache-control", control)]);
        directives.accepts(Duration::from_secs(age), state, false)
    }

    const fn fresh(seconds: u64) -> State {
        State::Fresh(Duration::from_secs(seconds))
    }

    const fn stale(seconds: u64) -> State {
        State::Stale(Duration::from_secs(seconds))
    }

    #[test]
    fn a_client_says_what_it_takes() {
        for (control, age, state, expected) in [
            ("x", 10, fresh(5), true),
            ("x", 10, stale(0), false),
            ("no-cache", 0, fresh(5), false),
            ("max-age=10", 10, fresh(5), true),
            ("max-age=9", 10, fresh(5), false),
            ("max-age=0", 0, fresh(5), true),
            ("max-age=x", 1, fresh(5), false),
            ("max-age=99, max-age=9", 10, fresh(5), false),
            ("min-fresh=5", 10, fresh(5), true),
            ("min-fresh=6", 10, fresh(5), false),
            ("max-stale", 10, stale(1000), true),
            ("max-stale=9", 10, stale(9), true),
            ("max-stale=9", 10, stale(10), false),
            ("max-stale=x", 10, stale(1), false),
            ("max-stale, max-age=5", 10, stale(1), false),
            ("max-stale, min-fresh=5", 10, stale(1), false),
        ] {
            assert_eq!(accepts(control, age, state), expected, "{control}");
        }
        let any = read(&[("cache-control", "max-stale")]);
        assert!(!any.accepts(Duration::from_secs(9), stale(1), true));
    }

    #[test]
    fn pragma_counts_alone() {
        assert!(read(&[("pragma", "no-cache")]).no_cache);
        assert!(read(&[("pragma", "x, no-cache")]).no_cache);
        assert!(!read(&[("pragma", "x")]).no_cache);
        assert!(!read(&[("pragma", "no-cache"), ("cache-control", "x")]).no_cache);
    }

    proptest! {
        #[test]
        fn any_field_can_be_read(text in "\\PC{0,100}") {
            if let Ok(value) = HeaderValue::from_str(&text) {
                let request = [(CACHE_CONTROL, value)].into_iter().collect();
                let _ = RequestDirectives::of(&request);
            }
        }
    }
}
