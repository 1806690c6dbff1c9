//! How often somebody may ask the API. It is counted before the cache, so that what is answered out of
//! it counts as well; nobody waits for it.
//!
//! Answers say how whoever asked stands, in the fields of draft-ietf-httpapi-ratelimit-headers-10. One
//! that a CDN may keep does not: it would tell everybody how one stood. Where there is no CDN, whoever
//! keeps an answer asks about it each time, and gets fields of their own with the `304`.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::{Arc, Once, OnceLock};

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use ipnet::IpNet;

use super::door::{BASE, finished};
use super::error::{ApiError, Kind};
use crate::rate_limit::{By, RateLimits, Standing, Subject};
use crate::web::session::client_address;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");
/// What a page of another origin may read beside the answer.
const EXPOSED: HeaderValue = HeaderValue::from_static("ratelimit, ratelimit-policy, retry-after");

/// Counts requests to the API.
#[derive(Debug, Clone)]
pub struct Limits {
    limits: RateLimits,
    trusted_proxies: Arc<[IpNet]>,
}

/// A request that is counted.
pub(in crate::web) struct Counted {
    address: Subject,
    standing: Option<Standing>,
    refusing: Option<Standing>,
    key: KeyTally,
}

/// What becomes known of the key of a request on its way.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct KeyTally(Arc<OnceLock<Known>>);

/// A key that is one.
#[derive(Debug)]
struct Known {
    /// How whoever brings it along stands, where that is limited.
    standing: Option<Standing>,
}

impl Limits {
    /// Counts by these limits; what these proxies say of where a request comes from is believed.
    #[must_use]
    pub fn new(limits: RateLimits, trusted_proxies: &[IpNet]) -> Self {
        Self { limits, trusted_proxies: trusted_proxies.into() }
    }

    /// Counts a request, if it is one to the API; with the answer to one that comes too often.
    pub(in crate::web) fn arrive(
        &self,
        request: &mut Request<Body>,
    ) -> Option<(Counted, Option<Response<Body>>)> {
        if !request.uri().path().starts_with(BASE) {
            return None;
        }
        let from = client_address::of(request, &self.trusted_proxies);
        let address = Subject::of_address(from);
        let is_too_much = |standing: &Standing| !standing.is_admitted;
        let failing = self.limits.standing(By::Failures, &address).filter(is_too_much);
        let standing = match failing {
            Some(_) => None,
            None => self.limits.admit(By::Address, &address),
        };
        let refusing = failing.or(standing.filter(is_too_much));
        let refusal = refusing.map(|_| {
            warn_of_a_proxy(from, request.headers());
            let words = match failing {
                Some(_) => "Too many requests from this address brought along what is no key",
                None => "There are too many requests from this address",
            };
            finished(ApiError::new(Kind::TooManyRequests, words))
        });
        let counted = Counted { address, standing, refusing, key: KeyTally::default() };
        if refusal.is_none() {
            request.extensions_mut().insert(counted.key.clone());
        }
        Some((counted, refusal))
    }

    /// Counts a content key that somebody brought along, who may ask.
    pub(in crate::web) fn count_content_key(
        &self,
        key: &str,
        tally: &KeyTally,
    ) -> Option<Response<Body>> {
        tally.count(&self.limits, By::ContentKey, key).err().map(finished)
    }

    /// Writes on an answer how whoever asked stands; unless a CDN may keep it.
    pub(in crate::web) fn leave(
        &self,
        counted: &Counted,
        response: &mut Response<Body>,
        is_for_a_cdn: bool,
    ) {
        let known = counted.key.0.get();
        if known.is_some() {
            self.limits.forget(By::Failures, &counted.address);
        } else if response.status() == StatusCode::UNAUTHORIZED {
            self.limits.count(By::Failures, &counted.address);
        }
        if is_for_a_cdn {
            return;
        }
        let by_key = known.and_then(|known| known.standing);
        let refusing = counted.refusing.or(by_key.filter(|standing| !standing.is_admitted));
        let standings = [("address", counted.standing), ("key", by_key)];
        let standings = standings.into_iter().filter_map(|(name, of)| Some((name, of?)));
        write(response.headers_mut(), standings, refusing.as_ref());
    }
}

