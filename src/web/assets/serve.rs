//! Serves assets: negotiated coding, a year of life, tags and ranges.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, RANGE, RETRY_AFTER, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use super::Asset;
use super::other_builds::{Alone, OtherAsset, OtherBuilds, Unreachable};
use crate::web::edge::{Declaration, Routes};
use crate::web::http::{AcceptEncoding, Coding, ETag, RangeRequest, Representation, Validators};

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
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Assets: FromRef<S>,
{
    Routes::default().get("/assets/{*path}", Declaration::FILE, serve)
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
        Ok(Some(asset)) => other(&asset, &method, &request),
        Ok(None) => unknown(),
        Err(error) => unavailable(error),
    }
}

fn own(asset: &Asset, method: &Method, request: &HeaderMap) -> Response {
    let accepted = AcceptEncoding::of(request);
    let Some(mut coding) = accepted.choose(asset.codings()) else {
        return StatusCode::NOT_ACCEPTABLE.into_response();
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
    send(asset.etag(coding), headers, &Bytes::from_static(bytes), method, request)
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

fn other(asset: &OtherAsset, method: &Method, request: &HeaderMap) -> Response {
    let headers = common_headers(&asset.content_type);
    send(ETag::of(&asset.bytes), headers, &asset.bytes, method, request)
}

fn send(
    etag: ETag,
    headers: HeaderMap,
    bytes: &Bytes,
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
    (StatusCode::NOT_FOUND, "no such asset\n").into_response()
}

/// Whether there is such an asset is not known: a page without its style sheet is not to be kept.
fn unavailable(error: Unreachable) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], format!("{error}\n")).into_response()
}

