//! Time: what is scheduled becomes visible by a write, at its moment, once.

use http::StatusCode;

use super::furnished;
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(a_scheduled_post_appears_when_its_time_comes, two_instances_publish_a_post_once,);

async fn a_scheduled_post_appears_when_its_time_comes(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    site.clock.advance(3599);
    assert_eq!(site.app.publishing.publish_due().await.unwrap(), 0);
    assert_eq!(site.get("/tomorrow/").await.status, StatusCode::NOT_FOUND);

    site.clock.advance(1);
    // Time alone changes no page: the write does.
    assert_eq!(site.get("/tomorrow/").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.app.publishing.publish_due().await.unwrap(), 1);
    assert_eq!(site.app.publishing.publish_due().await.unwrap(), 0);
    for path in ["/", "/rss/", "/feed.json", "/llms.txt", "/sitemap-posts.xml", "/archive/2026/05/"]
    {
        assert!(site.page(path).await.contains("/tomorrow"), "{path}");
    }
    assert!(site.page("/tomorrow/").await.contains("2026-05-01T13:00:00"));
    assert!(site.page("/search/?q=tomorrow").await.contains("href=\"/tomorrow/\""));
}

async fn two_instances_publish_a_post_once(database: &TestDatabase) {
    let furnished = furnished(database).await;
    let (one, other) = (furnished.instance, Instance::on(database).await);
    one.clock.advance(7200);
    other.clock.advance(7200);
    let (a, b) = tokio::join!(one.app.publishing.publish_due(), other.app.publishing.publish_due());
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    let id = &furnished.scheduled.summary.id;
    let mut snapshot = database.read(masthead::db::Intent::Primary).await.unwrap();
    let post = masthead::db::posts::by_id(&mut snapshot, id).await.unwrap().unwrap();
    assert_eq!(post.revision, furnished.scheduled.revision + 1);
    assert_eq!(post.summary.published_at, furnished.scheduled.summary.published_at);
    let feed = one.page("/feed.json").await;
    assert_eq!(feed.matches("\"title\":\"Tomorrow\"").count(), 1, "{feed}");
}
