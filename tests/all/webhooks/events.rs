//! What is told: which events a change is, and what receivers read of them.

use std::convert::Infallible;

use masthead::domain::post::Draft;
use masthead::domain::{PostId, Status};
use masthead::services::tagging::TagDraft;
use serde_json::json;

use super::{Desk, event, fields, is_signed};
use crate::import::Blog;
use crate::instance::{page, published};
use crate::support::fixtures::NOON;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_post_is_told_whole_and_signed,
    one_change_is_several_events,
    what_is_deleted_is_told_as_it_was,
    a_scheduled_post_is_told_when_its_hour_comes,
    pages_and_tags_and_settings_are_told,
    a_change_that_fails_is_told_to_nobody,
    an_import_tells_nobody,
    where_nobody_wants_to_be_told_nothing_is_written_down,
    the_kind_of_a_post_is_what_it_is_told_as,
    what_becomes_of_a_tag_is_told,
);

/// A draft that nobody sees yet.
fn unfinished(title: &str) -> Draft {
    Draft { status: Status::Draft, published_at: None, ..published(title, NOON) }
}

async fn update(desk: &Desk, id: &PostId, revision: i64, draft: &Draft) {
    desk.site.app.publishing.update(id, revision, draft).await.unwrap();
}

async fn a_post_is_told_whole_and_signed(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.published"]).await;
    let draft = Draft { tags: vec!["News".to_owned()], ..unfinished("Hello") };
    let post = desk.site.create(&draft).await;
    assert_eq!(desk.told().await.len(), 0);
    desk.site.clock.advance(60);
    let publish = Draft { status: Status::Published, ..draft };
    update(&desk, &post.summary.id, 1, &publish).await;
    let told = desk.told().await;
    let [asked] = &told[..] else { panic!("told once: {told:?}") };

    assert_eq!(
        (asked.method.as_str(), asked.uri.to_string().as_str()),
        ("POST", "/hook?token=s3cr3t")
    );
    assert_eq!(asked.header("content-type"), "application/json");
    assert_eq!(asked.header("content-version"), "v6.65");
    let agent = concat!("Masthead/", env!("CARGO_PKG_VERSION"));
    assert_eq!(asked.header("user-agent"), agent);
    assert_eq!(asked.header("webhook-id").len(), 24);
    assert_eq!(asked.header("webhook-timestamp"), desk.site.clock_seconds());
    assert!(
        asked.header("x-ghost-signature").ends_with(&format!("t={}000", desk.site.clock_seconds()))
    );
    assert!(is_signed(asked, "s3cr3t"));
    assert!(!is_signed(asked, "another"));

    let body = asked.json();
    assert_eq!(fields(&body), ["event", "post"]);
    let (current, previous) = (&body["post"]["current"], &body["post"]["previous"]);
    assert_eq!(current["id"], post.summary.id.as_str());
    assert_eq!(current["title"], "Hello");
    assert_eq!(current["status"], "published");
    assert_eq!(current["html"], "<p>The text of Hello.</p>\n");
    assert_eq!(current["plaintext"], "The text of Hello.");
    assert_eq!(current["url"], "https://example.org/hello/");
    assert_eq!(current["tags"][0]["name"], "News");
    assert_eq!(current["authors"][0]["name"], "Ann");
    assert_eq!(current["primary_author"]["slug"], "ann");
    assert_eq!(current["published_at"], "2026-05-01T12:01:00.000Z");
    assert!(current.get("lexical").is_none() && current.get("markdown").is_none());
    assert_eq!(fields(previous), ["published_at", "status", "updated_at"]);
    assert_eq!(
        *previous,
        json!({ "status": "draft", "published_at": null, "updated_at": "2026-05-01T12:00:00.000Z" })
    );
}

