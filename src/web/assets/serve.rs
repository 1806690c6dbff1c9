//! Serves assets: negotiated coding, a year of life, tags and ranges.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, RANGE, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use super::Asset;
use super::other_builds::{Alone, OtherAsset, OtherBuilds};
use crate::web::http::{
    AcceptEncoding, Coding, ETag, RangeRequest, Representation, Validators, cache_control,
};

/// What the asset routes need of the application's state.
#[derive(Clone)]
pub struct Assets {
    /// Where assets that this build does not hold are looked for.
    pub other_builds: Arc<dyn OtherBuilds>,
}

impl Default for Assets {
    fn default() -> Self {
        Self { other_builds: Arc::new(Alone) }
    }
}

/// `/assets/…`.
pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Assets: FromRef<S>,
{
    Router::new().route("/assets/{*path}", get(serve))
}

async fn serve(
    State(assets): State<Assets>,
    method: Method,
    uri: Uri,
    request: HeaderMap,
) -> Response {
    if let Some(asset) = Asset::at(uri.path()) {
        return own(asset, &method, &request);
    }
    match assets.other_builds.find(uri.path()).await {
        Some(asset) => other(asset, &method, &request),
        None => unknown(),
    }
}

fn own(asset: &Asset, method: &Method, request: &HeaderMap) -> Response {
    let accepted = AcceptEncoding::of(request);
    let Some(mut coding) = accepted.choose(asset.codings()) else {
        let lifetime = [(CACHE_CONTROL, cache_control::NO_STORE)];
        return (StatusCode::NOT_ACCEPTABLE, lifetime).into_response();
    };
    // A part is cut from the plain bytes: a client that resumes or seeks counts in those.
    if accepted.choose([]).is_some() && asks_for_a_part(asset, method, request) {
        coding = Coding::Identity;
    }
    let Some(bytes) = asset.bytes(coding) else { return unknown() };
    let mut headers = common_headers(asset.content_type);
    if let Some(name) = coding.header_value() {
        headers.insert(CONTENT_ENCODING, name);
    }
    send(asset.etag(coding), headers, Bytes::from_static(bytes), method, request)
}

/// Whether a range is asked for, is well-formed, and is meant for the plain bytes.
fn asks_for_a_part(asset: &Asset, method: &Method, request: &HeaderMap) -> bool {
    let plain = Validators { etag: Some(asset.etag(Coding::Identity)), last_modified: None };
    let length = asset.bytes(Coding::Identity).map_or(0, <[u8]>::len) as u64;
    *method == Method::GET
        && request.contains_key(RANGE)
        && plain.range_applies(request)
        && RangeRequest::of(request, length) != RangeRequest::Whole
}

fn other(asset: OtherAsset, method: &Method, request: &HeaderMap) -> Response {
    let headers = common_headers(&asset.content_type);
    send(ETag::of(&asset.bytes), headers, asset.bytes, method, request)
}

fn send(
    etag: ETag,
    headers: HeaderMap,
    bytes: Bytes,
    method: &Method,
    request: &HeaderMap,
) -> Response {
    let representation = Representation { etag, length: bytes.len() as u64, headers };
    let answer = representation.answer(method, request);
    let body = answer.body.map_or_else(Body::empty, |part| {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        Body::from(bytes.slice(place(part.start)..place(part.end)))
    });
    answer.head.map(|()| body)
}

fn unknown() -> Response {
    let lifetime = [(CACHE_CONTROL, cache_control::UNKNOWN_NAME)];
    (StatusCode::NOT_FOUND, lifetime, "no such asset\n").into_response()
}

fn common_headers(content_type: &str) -> HeaderMap {
    let content_type = HeaderValue::from_str(content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    HeaderMap::from_iter([
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, HeaderValue::from_static(cache_control::IMMUTABLE)),
        (VARY, HeaderValue::from(ACCEPT_ENCODING)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ])
}
