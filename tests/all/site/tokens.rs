//! The token of a writer: whoever saved something is shown it by every instance, whatever that one
//! keeps, and nobody else gets the answer.

use std::time::Duration;

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use masthead::config::CdnProvider;
use masthead::content_clock::{AsOf, Epoch, Token, TokenKey};
use masthead::db::{self, Intent};
use masthead::domain::Post;
use masthead::domain::post::Draft;
use tower::ServiceExt as _;

use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(
    a_writer_is_shown_what_they_saved_by_an_instance_that_has_not_heard_of_it,
    an_answer_to_a_writer_is_kept_by_nobody,
    a_change_without_a_number_is_shown_or_refused,
    a_token_of_another_epoch_gets_a_number_of_this_one,
    a_token_ends_when_every_instance_has_come_so_far,
);

/// Two instances on one database, and a post that both keep. The second does not listen.
struct World {
    here: Instance,
    there: Instance,
    post: Post,
    key: TokenKey,
}

/// An answer as it comes, with nothing told to the instance before.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn field(&self, name: &header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn token(&self) -> &str {
        let cookie = self.field(&header::SET_COOKIE);
        let value = cookie.strip_prefix("masthead_token=").unwrap_or_else(|| panic!("{self:?}"));
        value.split(';').next().unwrap()
    }
}

impl World {
    async fn on(database: &TestDatabase) -> Self {
        let behind_a_cdn = |config: &mut masthead::config::Config| {
            config.cdn.provider = CdnProvider::Webhook;
        };
        let here = Instance::with(database, behind_a_cdn).await;
        here.add_author(&author("Ann")).await;
        let post = here.create(&published("Hello", NOON)).await;
        let there = Instance::with(database, behind_a_cdn).await;
        assert!(there.get("/hello/").await.text().contains("The text of Hello"));
        let mut snapshot = here.app.db.read(Intent::Primary).await.unwrap();
        let secret = db::secrets::find(&mut snapshot, "tokens").await.unwrap().unwrap();
        drop(snapshot);
        Self { here, there, post, key: TokenKey::new(secret) }
    }

    /// Changes the text here.
    async fn change(&mut self) -> Token {
        let draft = Draft {
            slug: Some("hello".to_owned()),
            markdown: "Another text.".to_owned(),
            ..published("Hello", NOON)
        };
        let id = &self.post.summary.id;
        let saved = self.here.app.publishing.update(id, self.post.revision, &draft).await.unwrap();
        self.post = saved.value.post;
        saved.token
    }

    async fn read_there(&self, token: Option<&str>) -> Answer {
        let mut request = Request::get("/hello/");
        if let Some(token) = token {
            request = request.header(header::COOKIE, format!("theme=dark; masthead_token={token}"));
        }
        let request = request.body(Body::empty()).unwrap();
        let (head, body) = self.there.app.site().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status: head.status, headers: head.headers, text }
    }
}

async fn a_writer_is_shown_what_they_saved_by_an_instance_that_has_not_heard_of_it(
    database: &TestDatabase,
) {
    let mut world = World::on(database).await;
    let token = world.change().await;
    assert!(matches!(token, Token::Settled(_)));
    let anonymous = world.read_there(None).await;
    assert!(anonymous.text.contains("The text of Hello"), "it has not heard of it");
    assert!(!anonymous.headers.contains_key(header::SET_COOKIE), "{anonymous:?}");
    let forged = TokenKey::new([7; 32]).sign(token);
    assert!(world.read_there(Some(&forged)).await.text.contains("The text of Hello"));

    let shown = world.read_there(Some(&world.key.sign(token))).await;
    assert!(shown.text.contains("Another text."), "{shown:?}");
    assert_eq!(world.key.read(shown.token()), Some(token), "it is owed until all show it");
    for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(shown.field(&header::SET_COOKIE).contains(attribute), "{attribute}: {shown:?}");
    }
}

async fn an_answer_to_a_writer_is_kept_by_nobody(database: &TestDatabase) {
    let mut world = World::on(database).await;
    let token = world.change().await;
    let shown = world.read_there(Some(&world.key.sign(token))).await;
    assert_eq!(shown.field(&header::CACHE_CONTROL), "private, no-cache");
    assert_eq!(shown.headers["cdn-cache-control"], "no-store");
    assert!(!shown.headers.contains_key("cache-tag"), "{shown:?}");
    // What was loaded for them is as good as any: the next reader gets it, as one of all.
    let anonymous = world.read_there(None).await;
    assert!(anonymous.text.contains("Another text."));
    assert_eq!(anonymous.field(&header::CACHE_CONTROL), "no-cache");
    assert!(anonymous.headers.contains_key("cache-tag"), "{anonymous:?}");
    assert!(!anonymous.headers.contains_key(header::SET_COOKIE), "{anonymous:?}");
}

async fn a_change_without_a_number_is_shown_or_refused(database: &TestDatabase) {
    let mut world = World::on(database).await;
    world.change().await;
    let pending = world.key.sign(Token::Pending);
    let shown = world.read_there(Some(&pending)).await;
    assert!(shown.text.contains("Another text."), "{shown:?}");
    assert!(matches!(world.key.read(shown.token()), Some(Token::Settled(_))), "{shown:?}");

    world.there.app.db.close().await;
    let refused = world.read_there(Some(&pending)).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{refused:?}");
    assert_eq!(refused.field(&header::CACHE_CONTROL), "no-store");
    assert!(refused.headers.contains_key(header::RETRY_AFTER), "{refused:?}");
    assert!(refused.headers.contains_key(header::CONTENT_SECURITY_POLICY), "{refused:?}");
    assert!(world.read_there(None).await.status.is_success(), "nobody else is refused");
}

async fn a_token_of_another_epoch_gets_a_number_of_this_one(database: &TestDatabase) {
    let mut world = World::on(database).await;
    world.change().await;
    let lost = Token::Settled(AsOf { epoch: Epoch(1), seq: u64::MAX });
    let shown = world.read_there(Some(&world.key.sign(lost))).await;
    assert!(shown.text.contains("Another text."), "{shown:?}");
    let Some(Token::Settled(as_of)) = world.key.read(shown.token()) else { panic!("{shown:?}") };
    assert_ne!(as_of.epoch, Epoch(1));
}

async fn a_token_ends_when_every_instance_has_come_so_far(database: &TestDatabase) {
    const DEADLINE: Duration = Duration::from_secs(20);
    let world = {
        let mut world = World::on(database).await;
        let nobody_is_told = |config: &mut masthead::config::Config| {
            config.cdn.provider = CdnProvider::None;
        };
        world.there = Instance::with(database, nobody_is_told).await;
        world
    };
    let Ok(as_of) = world.here.app.stamper.settle().await else { panic!("it has a number") };
    let token = world.key.sign(Token::Settled(as_of));
    let before = world.read_there(Some(&token)).await;
    assert!(before.field(&header::SET_COOKIE).contains("Max-Age=86400"), "{before:?}");
    let (here, there) =
        (world.here.app.start().await.unwrap(), world.there.app.start().await.unwrap());
    let ended = async {
        while !world.read_there(Some(&token)).await.field(&header::SET_COOKIE).contains("Max-Age=0")
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, ended).await.expect("both have come so far");
    here.stop().await;
    there.stop().await;
}
