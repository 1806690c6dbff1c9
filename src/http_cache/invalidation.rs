//! Which stored responses a change makes old (RFC 9111, section 4.4).

use http::header::{CONTENT_LOCATION, HOST, LOCATION};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, Uri};
use url::Url;

/// The targets whose stored responses an answer makes old, as paths with their queries: the target
/// of the request, and those of `Location` and `Content-Location` on the same host. None where the
/// method changes nothing, or the answer is an error. Nobody can empty another host's cache so.
#[must_use]
pub fn targets(request: &Parts, status: StatusCode, response: &HeaderMap) -> Vec<Uri> {
    if is_safe(&request.method) || !(status.is_success() || status.is_redirection()) {
        return Vec::new();
    }
    let own = request.uri.path_and_query().and_then(|path| path.as_str().parse().ok());
    let mut targets: Vec<Uri> = own.into_iter().collect();
    let Some(base) = base(request) else { return targets };
    for field in [LOCATION, CONTENT_LOCATION] {
        let told = response.get(field).and_then(|value| value.to_str().ok());
        let target = told.and_then(|told| base.join(told).ok());
        let Some(target) = target.filter(|target| is_same_host(target, &base)) else { continue };
        let path = &target[url::Position::BeforePath..url::Position::AfterQuery];
        targets.extend(path.parse::<Uri>().ok().filter(|path| !targets.contains(path)));
    }
    targets
}

/// The methods that ask for no change (RFC 9110, section 9.2.1). One that is not known may do
/// anything.
#[must_use]
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// The target of the request, to which relative references are relative. Who ends TLS before us
/// knows the scheme; it is the host that counts.
fn base(request: &Parts) -> Option<Url> {
    let host = match request.uri.authority() {
        Some(authority) => authority.as_str(),
        None => request.headers.get(HOST)?.to_str().ok()?,
    };
    Url::parse(&format!("http://{host}{}", request.uri.path_and_query()?)).ok()
}

fn is_same_host(target: &Url, base: &Url) -> bool {
    let is_web = matches!(target.scheme(), "http" | "https");
    // A port that was left out is the usual one of whichever scheme.
    is_web && target.host() == base.host() && target.port() == base.port()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, Request};
    use proptest::prelude::*;

    use super::*;

    fn made_old(method: &str, status: u16, fields: &[(HeaderName, &str)]) -> Vec<String> {
        let request = Request::builder()
            .method(method)
            .uri("/a/b?c=d")
            .header(HOST, "example.org:8080")
            .body(())
            .unwrap();
        let response =
            fields.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        targets(&request.into_parts().0, StatusCode::from_u16(status).unwrap(), &response)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_change_makes_its_target_old() {
        for method in ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH"] {
            assert_eq!(made_old(method, 200, &[]), ["/a/b?c=d"], "{method}");
            assert_eq!(made_old(method, 303, &[]), ["/a/b?c=d"], "{method}");
            assert_eq!(made_old(method, 404, &[]), [""; 0], "{method}");
            assert_eq!(made_old(method, 500, &[]), [""; 0], "{method}");
        }
        for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
            assert_eq!(made_old(method, 200, &[]), [""; 0], "{method}");
        }
    }

    #[test]
    fn locations_of_the_same_host_are_old_too() {
        for (location, expected) in [
            ("/x", Some("/x")),
            ("x?y#z", Some("/a/x?y")),
            ("http://example.org:8080/x", Some("/x")),
            ("https://EXAMPLE.org:8080/x", Some("/x")),
            ("http://example.org/x", None),
            ("http://other.org:8080/x", None),
            ("//other.org/x", None),
            ("ftp://example.org:8080/x", None),
            ("javascript:x", None),
            ("/a/b?c=d", None),
        ] {
            for field in [LOCATION, CONTENT_LOCATION] {
                let found = made_old("POST", 201, &[(field, location)]);
                assert_eq!(found.get(1).map(String::as_str), expected, "{location}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_location_can_be_read(location in "\\PC{0,80}") {
            if location.parse::<http::HeaderValue>().is_ok() {
                let _ = made_old("POST", 200, &[(LOCATION, &location)]);
            }
        }
    }
}
