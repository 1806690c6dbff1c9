//! Whether a shared cache may store a response (RFC 9111, section 3).

use http::header::{AUTHORIZATION, EXPIRES, LAST_MODIFIED, SET_COOKIE, VARY};
use http::header::{CACHE_CONTROL, ETAG};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use super::cache_control::{Flag, ResponseDirectives, Scope, directives};
use super::freshness::{Freshness, is_heuristically_cacheable};
use super::list::elements;

/// The older form of `Set-Cookie` (RFC 2965); nobody should send it, and nobody should share it.
const SET_COOKIE2: HeaderName = HeaderName::from_static("set-cookie2");

/// What to do with a response that sets a cookie. RFC 9111 lets a cache store it (section 7.3); the
/// origin that means it is rarer than the one that sends somebody's session by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CookiePolicy {
    /// Never store it.
    #[default]
    Refuse,
    /// Store it, cookie and all, as the RFC has it.
    Store,
}

/// Why a response is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Only the answers to `GET` are stored.
    Method,
    /// The request said `no-store`.
    RequestNoStore,
    /// A status code that nothing can be made of later: interim, partial, not modified, or one that
    /// has to be understood and is not.
    Status,
    /// The response said `no-store`.
    NoStore,
    /// The response is for one person.
    Private,
    /// The request had a password, and the response does not say that this is fine.
    Authorization,
    /// It sets a cookie.
    Cookie,
    /// It varies by everything, or by more than is kept apart.
    Vary,
    /// Nothing says how long it may be used, or how to ask whether it still may.
    Useless,
}

impl Refusal {
    /// The word for it in the log, in metrics and in `Cache-Status`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::RequestNoStore => "request-no-store",
            Self::Status => "status",
            Self::NoStore => "no-store",
            Self::Private => "private",
            Self::Authorization => "authorization",
            Self::Cookie => "set-cookie",
            Self::Vary => "vary",
            Self::Useless => "no-lifetime",
        }
    }
}

/// Checks a response with its directives and its freshness. The method and the fields are those of
/// the request that it answers.
pub fn check(
    (method, request): (&Method, &HeaderMap),
    (status, response): (StatusCode, &HeaderMap),
    (stated, freshness): (&ResponseDirectives, &Freshness),
    cookies: CookiePolicy,
) -> Result<(), Refusal> {
    if *method != Method::GET {
        return Err(Refusal::Method);
    }
    if directives(request.get_all(CACHE_CONTROL)).any(|directive| directive.name == "no-store") {
        return Err(Refusal::RequestNoStore);
    }
    if !is_final_and_whole(status) {
        return Err(Refusal::Status);
    }
    if stated.has(Flag::MustUnderstand) && !is_understood(status) {
        return Err(Refusal::Status);
    }
    // Who understands the status does not have to heed the no-store beside must-understand.
    if stated.has(Flag::NoStore) && !stated.has(Flag::MustUnderstand) {
        return Err(Refusal::NoStore);
    }
    if stated.private == Scope::Everything {
        return Err(Refusal::Private);
    }
    let with_password =
        stated.has(Flag::Public) || stated.has(Flag::MustRevalidate) || stated.s_maxage.is_some();
    if request.contains_key(AUTHORIZATION) && !with_password {
        return Err(Refusal::Authorization);
    }
    // A cookie that the directives withhold from the store is not stored with the rest.
    let is_withheld =
        |field| stated.private.fields().contains(field) || stated.no_cache.fields().contains(field);
    let sets = |field| response.contains_key(field) && !is_withheld(field);
    if (sets(&SET_COOKIE) || sets(&SET_COOKIE2)) && cookies == CookiePolicy::Refuse {
        return Err(Refusal::Cookie);
    }
    if elements(response.get_all(VARY)).any(|field| field == b"*") {
        return Err(Refusal::Vary);
    }
    let is_allowed = stated.has(Flag::Public)
        || stated.max_age.is_some()
        || stated.s_maxage.is_some()
        || response.contains_key(EXPIRES)
        || is_heuristically_cacheable(status);
    let can_be_asked = response.contains_key(ETAG) || response.contains_key(LAST_MODIFIED);
    let can_be_used = freshness.lifetime > freshness.initial_age
        || !freshness.stale_while_revalidate.is_zero()
        || !freshness.stale_if_error.is_zero();
    if !is_allowed || !(can_be_used || can_be_asked) {
        return Err(Refusal::Useless);
    }
    Ok(())
}

fn is_final_and_whole(status: StatusCode) -> bool {
    status.as_u16() >= 200 && !matches!(status.as_u16(), 206 | 304)
}