async fn one_change_is_several_events(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added", "post.published", "post.edited", "site.changed", "post.unpublished"])
        .await;
    desk.want(&["post.published.edited", "post.tag.attached", "page.added", "tag.added"]).await;
    let draft = unfinished("Hello");
    let id = desk.site.create(&draft).await.summary.id;
    assert_eq!(desk.told_events().await, ["post.added"]);
    let tagged = Draft { tags: vec!["News".to_owned()], ..draft };
    update(&desk, &id, 1, &tagged).await;
    assert_eq!(desk.told_events().await, ["post.edited", "post.tag.attached", "tag.added"]);
    let publish = Draft { status: Status::Published, ..tagged };
    update(&desk, &id, 2, &publish).await;
    assert_eq!(desk.told_events().await, ["post.edited", "post.published", "site.changed"]);
    let edit = Draft { markdown: "Other words.".to_owned(), published_at: Some(NOON), ..publish };
    update(&desk, &id, 3, &edit).await;
    let told = desk.told().await;
    let mut events: Vec<_> = told.iter().map(event).collect();
    events.sort_unstable();
    assert_eq!(events, ["post.edited", "post.published.edited", "site.changed"]);
    let site = told.iter().find(|asked| event(asked) == "site.changed").unwrap();
    assert_eq!(site.body, r#"{"event":"site.changed"}"#);
    let edited = told.iter().find(|asked| event(asked) == "post.edited").unwrap().json();
    assert_eq!(edited["post"]["previous"]["plaintext"], "The text of Hello.");
    assert_eq!(edited["post"]["current"]["plaintext"], "Other words.");
    let back = Draft { status: Status::Draft, ..edit };
    update(&desk, &id, 4, &back).await;
    assert_eq!(desk.told_events().await, ["post.edited", "post.unpublished", "site.changed"]);
}

async fn what_is_deleted_is_told_as_it_was(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    let id = desk.site.create(&published("Hello", NOON)).await.summary.id;
    desk.want(&["post.deleted"]).await;
    desk.site.app.publishing.delete(&id).await.unwrap();
    let told = desk.told().await;
    let post = &told[0].json()["post"];
    assert_eq!(post["current"], json!({}));
    assert_eq!(post["previous"]["title"], "Hello");
    assert_eq!(post["previous"]["authors"][0]["name"], "Ann");
    assert_eq!(post["previous"]["url"], "https://example.org/hello/");
    desk.site.app.publishing.delete(&id).await.unwrap();
    assert_eq!(desk.told_events().await, [""; 0], "it was gone already");
}

async fn a_scheduled_post_is_told_when_its_hour_comes(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.scheduled", "post.published", "post.rescheduled", "site.changed"]).await;
    let tomorrow = NOON.plus_seconds(86_400);
    let draft = Draft { status: Status::Scheduled, ..published("Hello", tomorrow) };
    let id = desk.site.create(&draft).await.summary.id;
    assert_eq!(desk.told_events().await, ["post.scheduled"]);
    let later = Draft { published_at: Some(tomorrow.plus_seconds(60)), ..draft };
    update(&desk, &id, 1, &later).await;
    assert_eq!(desk.told_events().await, ["post.rescheduled"]);
    desk.site.clock.advance(86_461);
    assert_eq!(desk.site.app.publishing.publish_due().await.unwrap(), 1);
    assert_eq!(desk.told_events().await, ["post.published", "site.changed"]);
    assert_eq!(desk.site.app.publishing.publish_due().await.unwrap(), 0);
    assert_eq!(desk.told_events().await, [""; 0]);
}

async fn pages_and_tags_and_settings_are_told(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["page.published", "post.published", "site.changed", "tag.added"]).await;
    let about = Draft { tags: vec!["Info".to_owned()], ..page("About") };
    desk.site.create(&about).await;
    let told = desk.told().await;
    let mut events: Vec<_> = told.iter().map(event).collect();
    events.sort_unstable();
    assert_eq!(events, ["page.published", "site.changed", "tag.added"]);
    let body = told.iter().find(|asked| event(asked) == "page.published").unwrap().json();
    assert_eq!(body["page"]["current"]["title"], "About");
    let body = told.iter().find(|asked| event(asked) == "tag.added").unwrap().json();
    assert_eq!(body["tag"]["current"]["slug"], "info");
    assert_eq!(body["tag"]["previous"], json!({}));
    desk.site.app.settings.set("title", "The Daily".into()).await.unwrap();
    assert_eq!(desk.told_events().await, ["site.changed"]);
}

async fn a_change_that_fails_is_told_to_nobody(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    let id = desk.site.create(&unfinished("Hello")).await.summary.id;
    desk.want(&["post.edited", "post.added", "tag.added"]).await;
    let draft = Draft { tags: vec!["News".to_owned()], ..unfinished("Hello") };
    desk.site.app.publishing.update(&id, 7, &draft).await.unwrap_err();
    desk.site.app.publishing.create(&Draft { title: String::new(), ..draft }).await.unwrap_err();
    assert_eq!(desk.told_events().await, [""; 0]);
    let mut hand = db.hand().await;
    assert_eq!(hand.number("select count(*) from events").await, 0);
}

