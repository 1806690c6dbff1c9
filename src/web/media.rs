//! Serves uploaded files: originals and their smaller variants, whole or in part.

use axum::Extension;
use axum::body::Body;
use axum::extract::{FromRef, Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::domain::media::IMAGES_PATH;
use crate::media::{
    FileType, Found, Kind, MediaPath, Store, StoreError, StoredName, Variant, VariantError,
    VariantFormat, Variants,
};
use crate::web::edge::{Declaration, Policy, Routes};
use crate::web::http::{ETag, Representation};

/// A drawing that is opened by itself may draw, and nothing else.
const DRAWING_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox";

/// What the media routes need of the application's state.
#[derive(Clone)]
pub struct MediaState {
    /// The store, and what makes smaller pictures in it.
    pub variants: Variants,
}

/// `/content/images/…`, with Ghost's `size/w600/…` and `size/w600/format/webp/…` below it.
pub fn routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    MediaState: FromRef<S>,
{
    Routes::default().get(&format!("{IMAGES_PATH}{{*path}}"), Declaration::FILE, serve)
}

async fn serve(
    State(MediaState { variants }): State<MediaState>,
    Path(path): Path<String>,
    method: Method,
    request: HeaderMap,
) -> Response {
    let answered = match MediaPath::parse(&path) {
        Some(MediaPath::Original(name)) => {
            original(variants.store(), &name, &method, &request).await
        }
        Some(MediaPath::Variant(v)) => variant(&variants, &v, &method, &request).await,
        Some(MediaPath::OtherSize(name)) => Ok(to_original(&name, Policy::REDIRECT)),
        None => Ok(unknown()),
    };
    answered.unwrap_or_else(|error| match error {
        StoreError::NotFound(_) => unknown(),
        StoreError::Failed(_) => unavailable(&error),
    })
}

async fn original(
    store: &Store,
    name: &StoredName,
    method: &Method,
    request: &HeaderMap,
) -> Result<Response, StoreError> {
    let Some(size) = store.size(name.as_str()).await? else { return Ok(unknown()) };
    let file = File { key: name.as_str(), etag: name.hash(), size, served_as: name.file_type() };
    file.send(store, method, request).await
}

async fn variant(
    variants: &Variants,
    variant: &Variant,
    method: &Method,
    request: &HeaderMap,
) -> Result<Response, StoreError> {
    let size = match variants.find(variant).await {
        Ok(Found::Stored { size }) => size,
        Ok(Found::OriginalServes) => {
            return Ok(to_original(&variant.name, Policy::REDIRECT));
        }
        Err(error) => return Ok(without_variant(&variant.name, &error)),
    };
    let format = if variant.format == VariantFormat::WebP { "webp" } else { "same" };
    // Another version of the encoder may make other bytes of the same picture; the size tells.
    let etag = format!("{}-w{}-{format}-{size:x}", variant.name.hash(), variant.width);
    let file = File { key: &variant.key(), etag: &etag, size, served_as: variant.file_type() };
    file.send(variants.store(), method, request).await
}

/// A picture that cannot be made smaller is still a picture.
fn without_variant(name: &StoredName, error: &VariantError) -> Response {
    match error {
        VariantError::Store(StoreError::NotFound(_)) => unknown(),
        VariantError::Store(error) => unavailable(error),
        VariantError::Resize(_) | VariantError::Aborted => {
            tracing::warn!(%name, %error, "no variant could be made");
            to_original(name, Policy::UNKNOWN_NAME)
        }
    }
}

/// A file of the store that is about to be sent.
struct File<'a> {
    key: &'a str,
    etag: &'a str,
    size: u64,
    served_as: &'static FileType,
}