fn common_headers(content_type: &str) -> HeaderMap {
    let content_type = HeaderValue::from_str(content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    HeaderMap::from_iter([
        (CONTENT_TYPE, content_type),
        (VARY, HeaderValue::from(ACCEPT_ENCODING)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ])
}

#[cfg(test)]
mod tests {
    use futures_util::future::BoxFuture;
    use http::Request;
    use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, IF_RANGE};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::super::{ASSETS, asset};
    use super::*;
    use crate::web::edge::Policy;

    struct Answered {
        status: u16,
        headers: HeaderMap,
        bytes: Bytes,
    }

    async fn ask(method: Method, path: &str, fields: &[(http::HeaderName, &str)]) -> Answered {
        ask_beside(Assets::default(), method, path, fields).await
    }

    async fn ask_beside(
        assets: Assets,
        method: Method,
        path: &str,
        fields: &[(http::HeaderName, &str)],
    ) -> Answered {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in fields {
            request = request.header(name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let (head, body) =
            routes().alone().with_state(assets).oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answered { status: head.status.as_u16(), headers: head.headers, bytes }
    }

    fn sheet() -> &'static Asset {
        Asset::named("site.css").unwrap()
    }

    #[tokio::test]
    async fn every_asset_is_served_in_every_coding() {
        for asset in ASSETS {
            for coding in asset.codings().chain([Coding::Identity]) {
                let accept = [(ACCEPT_ENCODING, coding.token())];
                let whole = ask(Method::GET, asset.path, &accept).await;
                assert_eq!(whole.status, 200);
                assert_eq!(Some(&whole.bytes[..]), asset.bytes(coding), "{}", asset.name);
                assert_eq!(whole.headers.get(CONTENT_ENCODING), coding.header_value().as_ref());
                assert_eq!(whole.headers[CONTENT_TYPE], asset.content_type);
                assert_eq!(whole.headers[CACHE_CONTROL], Policy::IMMUTABLE.cache_control());
                assert_eq!(whole.headers[VARY], "accept-encoding");
                assert_eq!(whole.headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
                assert_eq!(whole.headers[ETAG], asset.etag(coding).header_value());

                let head = ask(Method::HEAD, asset.path, &accept).await;
                assert_eq!((head.status, head.bytes.len()), (200, 0));
                assert_eq!(head.headers, whole.headers);

                let tag = asset.etag(coding).to_string();
                let known = [accept[0].clone(), (IF_NONE_MATCH, tag.as_str())];
                let again = ask(Method::GET, asset.path, &known).await;
                assert_eq!((again.status, again.bytes.len()), (304, 0));
                assert_eq!(again.headers[ETAG], whole.headers[ETAG]);
                assert_eq!(again.headers[VARY], whole.headers[VARY]);
            }
        }
    }

    #[tokio::test]
    async fn a_part_is_cut_from_the_plain_bytes() {
        let plain = sheet().bytes(Coding::Identity).unwrap();
        let tag = sheet().etag(Coding::Identity).to_string();
        let part = [(RANGE, "bytes=1-3"), (ACCEPT_ENCODING, "br, gzip"), (IF_RANGE, &tag)];
        let answered = ask(Method::GET, asset!("site.css"), &part).await;
        assert_eq!((answered.status, &answered.bytes[..]), (206, &plain[1..4]));
        assert!(!answered.headers.contains_key(CONTENT_ENCODING));

        let beyond = [(RANGE, "bytes=9999999-"), (ACCEPT_ENCODING, "br")];
        assert_eq!(ask(Method::GET, asset!("site.css"), &beyond).await.status, 416);
    }

    #[tokio::test]
    async fn a_part_of_a_coding_is_cut_for_those_who_have_the_rest_of_it() {
        let brotli = sheet().bytes(Coding::Brotli).unwrap();
        let tag = sheet().etag(Coding::Brotli).to_string();
        let resumed = [(RANGE, "bytes=1-3"), (ACCEPT_ENCODING, "br"), (IF_RANGE, &tag)];
        let never_plain = [(RANGE, "bytes=1-3"), (ACCEPT_ENCODING, "br, identity;q=0")];
        for request in [&resumed[..], &never_plain] {
            let answered = ask(Method::GET, asset!("site.css"), request).await;
            assert_eq!((answered.status, &answered.bytes[..]), (206, &brotli[1..4]));
            assert_eq!(answered.headers[CONTENT_ENCODING], "br");
        }
    }

    #[tokio::test]
    async fn a_part_of_another_version_is_the_whole() {
        let outdated = [(RANGE, "bytes=1-3"), (ACCEPT_ENCODING, "br"), (IF_RANGE, "\"old\"")];
        let answered = ask(Method::GET, asset!("site.css"), &outdated).await;
        assert_eq!((answered.status, answered.bytes.len()), (200, sheet().brotli.unwrap().len()));
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_gets_nothing() {
        let nothing = [(ACCEPT_ENCODING, "*;q=0")];
        let answered = ask(Method::GET, asset!("site.css"), &nothing).await;
        assert_eq!(answered.status, 406);
        assert_eq!(answered.headers[CACHE_CONTROL], Policy::NOTHING.cache_control());
    }

    #[tokio::test]
    async fn an_unknown_hash_is_not_found_for_a_short_while() {
        for path in
            ["/assets/site.0000.css", "/assets/../site.css", "/assets/%2e%2e/x", "/assets/%00"]
        {
            let answered = ask(Method::GET, path, &[]).await;
            assert_eq!(answered.status, 404, "{path}");
            assert_eq!(answered.headers[CACHE_CONTROL], Policy::UNKNOWN_NAME.cache_control());
        }
        assert_eq!(ask(Method::POST, asset!("site.css"), &[]).await.status, 405);
    }

    #[tokio::test]
    async fn another_builds_asset_is_served_as_our_own() {
        struct Shared;
        impl OtherBuilds for Shared {
            fn find<'a>(
                &'a self,
                path: &'a str,
            ) -> BoxFuture<'a, Result<Option<OtherAsset>, Unreachable>> {
                let asset = OtherAsset { content_type: "text/css".into(), bytes: "a{}".into() };
                Box::pin(std::future::ready(match path {
                    "/assets/site.0000.css" => Ok(Some(asset)),
                    _ => Err(Unreachable),
                }))
            }
        }
        let assets = Assets { other_builds: Arc::new(Shared) };
        let answered = ask_beside(assets, Method::GET, "/assets/site.0000.css", &[]).await;
        assert_eq!((answered.status, &answered.bytes[..]), (200, &b"a{}"[..]));
        assert_eq!(answered.headers[CACHE_CONTROL], Policy::IMMUTABLE.cache_control());

        let assets = Assets { other_builds: Arc::new(Shared) };
        let unknown = ask_beside(assets, Method::GET, "/assets/site.1111.css", &[]).await;
        assert_eq!(unknown.status, 503);
        assert_eq!(unknown.headers[CACHE_CONTROL], Policy::NOTHING.cache_control());
    }
}
