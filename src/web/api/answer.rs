//! Answers: JSON, under the headers that every answer of the API has.

use axum::Extension;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;

use super::CONTENT_VERSION;
use crate::domain::CacheTag;
use crate::services::reading::Seen;
use crate::web::json;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// JSON, whatever it says.
pub(super) fn json(body: &impl Serialize) -> Response {
    let mut response = json::render(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    add_to(headers);
    response
}

/// JSON that was made of what was seen, for those who have a key.
pub(super) fn made_of(mut seen: Seen, body: &impl Serialize) -> Response {
    seen.tag(CacheTag::INTEGRATIONS);
    (Extension(seen), json(body)).into_response()
}

/// What every answer says: which version it follows, and that a page of any origin may read it. There is
/// nothing in it that a cookie would open.
pub(super) fn add_to(headers: &mut HeaderMap) {
    const VERSION: HeaderName = HeaderName::from_static("content-version");
    headers.insert(VERSION, HeaderValue::from_static(CONTENT_VERSION));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}
