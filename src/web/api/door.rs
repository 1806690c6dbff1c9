//! What stands before the cache for the API: an address gets its one form, a browser's question whether
//! it may ask is answered, and a key is looked at. Behind it nothing of the key is left, so all who hold
//! one share what is kept.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};

use super::CONTENT_VERSION;
use super::answer;
use super::description::FILE;
use super::error::{ApiError, Kind};
use super::query;
use crate::services;
use crate::services::integrations::Holder;
use crate::web::edge::Table;
use crate::web::middleware::security_headers;

/// Where the routes of the API lie, whatever its address is for others.
pub(super) const BASE: &str = "/ghost/api/";
/// Where it lies for everybody as well.
const SHORT: [&str; 2] = ["/api/content/", "/api/admin/"];
/// Where what needs a content key lies.
const CONTENT: &str = "/ghost/api/content/";
/// Versions that clients of old write into the path.
const OLD: [&str; 4] = ["v2", "v3", "v4", "canary"];
/// A day: for so long a browser need not ask again whether it may ask.
const ALLOWED_FOR: HeaderValue = HeaderValue::from_static("86400");
const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE");

/// How others write the addresses of the API.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The address of the site, without the slash at the end.
    base_url: Arc<str>,
    /// `/ghost/api/`, or what stands there in its stead.
    base: Arc<str>,
}

/// A request that was made for a version of old: its answer says that there is a newer one, and where.
#[derive(Debug)]
pub(in crate::web) struct Deprecated {
    version: String,
    address: String,
}

/// Where a request goes.
pub(in crate::web) enum Way {
    /// On: it is none of the API's, or nobody needs a key for it.
    On,
    /// On, if whoever holds this may.
    With(String),
    /// Back, with this.
    Back(Box<Response>),
}

impl Addresses {
    /// Those of a site whose API lies below this word.
    #[must_use]
    pub fn of(base_url: &str, ghost_path: &str) -> Self {
        Self { base_url: base_url.into(), base: format!("/{ghost_path}/api/").into() }
    }

    /// The address of something at the Admin API.
    pub(super) fn admin(&self, path: &str) -> String {
        format!("{}{}admin/{path}", self.base_url, self.base)
    }

    /// Where the API is, without the slash at the end: `https://example.org/ghost/api`.
    pub(super) fn api(&self) -> String {
        format!("{}{}", self.base_url, self.base.trim_end_matches('/'))
    }

    /// Gives the address of a request its one form, and says where the request goes.
    pub(in crate::web) fn enter(
        &self,
        request: &mut Request<Body>,
        table: &Table,
    ) -> (Way, Option<Box<Deprecated>>) {
        let Some((uri, deprecated)) = self.one_form(request.uri()) else {
            // Where it lies for others, nobody comes to our own routes past this door.
            let is_ours = request.uri().path().starts_with(BASE);
            return (if is_ours { refuse(missing()) } else { Way::On }, None);
        };
        *request.uri_mut() = uri;
        (way(request, table), deprecated.map(Box::new))
    }

    /// `/ghost/api/content/posts/` for all that is written for it: without the slash at the end, with
    /// the version of old, without `ghost`, in letters of any case. `None` where it is no address of the
    /// API.
    fn one_form(&self, uri: &Uri) -> Option<(Uri, Option<Deprecated>)> {
        let path = uri.path();
        let rest = match behind(path, &self.base) {
            Some(rest) => rest,
            None if SHORT.iter().any(|short| behind(path, short).is_some()) => {
                behind(path, "/api/")?
            }
            None => return None,
        };
        let rest = &*in_lower_case(rest);
        let (version, rest) = match rest.split_once('/') {
            Some((version, rest)) if OLD.contains(&version) => (Some(version), rest),
            _ => (None, rest),
        };
        // The base itself ends in one, and the description is a file.
        let is_whole = rest.is_empty() || rest.ends_with('/') || rest == FILE;
        let slash = if is_whole { "" } else { "/" };
        let deprecated = version.map(|version| Deprecated {
            version: version.to_owned(),
            address: format!("{}{}{rest}{slash}", self.base_url, self.base),
        });
        let query = uri.query().map(|text| format!("?{}", query::in_one_case(text)));
        let query = query.unwrap_or_default();
        // What came in can go on; where it cannot, it is left as it is, and is nothing that we have.
        let path = PathAndQuery::try_from(format!("{BASE}{rest}{slash}{query}"));
        Some((path.map_or_else(|_| uri.clone(), Uri::from), deprecated))
    }
}

