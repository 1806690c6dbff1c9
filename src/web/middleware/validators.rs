//! Gives pages and feeds a validator, and answers `304` where the client's copy is good.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};

use crate::web::http::{ETag, Precondition, Validators};

/// The largest body that is hashed. Sitemaps come close to it; nothing else does.
const MAX_BODY: usize = 64 << 20;

/// Hashes the body of every `200`. The tag is weak: the body may be compressed behind this layer.
/// It depends on nothing but the bytes, so that every instance gives the same.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let (method, asked) = (request.method().clone(), request.headers().clone());
    let response = next.run(request).await;
    let (mut head, body) = response.into_parts();
    if head.status != StatusCode::OK || head.headers.contains_key(header::ETAG) {
        return Response::from_parts(head, body);
    }
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else {
        tracing::error!("a page is too large to be sent");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let etag = ETag::of(&bytes);
    head.headers.insert(header::ETAG, etag.weak_header_value());
    let validators = Validators { etag: Some(etag), last_modified: None };
    match validators.check(&method, &asked) {
        Precondition::Passed => Response::from_parts(head, Body::from(bytes)),
        Precondition::NotModified => {
            head.status = StatusCode::NOT_MODIFIED;
            head.headers.remove(header::CONTENT_TYPE);
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, Body::empty())
        }
        Precondition::Failed => StatusCode::PRECONDITION_FAILED.into_response(),
    }
}
