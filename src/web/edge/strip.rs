//! The request that the handler of a public route is given: nothing in it tells one reader from
//! another, and nothing that is not in the key of the answer.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, Uri, header, uri::PathAndQuery};

use super::query::declared;
use super::{Audience, Declaration, Table};

/// The fields that stay on a request for a file: they choose how it is sent, not what it is.
const ON_FILES: [header::HeaderName; 6] = [
    header::ACCEPT_ENCODING,
    header::RANGE,
    header::IF_RANGE,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_MATCH,
];

/// Takes from a request what its route does not declare.
pub(crate) async fn strip(State(table): State<Table>, request: Request, next: Next) -> Response {
    let declaration = table.find(request.uri().path());
    let request = match declaration.audience {
        Audience::Public => stripped(request, &declaration),
        Audience::Private => Some(request),
    };
    match request {
        Some(request) => next.run(request).await,
        None => StatusCode::URI_TOO_LONG.into_response(),
    }
}

/// `None` where its address is too long, as soon as every letter of its parameters that needs it is escaped.
fn stripped(mut request: Request, declaration: &Declaration) -> Option<Request> {
    let mut headers = HeaderMap::new();
    // Answers that the response cache keeps are made whole, and once for all: it compresses them,
    // and compares what a client has.
    for name in ON_FILES.iter().filter(|_| !declaration.kept) {
        if let Some(value) = request.headers().get(name) {
            headers.insert(name, value.clone());
        }
    }
    *request.headers_mut() = headers;
    *request.uri_mut() = uri(request.uri(), declaration)?;
    Some(request)
}

/// The address with the declared parameters alone.
fn uri(uri: &Uri, declaration: &Declaration) -> Option<Uri> {
    let text = match declared(uri.query(), declaration.query) {
        query if query.is_empty() => uri.path().to_owned(),
        query => format!("{}?{query}", uri.path()),
    };
    PathAndQuery::try_from(text).ok().map(Uri::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_learns_nothing_of_its_reader() {
        let request = http::Request::get("/about/?utm_source=x")
            .header("cookie", "session=1")
            .header("authorization", "Bearer x")
            .header("x-forwarded-host", "evil.example")
            .header("accept-language", "de")
            .body(axum::body::Body::empty())
            .unwrap();
        let request = stripped(request, &Declaration::PAGE).unwrap();
        assert!(request.headers().is_empty());
        assert_eq!(request.uri(), "/about/");
    }

    #[test]
    fn what_is_too_long_with_its_escapes_goes_no_further() {
        let search = Declaration::PAGE.query(&["q"]);
        for (quotes, may_go_on) in [(20_000, true), (30_000, false)] {
            let address = format!("/search/?secret=1&q={}", "'".repeat(quotes));
            let given: Uri = address.parse().unwrap();
            assert_eq!(uri(&given, &search).is_some(), may_go_on, "{quotes}");
        }
    }
}