impl Deprecated {
    /// Says so, as Ghost does.
    pub(in crate::web) fn add_to(&self, headers: &mut HeaderMap) {
        const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
        let Self { version, address } = self;
        let fields = [
            (DEPRECATION, format!("version=\"{version}\"")),
            (header::LINK, format!("<{address}>; rel=\"latest-version\"")),
        ];
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.append(name, value);
            }
        }
    }
}

/// What stands behind the beginning of a path.
fn behind<'a>(path: &'a str, beginning: &str) -> Option<&'a str> {
    let (start, rest) = path.split_at_checked(beginning.len())?;
    start.eq_ignore_ascii_case(beginning).then_some(rest)
}

fn in_lower_case(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn way(request: &Request<Body>, table: &Table) -> Way {
    if request.method() == Method::OPTIONS {
        return Way::Back(Box::new(allow(request.headers())));
    }
    let path = request.uri().path();
    if table.route(request.method(), path).is_none_or(|route| !route.starts_with(BASE)) {
        return refuse(unknown(request.headers()));
    }
    if !path.starts_with(CONTENT) {
        return Way::On;
    }
    match query::key(request.uri().query().unwrap_or_default()) {
        Ok(key) => Way::With(key),
        Err(error) => refuse(error),
    }
}

/// What becomes of somebody with a key; `None` where they may pass.
pub(in crate::web) fn verdict(holder: services::Result<Holder>) -> Option<Response> {
    let error = match holder {
        Ok(Holder::Reader) => return None,
        Ok(Holder::OfAnotherKind) => {
            ApiError::new(Kind::Unauthorized, "This key is not one of the Content API")
                .code("INVALID_API_KEY_TYPE")
        }
        Ok(Holder::Nobody) => ApiError::new(Kind::Unauthorized, "Nobody knows this key")
            .code("UNKNOWN_CONTENT_API_KEY"),
        Err(error) => {
            tracing::error!(%error, "a key of the API cannot be looked up");
            ApiError::new(Kind::Maintenance, "The key cannot be looked up at the moment")
        }
    };
    Some(finished(error))
}

/// The answer to a browser that asks whether a page of another origin may ask.
fn allow(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    answer::add_to(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, ALLOWED_FOR);
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(header::VARY, HeaderValue::from_static("access-control-request-headers"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    security_headers::add_to(headers);
    response
}

/// What there is none of. Whoever is of another age than we are is told that, since it may be why.
fn unknown(headers: &HeaderMap) -> ApiError {
    let Some(accepted) = headers.get("accept-version") else { return missing() };
    let Some(theirs) = accepted.to_str().ok().and_then(version) else {
        return ApiError::new(Kind::BadRequest, "Accept-Version is no version");
    };
    let ours = version(CONTENT_VERSION).unwrap_or_default();
    match theirs.cmp(&ours) {
        std::cmp::Ordering::Equal => missing(),
        std::cmp::Ordering::Greater => {
            ApiError::new(Kind::NotAcceptable, "The client is newer than this site")
                .code("UPDATE_GHOST")
        }
        std::cmp::Ordering::Less => {
            ApiError::new(Kind::NotAcceptable, "The client is older than this site")
                .code("UPDATE_CLIENT")
        }
    }
}

fn missing() -> ApiError {
    ApiError::new(Kind::NotFound, "Resource not found")
}

/// The numbers of `v6.65`; the second one of `v6` is 0.
fn version(text: &str) -> Option<(u32, u32)> {
    let text = text.trim().strip_prefix('v')?;
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn refuse(error: ApiError) -> Way {
    Way::Back(Box::new(finished(error)))
}

/// An answer that goes out from here has passed no layer that would write these headers.
pub(super) fn finished(error: ApiError) -> Response {
    let mut response = error.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    security_headers::add_to(headers);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::edge::{Declaration, Routes};

    #[test]
    fn an_address_has_one_form() {
        let posts = "/ghost/api/content/posts/";
        let addresses = Addresses::of("https://a.example", "ghost");
        for (given, form) in [
            ("/ghost/api/content/posts/", Some(posts)),
            ("/ghost/api/content/posts", Some(posts)),
            ("/ghost/api/v3/content/posts/", Some(posts)),
            ("/ghost/api/canary/content/posts", Some(posts)),
            ("/api/content/posts", Some(posts)),
            ("/ghost/api/v5/content/posts/", Some("/ghost/api/v5/content/posts/")),
            (
                "/ghost/api/content/posts?key=a&limit=1",
                Some("/ghost/api/content/posts/?key=a&limit=1"),
            ),
            (
                "/ghost/api/content/posts/slug/%C3%A4/",
                Some("/ghost/api/content/posts/slug/%c3%a4/"),
            ),
            (
                "/Ghost/API/Content/Posts?KEY=a&Filter=Title:B",
                Some("/ghost/api/content/posts/?key=a&filter=Title:B"),
            ),
            ("/API/content/posts/slug/A-Post", Some("/ghost/api/content/posts/slug/a-post/")),
            ("/ghost/api/V3/content/posts/", Some(posts)),
            ("/ghost/api/", Some("/ghost/api/")),
            ("/ghost/api/openapi.json", Some("/ghost/api/openapi.json")),
            ("/ghost/", None),
            ("/api/", None),
            ("/apiary/content/", None),
            ("/", None),
        ] {
            let found = addresses.one_form(&given.parse().unwrap());
            let found = found.map(|(uri, _)| uri.to_string());
            assert_eq!(found.as_deref(), form, "{given}");
        }
    }

    #[test]
    fn the_word_before_it_is_another_and_of_old_is_told() {
        let addresses = Addresses::of("https://a.example", "editor");
        let table = Routes::<()>::default().table(Declaration::PAGE);
        let mut request = Request::get("/ghost/api/content/posts/").body(Body::empty()).unwrap();
        assert!(matches!(addresses.enter(&mut request, &table), (Way::Back(_), None)));
        let of = |path: &str| addresses.one_form(&path.parse().unwrap());
        assert!(of("/ghost/api/content/posts/").is_none());
        let (uri, deprecated) = of("/editor/api/v3/content/posts?key=a").unwrap();
        assert_eq!(uri, "/ghost/api/content/posts/?key=a");
        let mut headers = HeaderMap::new();
        deprecated.unwrap().add_to(&mut headers);
        assert_eq!(headers["deprecation"], "version=\"v3\"");
        let link = "<https://a.example/editor/api/content/posts/>; rel=\"latest-version\"";
        assert_eq!(headers["link"], link);
    }

    #[test]
    fn whoever_asks_for_nothing_is_told_of_the_version() {
        let status = |accepted: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("accept-version", accepted.parse().unwrap());
            unknown(&headers).into_response().status().as_u16()
        };
        assert_eq!(status(CONTENT_VERSION), 404);
        assert_eq!(status("v6.0"), 406);
        assert_eq!(status("v6"), 406);
        assert_eq!(status("v6.999"), 406);
        assert_eq!(status("v7.0"), 406);
        assert_eq!(status("v5.0"), 406);
        assert_eq!(status("six"), 400);
        assert_eq!(unknown(&HeaderMap::new()).into_response().status(), 404);
    }
}
