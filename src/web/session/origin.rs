//! Where a request that may change something comes from: the site itself, by the browser's own word.
//!
//! Browsers add `Sec-Fetch-Site` (W3C Fetch Metadata) and `Origin` (RFC 6454, section 7) to each form
//! that they send, and no page can change them. What is said must fit, and one of them must be said.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, header};
use url::Url;

use crate::web::desk::DeskError;
use crate::web::state::DeskState;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origin of the site, as browsers write it: `https://example.org`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(Box<str>);

impl Origin {
    /// The origin of an address.
    #[must_use]
    pub fn of(base_url: &str) -> Self {
        let origin = Url::parse(base_url).map(|url| url.origin().ascii_serialization());
        Self(origin.unwrap_or_else(|_| base_url.to_owned()).into())
    }

    /// Whether a request comes from a page of this origin.
    fn sent(&self, headers: &HeaderMap) -> bool {
        let site = headers.get(SEC_FETCH_SITE).map(|site| site == "same-origin");
        let origin = headers.get(header::ORIGIN).map(|origin| origin == &*self.0);
        match (site, origin) {
            (None, None) => false,
            (site, origin) => site.unwrap_or(true) && origin.unwrap_or(true),
        }
    }
}

/// Refuses what may change something and does not come from the site itself.
pub(in crate::web) async fn refuse_foreign(
    State(desk): State<DeskState>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || desk.origin.sent(request.headers()) {
        return next.run(request).await;
    }
    tracing::info!(path = request.uri().path(), "a form of another site was refused");
    DeskError::ForeignForm.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_do() {
        for (url, origin) in [
            ("https://Example.org", "https://example.org"),
            ("https://example.org:443", "https://example.org"),
            ("http://localhost:2368", "http://localhost:2368"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(&*Origin::of(url).0, origin);
        }
    }

    #[test]
    fn only_the_site_itself_sends_forms() {
        const OURS: &str = "https://example.org";
        for (site, origin, is_ours) in [
            (Some("same-origin"), Some(OURS), true),
            (Some("same-origin"), None, true),
            (None, Some(OURS), true),
            (None, None, false),
            (Some("same-site"), Some(OURS), false),
            (Some("cross-site"), None, false),
            (Some("none"), None, false),
            (Some("same-origin, cross-site"), None, false),
            (Some("same-origin"), Some("https://evil.example"), false),
            (Some("same-origin"), Some("null"), false),
            (None, Some("http://example.org"), false),
            (None, Some("https://example.org.evil.example"), false),
            (None, Some(""), false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(SEC_FETCH_SITE, site), (header::ORIGIN, origin)] {
                headers.extend(value.map(|value| (name, value.parse().unwrap())));
            }
            assert_eq!(Origin::of(OURS).sent(&headers), is_ours, "{site:?} {origin:?}");
        }
    }
}
