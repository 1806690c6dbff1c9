//! Writes every header that caches read, from what the route declared and the handler saw.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, StatusCode, header};

use super::{Audience, Declaration, Policy, Table};

/// The field that our own response cache reads (RFC 9213), and takes away.
pub(crate) const MASTHEAD_CACHE_CONTROL: HeaderName =
    HeaderName::from_static("masthead-cache-control");

/// Writes the headers on the way out.
pub(crate) async fn write(State(table): State<Table>, request: Request, next: Next) -> Response {
    let declaration = table.find(request.uri().path());
    let mut response = next.run(request).await;
    let policy = policy_of(&response, &declaration);
    let headers = response.headers_mut();
    debug_assert!(
        !headers.contains_key(header::CACHE_CONTROL),
        "a handler wrote a cache header; it has a declaration for that"
    );
    headers.insert(header::CACHE_CONTROL, policy.cache_control());
    if declaration.kept {
        headers.insert(MASTHEAD_CACHE_CONTROL, policy.targeted());
    }
    response
}

/// The policy of an answer: the handler's own where it gave one, else what its route declares. A
/// failure is never kept, and neither is a public answer of which nobody knows what it was made from.
fn policy_of(response: &Response, declaration: &Declaration) -> Policy {
    use crate::services::reading::Seen;
    let extensions = response.extensions();
    if let Some(policy) = extensions.get::<Policy>() {
        return *policy;
    }
    let policy = match response.status() {
        StatusCode::OK
        | StatusCode::PARTIAL_CONTENT
        | StatusCode::NOT_MODIFIED
        | StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::PERMANENT_REDIRECT => declaration.policy,
        StatusCode::NOT_FOUND | StatusCode::GONE => declaration.missing,
        _ => return Policy::NOTHING,
    };
    let is_known =
        !declaration.kept || extensions.get::<Seen>().is_some_and(|s| s.as_of().is_some());
    if declaration.audience == Audience::Public && !is_known {
        return Policy { fresh: 0, stale_while_revalidate: 0, stale_if_error: 0, ..policy };
    }
    policy
}
