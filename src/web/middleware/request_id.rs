//! A name for each request, the same in the log, in the answer and on an error page.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;
use uuid::Uuid;

/// The header that carries it, in and out.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Takes the name that a proxy in front gave, if it is a plain one, else makes one.
pub(crate) async fn give(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&X_REQUEST_ID).filter(|id| is_plain(id)).cloned();
    let id = given.unwrap_or_else(|| {
        HeaderValue::from_str(&Uuid::new_v4().to_string()).expect("a uuid is visible ASCII")
    });
    request.headers_mut().insert(X_REQUEST_ID, id.clone());
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(X_REQUEST_ID, id);
    response
}

fn is_plain(id: &HeaderValue) -> bool {
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_taken_over() {
        assert!(is_plain(&HeaderValue::from_static("01J-a_b.c:7")));
        for odd in ["", "a b", "a\"b", "ü"] {
            let value = HeaderValue::from_bytes(odd.as_bytes()).unwrap();
            assert!(!is_plain(&value), "{odd}");
        }
        assert!(!is_plain(&HeaderValue::from_str(&"a".repeat(129)).unwrap()));
    }
}
