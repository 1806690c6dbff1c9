//! Writes every header that caches read, from what the route declared and the handler saw.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::{Audience, Declaration, Edge, Policy, timing};
use crate::cdn::TagHeader;
use crate::domain::CacheTag;
use crate::http_cache::MadeFrom;
use crate::services::reading::Seen;

/// The field that our own response cache reads (RFC 9213). It stays inside.
pub const MASTHEAD_CACHE_CONTROL: HeaderName = HeaderName::from_static("masthead-cache-control");

/// Where answers are that others may keep in caches of their own.
const API: &str = "/ghost/api/content/";

/// Writes the headers on the way out.
pub(crate) async fn write(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let declaration = edge.table.find(request.uri().path());
    let shows_tags = edge.shows_tags && request.uri().path().starts_with(API);
    let begun = Instant::now();
    let mut response = next.run(request).await;
    if edge.says_timing {
        // It is stored with the answer: a hit says how long it took to make.
        timing::add(response.headers_mut(), "make", begun.elapsed());
    }
    debug_assert!(
        !response.headers().contains_key(header::CACHE_CONTROL),
        "a handler wrote a cache header; it has a declaration for that"
    );
    if shows_tags && declaration.kept {
        show_tags(&mut response);
    }
    let policy = policy_of(&response, &declaration);
    response.headers_mut().insert(header::CACHE_CONTROL, policy.cache_control());
    if let Some(cdn) = edge.cdn.filter(|_| declaration.audience == Audience::Public) {
        let seen = response.extensions().get::<Seen>().cloned().unwrap_or_default();
        // Of a file nothing but its name was read, and that holds a hash.
        let is_known = !declaration.kept || seen.as_of().is_some();
        let policy = if is_known { policy } else { policy.for_browsers_alone() };
        cdn.write(response.headers_mut(), policy, seen.tags());
    }
    if declaration.kept {
        let made_from = response.extensions().get::<Seen>().and_then(Seen::provenance);
        // Of what nobody knows what it was made from, nobody can say that it has changed.
        let policy = if made_from.is_some() { policy } else { Policy::NOTHING };
        response.headers_mut().insert(MASTHEAD_CACHE_CONTROL, policy.for_all());
        if let Some(made_from) = made_from {
            response.extensions_mut().insert(MadeFrom(made_from));
        }
    }
    response
}

/// Says what an answer was made from; the field of a CDN, where it has the same name, takes its place.
fn show_tags(response: &mut Response) {
    const NAME: HeaderValue = HeaderValue::from_static("cache-tag");
    let header = TagHeader::shown();
    let seen = response.extensions().get::<Seen>();
    let value = seen.and_then(|seen| header.value(seen.tags().map(CacheTag::as_str)));
    if let Some(value) = value {
        response.headers_mut().insert(&header.name, value);
        response.headers_mut().append(header::ACCESS_CONTROL_EXPOSE_HEADERS, NAME);
    }
}

/// The policy of an answer: the handler's own where it gave one, else what its route declares. A
/// failure is never kept.
fn policy_of(response: &Response, declaration: &Declaration) -> Policy {
    if let Some(policy) = response.extensions().get::<Policy>() {
        return *policy;
    }
    match response.status() {
        StatusCode::OK
        | StatusCode::PARTIAL_CONTENT
        | StatusCode::NOT_MODIFIED
        | StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::PERMANENT_REDIRECT => declaration.policy,
        StatusCode::NOT_FOUND | StatusCode::GONE => declaration.missing,
        _ => Policy::NOTHING,
    }
}
