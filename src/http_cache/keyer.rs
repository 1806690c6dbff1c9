//! What a request is stored under, which is for whoever uses the cache to say.

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;

/// What to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The cache keeps out of it, for this reason: a token for `Cache-Status`.
    Bypass(&'static str),
    /// Requests with equal keys may have equal answers. `GET` and `HEAD` have one key.
    Key(String),
    /// The same; but anybody can make up such keys, so a response is kept when it is asked for a second
    /// time.
    KeyOnSecondSight(String),
}

/// Decides on requests. A key must hold everything of a request that makes a difference to its
/// answer, but for what the answer names in `Vary`.
pub trait Keyer: Send + Sync + 'static {
    /// Decides on one. It is asked of `GET` and `HEAD`, and of the targets that a change makes old.
    fn decide(&self, request: &Parts) -> Decision;
}

/// Keys by host and target, as a plain proxy does. Equal hosts and targets are equal whatever their
/// case and however the request says them.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByTarget;

impl Keyer for ByTarget {
    fn decide(&self, request: &Parts) -> Decision {
        let told = request.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = request.uri.authority().map(Authority::as_str).or(told).unwrap_or_default();
        let target = request.uri.path_and_query().map_or("/", |target| target.as_str());
        Decision::Key(format!("{}{target}", host.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn host_and_target_make_the_key() {
        for (uri, host, expected) in [
            ("/a?b=c", "Example.org:80", "example.org:80/a?b=c"),
            ("http://example.org/a", "other.org", "example.org/a"),
            ("/A", "", "/A"),
        ] {
            let request = Request::get(uri).header(HOST, host).body(()).unwrap();
            let key = ByTarget.decide(&request.into_parts().0);
            assert_eq!(key, Decision::Key(expected.to_owned()), "{uri}");
        }
    }
}