impl Counted {
    /// What becomes known of its key.
    pub(in crate::web) const fn key(&self) -> &KeyTally {
        &self.key
    }
}

impl KeyTally {
    /// Counts a key that is one.
    ///
    /// # Errors
    /// It comes too often.
    pub(super) fn count(&self, limits: &RateLimits, by: By, key: &str) -> Result<(), ApiError> {
        let standing = limits.admit(by, &Subject::of_key(key));
        // It is counted once.
        let _ = self.0.set(Known { standing });
        match standing {
            Some(standing) if !standing.is_admitted => {
                Err(ApiError::new(Kind::TooManyRequests, "There are too many requests by this key"))
            }
            _ => Ok(()),
        }
    }
}

fn write<'a>(
    headers: &mut HeaderMap,
    standings: impl Iterator<Item = (&'a str, Standing)>,
    refusing: Option<&Standing>,
) {
    let (mut policy, mut standing) = (String::new(), String::new());
    let mut is_exposed = false;
    for (name, of) in standings {
        let separator = if policy.is_empty() { "" } else { ", " };
        let (requests, seconds) = (of.quota.requests(), of.quota.window_seconds());
        let _ = write!(policy, "{separator}\"{name}\";q={requests};w={seconds}");
        let _ = write!(standing, "{separator}\"{name}\";r={};t={}", of.remaining, of.reset());
    }
    for (name, text) in [(POLICY, policy), (STANDING, standing)] {
        if let Ok(value) = HeaderValue::try_from(text)
            && !value.is_empty()
        {
            headers.insert(name, value);
            is_exposed = true;
        }
    }
    if let Some(refusing) = refusing {
        headers.insert(header::RETRY_AFTER, refusing.retry_after().into());
        is_exposed = true;
    }
    if is_exposed {
        headers.append(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

/// Where a proxy is not trusted, all who come by it count as one. Whoever refuses them may not know.
fn warn_of_a_proxy(from: IpAddr, headers: &HeaderMap) {
    static ONCE: Once = Once::new();
    if headers.contains_key("x-forwarded-for") {
        ONCE.call_once(|| {
            tracing::warn!(
                %from,
                "requests to the API come too often from here; if that is a proxy of yours, \
                 `server.trusted_proxies` has to name it, or all who come by it count as one"
            );
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::{ManualClock, Timestamp};
    use crate::entropy::CountingEntropy;
    use crate::rate_limit::{Quota, Quotas};

    #[test]
    fn an_answer_says_how_whoever_asked_stands() {
        let quotas = Quotas {
            address: Quota::of(2, Duration::from_mins(1)),
            content_key: Quota::of(600, Duration::from_mins(1)),
            ..Quotas::default()
        };
        let clock = Arc::new(ManualClock::at(Timestamp(0)));
        let limits = RateLimits::new(quotas, None, clock, &CountingEntropy::from(1));
        let limits = Limits::new(limits, &[]);
        let ask = || {
            let mut request =
                Request::get("/ghost/api/content/posts/").body(Body::empty()).unwrap();
            let (counted, refusal) = limits.arrive(&mut request).unwrap();
            let mut response = refusal.unwrap_or_else(|| {
                assert!(limits.count_content_key("a", counted.key()).is_none());
                Response::new(Body::empty())
            });
            limits.leave(&counted, &mut response, false);
            response
        };
        let answer = ask();
        let policy = "\"address\";q=2;w=60, \"key\";q=600;w=60";
        assert_eq!(answer.headers()["ratelimit-policy"], policy);
        assert_eq!(answer.headers()["ratelimit"], "\"address\";r=1;t=30, \"key\";r=599;t=1");
        assert!(!answer.headers().contains_key("retry-after"));
        ask();
        let answer = ask();
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()["ratelimit"], "\"address\";r=0;t=60");
        assert_eq!(answer.headers()["retry-after"], "30");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["access-control-expose-headers"], EXPOSED);
        let mut page = Request::get("/ghost/").body(Body::empty()).unwrap();
        assert!(limits.arrive(&mut page).is_none(), "pages are not counted");
    }
}
