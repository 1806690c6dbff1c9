//! An instance within the tests: all of Masthead but the listener, at a time that tests move.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use masthead::app::App;
use masthead::clock::ManualClock;
use masthead::config::Config;
use masthead::db;
use masthead::domain::post::Draft;
use masthead::domain::{Author, Post, PostKind, Status, Tag, Timestamp};
use masthead::entropy::CountingEntropy;
use masthead::services::settings;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::support::TestDatabase;
use crate::support::fixtures::NOON;

/// The address under which readers know the site.
const URL: &str = "https://example.org";

/// One of perhaps several instances on a database.
pub struct Instance {
    pub app: App,
    pub clock: Arc<ManualClock>,
    folder: TempDir,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} and {} bytes", self.status, self.headers, self.body.len())
    }
}

impl Instance {
    /// An instance whose clock stands at noon.
    pub async fn on(database: &TestDatabase) -> Self {
        Self::with(database, |_| {}).await
    }

    /// The same with a configuration of the test's own.
    pub async fn with(database: &TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        Self::at(&database.url, change).await
    }

    /// The same on the database at an address.
    pub async fn at(url: &str, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url: Value = url.into();
        let mut config = Config::default();
        URL.clone_into(&mut config.server.url);
        config.database.url = serde_json::from_value(url).unwrap();
        config.database.readers = 2;
        config.database.acquire_timeout_s = 5;
        config.cache.debug = true;
        config.media.dir = folder.path().join("media");
        change(&mut config);
        let clock = Arc::new(ManualClock::at(NOON));
        let entropy = Arc::new(CountingEntropy::from(1));
        let app = Box::pin(App::open_with(config, clock.clone(), entropy)).await.unwrap();
        Self { app, clock, folder }
    }

    /// The present, in seconds since the Unix epoch.
    pub fn clock_seconds(&self) -> String {
        self.app.clock.now().as_seconds().to_string()
    }

    /// The folder of the media store.
    pub fn media(&self) -> &Path {
        &self.app.config.media.dir
    }

    /// A place beside the media store that nothing has yet.
    pub fn beside(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Asks for anything.
    ///
    /// Everything that was written has been told to the instance by then, by whatever hand; nothing
    /// else has: what is cached stays so.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        // Where the database is away, the page shall say so.
        let _ = self.app.stamper.settle().await;
        let (head, body) = self.app.site().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// The answer as it is made anew, past every cache.
    pub async fn anew(&self, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (head, body) = self.app.router().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// Asks for a path with a method and some fields.
    pub async fn request(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, &[]).await
    }

    /// The text of a page that is there.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answer.text()
    }

    /// Saves a new post or page.
    pub async fn create(&self, draft: &Draft) -> Post {
        self.app.publishing.create(draft).await.unwrap().value.post
    }

    pub async fn add_author(&self, author: &Author) {
        let mut t = self.app.db.write().await.unwrap();
        db::users::save(&mut t, author).await.unwrap();
        t.commit().await.unwrap();
    }

    pub async fn add_tag(&self, tag: &Tag) {
        let mut t = self.app.db.write().await.unwrap();
        db::tags::save(&mut t, tag).await.unwrap();
        t.commit().await.unwrap();
    }

    /// Sets some settings.
    pub async fn set(&self, changes: Value) {
        let Value::Object(changes) = changes else { panic!("settings are an object") };
        let mut t = self.app.db.write().await.unwrap();
        settings::save(&mut t, &changes).await.unwrap();
        t.commit().await.unwrap();
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// A field that must be there.
    pub fn field(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        value.to_str().unwrap()
    }

    /// Whether it came out of the response cache.
    pub fn is_hit(&self) -> bool {
        self.field("cache-status").contains("; hit")
    }

    /// Where a permanent redirect leads; `None` for any other answer.
    pub fn moved_to(&self) -> Option<&str> {
        (self.status == StatusCode::MOVED_PERMANENTLY)
            .then(|| self.field(header::LOCATION.as_str()))
    }
}

/// A text that readers see, published at an instant.
pub fn published(title: &str, at: Timestamp) -> Draft {
    Draft {
        title: title.to_owned(),
        markdown: format!("The text of {title}."),
        status: Status::Published,
        published_at: Some(at),
        show_title_and_feature_image: true,
        ..Draft::default()
    }
}

/// A page that readers see.
pub fn page(title: &str) -> Draft {
    Draft { kind: PostKind::Page, ..published(title, NOON) }
}
