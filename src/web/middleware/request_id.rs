//! A name for each request, the same in the log, in the answer and on an error page.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument as _;
use uuid::{Builder, Uuid};

use crate::entropy::Entropy;

/// The header that carries it, in and out.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name that a proxy in front gave, if it is a plain one, else a new one.
pub(crate) fn name(headers: &HeaderMap, entropy: &dyn Entropy) -> HeaderValue {
    headers.get(&X_REQUEST_ID).filter(|id| is_plain(id)).cloned().unwrap_or_else(|| {
        let bytes = u128::from(entropy.next()) << 64 | u128::from(entropy.next());
        let id = Builder::from_random_bytes(bytes.to_ne_bytes()).into_uuid();
        let mut text = Uuid::encode_buffer();
        let text = id.hyphenated().encode_lower(&mut text);
        HeaderValue::from_str(text).expect("a uuid is visible ASCII")
    })
}

/// Tells the log the name of the request, which its answer gets further out: what is stored has none.
pub(crate) async fn tell(request: Request, next: Next) -> Response {
    let id = request.headers().get(&X_REQUEST_ID).and_then(|id| id.to_str().ok());
    let span = tracing::info_span!("request", id);
    next.run(request).instrument(span).await
}

fn is_plain(id: &HeaderValue) -> bool {
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;

    #[test]
    fn a_new_name_is_a_uuid() {
        let name = name(&HeaderMap::new(), &CountingEntropy::from(1));
        assert_eq!(Uuid::try_parse_ascii(name.as_bytes()).unwrap().get_version_num(), 4);
    }

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
