//! The cookie of a session: a middleware that opens the session of a request, and keeps the browser's
//! cookie in step with it.
//!
//! tower-sessions has a layer for this, but it saves behind the handler's back, where a store that
//! fails can only become an empty `500`, and it removes a cookie without `Secure`, which browsers
//! ignore under the prefix `__Host-`. Here the handler saves, and says in its own words what failed; the
//! cookie then follows from the id alone.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use tower_sessions::Session;
use tower_sessions::cookie::time::Duration;
use tower_sessions::cookie::{Cookie, SameSite};
use tower_sessions::session::{Expiry, Id};

use crate::web::http::cookies;
use crate::web::state::DeskState;

/// The name of the cookie, and whether it is for TLS alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieName {
    /// `__Host-masthead-session`: browsers take it from this host alone, over TLS alone.
    Host,
    /// `masthead-session`, for a machine that nobody else can reach, where there is no TLS.
    Loopback,
}

impl CookieName {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "__Host-masthead-session",
            Self::Loopback => "masthead-session",
        }
    }

    /// The cookie with a value, for so long.
    fn with(self, value: String, max_age: Duration) -> Cookie<'static> {
        Cookie::build((self.as_str(), value))
            .path("/")
            .secure(self == Self::Host)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(max_age)
            .build()
    }

    /// The id that a browser brings, and whether it brings anything at all under that name.
    fn read(self, headers: &HeaderMap) -> (Option<Id>, bool) {
        let found =
            cookies(headers).find_map(|(name, value)| (name == self.as_str()).then_some(value));
        (found.and_then(|value| value.parse().ok()), found.is_some())
    }
}

/// Opens the session of a request. It is loaded when somebody asks for it, and a cookie is set when it
/// was saved under a new id.
pub(in crate::web) async fn open(
    State(desk): State<DeskState>,
    mut request: Request,
    next: Next,
) -> Response {
    let (id, has_cookie) = desk.cookie.read(request.headers());
    let lifetime = Duration::try_from(desk.session_lifetime).unwrap_or(Duration::DAY);
    let expiry = Expiry::OnInactivity(lifetime);
    let session = Session::new(id, Arc::new(desk.sessions.clone()), Some(expiry));
    request.extensions_mut().insert(session.clone());
    let mut response = next.run(request).await;
    let cookie = match session.id() {
        Some(new) if Some(new) != id => desk.cookie.with(new.to_string(), lifetime),
        None if has_cookie => desk.cookie.with(String::new(), Duration::ZERO),
        _ => return response,
    };
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_says_all_that_protects_it() {
        let cookie = |name: CookieName| name.with("x".to_owned(), Duration::DAY).to_string();
        assert_eq!(
            cookie(CookieName::Host),
            "__Host-masthead-session=x; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=86400"
        );
        assert_eq!(
            cookie(CookieName::Loopback),
            "masthead-session=x; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400"
        );
    }

    #[test]
    fn only_an_id_under_the_name_is_read() {
        let id = Id::default();
        let read = |cookies: &[&str]| {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(header::COOKIE, HeaderValue::from_bytes(cookie.as_bytes()).unwrap());
            }
            CookieName::Loopback.read(&headers)
        };
        let plain = format!("a=b; masthead-session={id} ;c");
        assert_eq!(read(&[&plain]), (Some(id), true));
        assert_eq!(read(&["a=b", &plain]), (Some(id), true));
        let long = format!("masthead-session={}", "x".repeat(8_000));
        for nonsense in ["masthead-session=", "masthead-session=\"; x", &long] {
            assert_eq!(read(&[nonsense]), (None, true), "{nonsense}");
        }
        for other in ["", ";;;=", "Masthead-Session=x", "__Host-masthead-session=x", "é=ü"] {
            assert_eq!(read(&[other]), (None, false), "{other}");
        }
    }
}