impl File<'_> {
    async fn send(
        &self,
        store: &Store,
        method: &Method,
        request: &HeaderMap,
    ) -> Result<Response, StoreError> {
        let headers = describe(self.served_as);
        let etag = ETag::new(self.etag);
        let representation = Representation { etag, length: self.size, headers };
        let answer = representation.answer(method, request);
        let body = match answer.body {
            // An empty range cannot be asked of a store.
            Some(part) if !part.is_empty() => {
                let range = (part != (0..self.size)).then_some(part);
                Body::from_stream(store.open(self.key, range).await?.bytes)
            }
            _ => Body::empty(),
        };
        Ok(answer.head.map(|()| body))
    }
}

/// The fields that say what a file is and what the browser may do with it.
fn describe(file_type: &FileType) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(file_type.content_type)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]);
    match file_type.kind {
        Kind::Vector => {
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(DRAWING_POLICY));
        }
        Kind::Download => {
            headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        }
        Kind::Raster | Kind::Picture | Kind::Inline => {}
    }
    headers
}

fn to_original(name: &StoredName, policy: Policy) -> Response {
    let location = format!("{IMAGES_PATH}{name}");
    (StatusCode::FOUND, Extension(policy), [(LOCATION, location)]).into_response()
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, "no such file\n").into_response()
}

