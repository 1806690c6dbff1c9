//! The same questions to another reading of the RFC, the crate `http-cache-semantics`, where both
//! speak of the same: shared caches, no targeted fields, no cookies, and status codes that it knows
//! (it stores no others, whatever they say of themselves).

use std::time::SystemTime;

use http_cache_semantics::{CacheOptions, CachePolicy};
use proptest::prelude::*;

use super::super::freshness::{Exchange, Freshness, State};
use super::super::storable::{CookiePolicy, check};
use super::super::targeted::directives;
use super::*;

const AT: u64 = 1_000_000_000;

fn date(offset: i64) -> String {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(AT.saturating_add_signed(offset));
    httpdate::fmt_http_date(at)
}

/// Directives and fields on which the two agree by the text of the RFC: without duplicates, and
/// without forms that it leaves open.
fn fields() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let lifetimes = (prop::option::of(0_u32..200), prop::option::of(0_u32..200));
    let flags = prop::collection::vec(
        prop::sample::select(vec!["no-store", "private", "no-cache", "public", "must-revalidate"]),
        0..3,
    );
    let others = (prop::option::of(-100_i64..300), prop::option::of(0_u32..200), any::<bool>());
    (lifetimes, flags, others).prop_map(|((max_age, s_maxage), flags, (expires, age, dated))| {
        let mut control: Vec<String> = flags.into_iter().map(str::to_owned).collect();
        control.extend(max_age.map(|seconds| format!("max-age={seconds}")));
        control.extend(s_maxage.map(|seconds| format!("s-maxage={seconds}")));
        control.sort();
        control.dedup();
        let mut fields = vec![("etag", "\"a\"".to_owned())];
        if !control.is_empty() {
            fields.push(("cache-control", control.join(", ")));
        }
        fields.extend(expires.map(|offset| ("expires", date(offset))));
        fields.extend(age.map(|seconds| ("age", seconds.to_string())));
        if dated {
            fields.push(("date", date(0)));
        }
        fields
    })
}

proptest! {
    #[test]
    fn both_store_the_same_for_as_long(
        fields in fields(),
        status in prop::sample::select(vec![200_u16, 203, 204, 301, 302, 307, 404, 410, 501]),
        authorized: bool,
        later in 0_u64..400,
    ) {
        let mut request = Request::get("/").body(()).unwrap();
        if authorized {
            request.headers_mut().insert("authorization", "Basic x".parse().unwrap());
        }
        let mut response = Response::builder().status(status);
        for (name, value) in &fields {
            response = response.header(*name, value);
        }
        let response = response.body(()).unwrap();

        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(AT);
        let options = CacheOptions { immutable_min_time_to_live: Duration::ZERO, ..CacheOptions::default() };
        let theirs = CachePolicy::new_options(&request, &response, now, options);
        let (stated, targeted) = directives(response.headers(), &[]);
        let freshness = Freshness::of(
            (&stated, targeted),
            (response.status(), response.headers()),
            Exchange { requested: START, received: START },
            Duration::from_hours(24),
        );
        let ours = check(
            (&Method::GET, request.headers()),
            (response.status(), response.headers()),
            (&stated, &freshness),
            CookiePolicy::Store,
        );
        prop_assert_eq!(ours.is_ok(), theirs.is_storable(), "{:?} {} {:?}", fields, status, ours);
        if ours.is_ok() && stated.no_cache == super::super::cache_control::Scope::Nothing {
            let fresh = matches!(
                freshness.state(START.plus_seconds(i64::try_from(later).unwrap())),
                State::Fresh(_)
            );
            let is_stale = theirs.is_stale(now + Duration::from_secs(later));
            prop_assert_eq!(fresh, !is_stale, "{:?} {} {}", fields, status, later);
        }
    }
}