async fn an_import_tells_nobody(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    let all: Vec<_> = masthead::domain::EventKind::all().map(|kind| kind.to_string()).collect();
    let all: Vec<_> = all.iter().map(String::as_str).collect();
    desk.want(&all).await;
    let blog = Blog::new();
    assert_eq!(blog.import(&desk.site).await.created, 4);
    blog.post("one", "2026-04-01", "Other words.");
    assert_eq!(blog.import(&desk.site).await.updated, 1);
    let mut hand = db.hand().await;
    assert_eq!(hand.number("select count(*) from events").await, 0);
    assert_eq!(desk.told_events().await, [""; 0]);
}

async fn where_nobody_wants_to_be_told_nothing_is_written_down(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["page.added"]).await;
    let id = desk.site.create(&published("Hello", NOON)).await.summary.id;
    desk.site.app.publishing.delete(&id).await.unwrap();
    let mut hand = db.hand().await;
    let rows = "select (select count(*) from events) + (select count(*) from deliveries)";
    assert_eq!(hand.number(rows).await, 0);
}

async fn the_kind_of_a_post_is_what_it_is_told_as(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    let id = desk.site.create(&published("Hello", NOON)).await.summary.id;
    desk.want(&["post.deleted", "post.unpublished", "page.added", "page.published"]).await;
    update(&desk, &id, 1, &page("Hello")).await;
    let told = desk.told().await;
    assert_eq!(told.len(), 4);
    for asked in &told {
        let body = asked.json();
        let is_page = event(asked).starts_with("page.");
        let told = &body[if is_page { "page" } else { "post" }];
        assert_eq!(told["current"].as_object().unwrap().is_empty(), !is_page, "{body}");
    }
}

async fn what_becomes_of_a_tag_is_told(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["tag.added", "tag.edited", "tag.deleted", "site.changed"]).await;
    let tagging = &desk.site.app.tagging;
    let draft = TagDraft { name: "News".to_owned(), ..TagDraft::default() };
    let id = tagging.create(&draft).await.unwrap().value.id;
    assert_eq!(desk.told_events().await, ["tag.added"]);
    desk.site.clock.advance(60);
    let change = |draft: &mut TagDraft| -> Result<(), Infallible> {
        "Old news".clone_into(&mut draft.name);
        Ok(())
    };
    tagging.update(&id, change).await.unwrap().unwrap();
    let told = desk.told().await;
    let edited = told.iter().find(|asked| event(asked) == "tag.edited").unwrap().json();
    assert_eq!(edited["tag"]["current"]["name"], "Old news");
    let previous = json!({ "name": "News", "updated_at": "2026-05-01T12:00:00.000Z" });
    assert_eq!(edited["tag"]["previous"], previous);
    assert_eq!(told.len(), 2, "and the site");
    tagging.delete(&id).await.unwrap();
    let told = desk.told().await;
    let deleted = told.iter().find(|asked| event(asked) == "tag.deleted").unwrap().json();
    assert_eq!(deleted["tag"]["current"], json!({}));
    assert_eq!(deleted["tag"]["previous"]["slug"], "news");
    assert_eq!(told.len(), 2, "and the site");
}

/// What docs/API.md shows receivers in Node.js, run as it stands there.
#[tokio::test]
async fn the_signature_is_checked_as_the_documentation_shows() {
    let database = TestDatabase::migrated(crate::support::Engine::Sqlite).await;
    let desk = Desk::on(&database).await;
    desk.want(&["post.added"]).await;
    // Receivers look at their clock.
    let now = seconds_now();
    desk.site.clock.set_wall_by(now - NOON.as_seconds());
    desk.site.create(&published("Schöne Grüße", NOON)).await;
    let told = desk.told().await;
    let documentation = include_str!("../../../docs/API.md");
    let (_, code) = documentation.split_once("```js\nimport { createHmac").unwrap();
    let (code, _) = code.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let check = r"
        const [, , body, signature] = process.argv;
        const same = isOurs(body, signature, 's3cr3t');
        const others = [
          isOurs(body, signature, 'another'), isOurs(body + ' ', signature, 's3cr3t'),
          isOurs(body, signature.replace(/t=\d/, 't=0'), 's3cr3t'), isOurs(body, '', 's3cr3t'),
        ];
        process.exit(same && !others.includes(true) ? 0 : 1);";
    let file = folder.path().join("check.mjs");
    std::fs::write(&file, format!("import {{ createHmac{code}{check}")).unwrap();
    let status = std::process::Command::new("node")
        .arg(&file)
        .arg(std::str::from_utf8(&told[0].body).unwrap())
        .arg(told[0].header("x-ghost-signature"))
        .status()
        .expect("Node.js is installed; `tests/run` installs it");
    assert!(status.success());
}

/// The present of the machine, in seconds.
fn seconds_now() -> i64 {
    use masthead::clock::Clock as _;
    masthead::clock::SystemClock.now().as_seconds()
}
