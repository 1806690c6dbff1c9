//! What a CDN in front is told by the answers themselves.

use masthead::config::CdnProvider;

use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(
    an_answer_says_what_it_was_made_from_and_how_long_it_lasts,
    what_is_private_or_failed_is_for_nobody_in_between,
);

async fn behind_a_cdn(database: &TestDatabase) -> Instance {
    let site = Instance::with(database, |config| {
        config.cdn.provider = CdnProvider::Webhook;
    })
    .await;
    site.add_author(&author("Ann")).await;
    site
}

async fn an_answer_says_what_it_was_made_from_and_how_long_it_lasts(database: &TestDatabase) {
    let site = behind_a_cdn(database).await;
    let post = site.create(&published("Hello", NOON)).await;
    let young = site.get("/hello/").await;
    let tags = young.field("cache-tag").to_owned();
    for tag in ["all", "site", "slug:hello", &format!("post:{}", post.summary.id)] {
        assert!(tags.split(',').any(|given| given == tag), "{tag}: {tags}");
    }
    assert_eq!(young.field("cache-control"), "no-cache", "browsers ask");
    // Its purges may still be under way.
    assert_eq!(young.field("cdn-cache-control"), "max-age=5");
    site.clock.advance(20);
    let settled = site.get("/hello/").await;
    assert!(settled.is_hit());
    let lifetime = "max-age=86400, stale-while-revalidate=600, stale-if-error=86400";
    assert_eq!(settled.field("cdn-cache-control"), lifetime);
    assert_eq!(settled.field("cache-tag"), tags);
    let asset = site.get("/favicon.ico").await;
    let asset = site.get(asset.field("location")).await;
    assert_eq!(asset.field("cdn-cache-control"), "max-age=31536000");
    assert_eq!(asset.field("cache-tag"), "all");
}

async fn what_is_private_or_failed_is_for_nobody_in_between(database: &TestDatabase) {
    let site = behind_a_cdn(database).await;
    let health = site.get("/healthz").await;
    assert!(!health.headers.contains_key("cdn-cache-control"), "{health:?}");
    assert!(!health.headers.contains_key("cache-tag"), "{health:?}");
    site.app.db.close().await;
    let failed = site.get("/hello/").await;
    assert_eq!(failed.field("cdn-cache-control"), "no-store");
}