/// The status codes whose meaning for a cache is known here: those of RFC 9110 and 6585 that are
/// stored as they are.
fn is_understood(status: StatusCode) -> bool {
    status.canonical_reason().is_some()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::freshness::Exchange;
    use super::super::targeted::{self, CDN_CACHE_CONTROL};
    use super::*;
    use crate::clock::Timestamp;

    const AT: Timestamp = Timestamp(1_000_000_000_000_000);

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        headers
    }

    fn stored(
        request: (&Method, &[(&'static str, &str)]),
        (status, response): (u16, &[(&'static str, &str)]),
        cookies: CookiePolicy,
    ) -> Result<(), Refusal> {
        let status = StatusCode::from_u16(status).unwrap();
        let response = headers(response);
        let (stated, targeted) = targeted::directives(&response, &[CDN_CACHE_CONTROL]);
        let freshness = Freshness::of(
            (&stated, targeted),
            (status, &response),
            Exchange { requested: AT, received: AT },
            Duration::from_hours(24),
        );
        let request = (request.0, &headers(request.1));
        check(request, (status, &response), (&stated, &freshness), cookies)
    }

    fn of(status: u16, response: &[(&'static str, &str)]) -> Result<(), Refusal> {
        stored((&Method::GET, &[]), (status, response), CookiePolicy::Refuse)
    }

    #[test]
    fn a_response_allows_and_forbids() {
        let fresh = |more: &str| [("cache-control", format!("max-age=60, {more}"))];
        for (control, expected) in [
            ("x", Ok(())),
            ("no-store", Err(Refusal::NoStore)),
            ("nO-StOrE", Err(Refusal::NoStore)),
            ("private", Err(Refusal::Private)),
            ("private=\"foo\"", Ok(())),
            ("no-cache", Ok(())),
            ("no-store, must-understand", Ok(())),
        ] {
            let fields = fresh(control);
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
            assert_eq!(of(200, &fields), expected, "{control}");
        }
        assert_eq!(of(599, &[("cache-control", "max-age=60")]), Ok(()));
        let must = [("cache-control", "max-age=60, must-understand")];
        assert_eq!(of(599, &must), Err(Refusal::Status));
        assert_eq!(of(206, &[("cache-control", "max-age=60")]), Err(Refusal::Status));
        assert_eq!(of(304, &[("cache-control", "max-age=60")]), Err(Refusal::Status));
        let both = [("cache-control", "no-store"), ("cdn-cache-control", "max-age=60")];
        assert_eq!(of(200, &both), Ok(()));
    }

    #[test]
    fn what_varies_by_everything_or_sets_a_cookie_is_not_stored() {
        let with = |name, value| [("cache-control", "max-age=60"), (name, value)];
        assert_eq!(of(200, &with("vary", "foo, *")), Err(Refusal::Vary));
        assert_eq!(of(200, &with("set-cookie", "a=b")), Err(Refusal::Cookie));
        assert_eq!(of(200, &with("set-cookie2", "a=b")), Err(Refusal::Cookie));
        let withheld = [("cache-control", "max-age=60, private=set-cookie"), ("set-cookie", "a=b")];
        assert_eq!(of(200, &withheld), Ok(()));
        let cookie = with("set-cookie", "a=b");
        assert_eq!(stored((&Method::GET, &[]), (200, &cookie), CookiePolicy::Store), Ok(()));
    }

    #[test]
    fn the_request_has_a_word_in_it() {
        let ask = |method, request: &[(&'static str, &str)], control| {
            let response = [("cache-control", control)];
            stored((method, request), (200, &response), CookiePolicy::Refuse)
        };
        let password = [("authorization", "Basic x")];
        for (control, expected) in [
            ("max-age=60", Err(Refusal::Authorization)),
            ("max-age=60, public", Ok(())),
            ("max-age=60, must-revalidate", Ok(())),
            ("s-maxage=60", Ok(())),
        ] {
            assert_eq!(ask(&Method::GET, &password, control), expected, "{control}");
        }
        assert_eq!(ask(&Method::POST, &[], "max-age=60"), Err(Refusal::Method));
        assert_eq!(ask(&Method::HEAD, &[], "max-age=60"), Err(Refusal::Method));
        let no_store = [("cache-control", "no-store")];
        assert_eq!(ask(&Method::GET, &no_store, "max-age=60"), Err(Refusal::RequestNoStore));
    }

    #[test]
    fn what_can_never_be_used_is_not_stored() {
        let now = "Sun, 09 Sep 2001 01:46:40 GMT";
        let useless = Err(Refusal::Useless);
        assert_eq!(of(200, &[]), useless);
        assert_eq!(of(200, &[("date", now), ("expires", now)]), useless);
        assert_eq!(of(200, &[("cache-control", "max-age=0")]), useless);
        assert_eq!(of(200, &[("cache-control", "max-age=60"), ("age", "60")]), useless);
        assert_eq!(of(200, &[("cache-control", "max-age=0"), ("etag", "\"a\"")]), Ok(()));
        assert_eq!(of(201, &[("etag", "\"a\"")]), useless, "no lifetime, and none may be guessed");
        assert_eq!(of(200, &[("cache-control", "max-age=0, stale-if-error=9")]), Ok(()));
    }

    proptest! {
        /// Nothing that forbids it is ever stored, whatever stands beside it.
        #[test]
        fn no_store_means_it(
            before in "([a-z0-9=, -]{0,10}(\"[a-z, ]{0,8}\")?){0,2}",
            after in "[a-z0-9=, -]{0,30}",
            status in 200_u16..600,
        ) {
            let control = format!("{before},no-store,{after}");
            prop_assume!(!control.contains("must-understand"));
            prop_assert!(of(status, &[("cache-control", &control)]).is_err());
        }
    }
}