fn unavailable(error: &StoreError) -> Response {
    tracing::error!(%error, "a file could not be served");
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], "the file cannot be read\n")
        .into_response()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;
    use http::header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_NONE_MATCH, RANGE,
    };
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::media::{Limits, Upload, testing};

    struct Site {
        folder: tempfile::TempDir,
        store: Store,
        app: axum::Router,
    }

    impl Site {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::in_folder(folder.path()).unwrap();
            let state = MediaState { variants: Variants::new(store.clone()) };
            Self { folder, store, app: routes().alone().with_state(state) }
        }

        async fn upload(&self, name: &str, bytes: impl Into<Bytes>) -> String {
            let upload = Upload::new(name, bytes.into(), &Limits::default()).unwrap();
            upload.store(&self.store).await.unwrap();
            upload.name.to_string()
        }

        async fn ask(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Answered {
            let mut request = Request::builder().method(method).uri(path);
            for (name, value) in fields {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).unwrap();
            let response = self.app.clone().oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            Answered { status: head.status.as_u16(), headers: head.headers, bytes }
        }

        async fn get(&self, path: &str) -> Answered {
            self.ask(Method::GET, &format!("{IMAGES_PATH}{path}"), &[]).await
        }
    }

    struct Answered {
        status: u16,
        headers: HeaderMap,
        bytes: Bytes,
    }

    #[tokio::test]
    async fn an_original_is_served_whole_in_part_and_not_again() {
        let site = Site::new();
        let jpeg = testing::jpeg(90, 30);
        let path = format!("{IMAGES_PATH}{}", site.upload("a.jpg", jpeg.clone()).await);

        let whole = site.ask(Method::GET, &path, &[]).await;
        assert_eq!((whole.status, &whole.bytes[..]), (200, &jpeg[..]));
        assert_eq!(whole.headers[CONTENT_TYPE], "image/jpeg");
        assert_eq!(whole.headers[CACHE_CONTROL], Policy::IMMUTABLE.cache_control());
        assert_eq!(whole.headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(whole.headers[ACCEPT_RANGES], "bytes");

        let head = site.ask(Method::HEAD, &path, &[]).await;
        assert_eq!((head.status, head.bytes.len()), (200, 0));
        assert_eq!(head.headers, whole.headers);

        let part = site.ask(Method::GET, &path, &[(RANGE.as_str(), "bytes=2-5")]).await;
        assert_eq!((part.status, &part.bytes[..]), (206, &jpeg[2..6]));
        assert_eq!(part.headers[CONTENT_RANGE], format!("bytes 2-5/{}", jpeg.len()));
        assert_eq!(part.headers[CONTENT_LENGTH], "4");

        let beyond = site.ask(Method::GET, &path, &[(RANGE.as_str(), "bytes=999999-")]).await;
        assert_eq!(beyond.status, 416);

        let etag = whole.headers[ETAG].to_str().unwrap();
        let again = site.ask(Method::GET, &path, &[(IF_NONE_MATCH.as_str(), etag)]).await;
        assert_eq!((again.status, again.bytes.len()), (304, 0));
        assert_eq!(again.headers[CACHE_CONTROL], Policy::IMMUTABLE.cache_control());

        assert_eq!(site.ask(Method::POST, &path, &[]).await.status, 405);
    }

    #[tokio::test]
    async fn a_picture_offers_the_variants_that_are_served() {
        let site = Site::new();
        let upload =
            Upload::new("a.png", testing::png(1200, 100).into(), &Limits::default()).unwrap();
        upload.store(&site.store).await.unwrap();
        let media = upload.media(crate::domain::Timestamp(0));
        for (width, path) in crate::domain::media::Picture::stored(&media).variants() {
            let answered = site.ask(Method::GET, &path, &[]).await;
            assert_eq!(answered.status, 200, "{path}");
            assert_eq!(answered.headers[CONTENT_TYPE], "image/webp");
            assert_eq!(image::load_from_memory(&answered.bytes).unwrap().width(), width);
        }
        let png = site.get(&format!("size/w600/{}", media.path)).await;
        assert_eq!(png.headers[CONTENT_TYPE], "image/png");
        assert_eq!(image::load_from_memory(&png.bytes).unwrap().width(), 600);
    }

    #[tokio::test]
    async fn the_original_stands_in_for_what_is_not_made() {
        let site = Site::new();
        let jpeg = site.upload("a.jpg", testing::jpeg(90, 30)).await;
        let gif = site.upload("a.gif", testing::gif(900, 30)).await;
        let damaged = site.upload("a.png", testing::png(900, 300)[..60].to_vec()).await;
        for (path, name) in [
            (format!("size/w601/{jpeg}"), &jpeg),
            (format!("size/w600/format/avif/{jpeg}"), &jpeg),
            (format!("size/w600/{jpeg}"), &jpeg),
            (format!("size/w600/format/webp/{gif}"), &gif),
            (format!("size/w600/format/webp/{damaged}"), &damaged),
        ] {
            let answered = site.get(&path).await;
            assert_eq!(answered.status, 302, "{path}");
            assert_eq!(answered.headers[LOCATION], format!("{IMAGES_PATH}{name}"));
        }
    }

    #[tokio::test]
    async fn what_is_unknown_is_not_found_for_a_short_while() {
        let site = Site::new();
        std::fs::write(site.folder.path().join("secret.txt"), "x").unwrap();
        let long = format!("{}-0123456789ab.jpg", "a".repeat(10_000));
        for path in [
            "gone-0123456789ab.jpg",
            "size/w600/gone-0123456789ab.jpg",
            "size/w600/format/webp/gone-0123456789ab.jpg",
            "2024/01/photo.jpg",
            "secret.txt",
            "../secret.txt",
            "%2e%2e/secret.txt",
            "..%2fsecret.txt",
            "%00",
            "a-0123456789ab.jpg%00",
            &long,
        ] {
            let answered = site.get(path).await;
            assert_eq!(answered.status, 404, "{path}");
            assert_eq!(answered.headers[CACHE_CONTROL], Policy::UNKNOWN_NAME.cache_control());
        }
        assert_eq!(site.get("%ff").await.status, 400);
    }

    #[tokio::test]
    async fn what_a_browser_would_run_is_fenced() {
        let site = Site::new();
        let svg = site.upload("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").await;
        let answered = site.get(&svg).await;
        assert_eq!(answered.headers[CONTENT_TYPE], "image/svg+xml");
        assert_eq!(answered.headers[CONTENT_SECURITY_POLICY], DRAWING_POLICY);
        let html = site.upload("a.html", "<!DOCTYPE html><script>alert(1)</script>").await;
        assert_eq!(site.get(&html).await.headers[CONTENT_DISPOSITION], "attachment");
    }
}
