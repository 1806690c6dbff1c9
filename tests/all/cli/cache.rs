//! `masthead cache`: the hand of an operator.

use masthead::content_clock::ChangeLog as _;

use super::Program;
use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(
    an_address_is_explained,
    a_purge_is_a_change,
    what_is_no_tag_is_refused,
    an_epoch_ends_whatever_was_kept,
);

async fn with_author(database: &TestDatabase) -> Instance {
    let site = Instance::on(database).await;
    site.add_author(&author("Ann")).await;
    site
}

/// By the program itself: the address is no address of the site.
#[test]
fn the_program_explains_and_purges() {
    let program = Program::new();
    let explained = program.run(&["cache", "explain", "http://localhost:2368/nothing/"]);
    assert_eq!(explained.code, Some(0), "{explained:?}");
    assert!(explained.out.contains("key          /nothing/"), "{explained:?}");
    let purged = program.run(&["cache", "purge", "site", "post:1"]);
    assert_eq!((purged.code, purged.out.trim()), (Some(0), "Purged site post:1."), "{purged:?}");
    assert_eq!(program.run(&["cache", "purge", "a b"]).code, Some(1));
    let epoch = program.run(&["cache", "epoch"]);
    assert!(epoch.out.starts_with("A new epoch has begun: "), "{epoch:?}");
}

async fn an_address_is_explained(database: &TestDatabase) {
    let site = with_author(database).await;
    let post = site.create(&published("Hello", NOON)).await;
    let text = site.app.explain("https://example.org/hello/?utm_source=x").await.unwrap();
    for line in [
        "address      /hello/?utm_source=x",
        "route        /{slug}/",
        "key          /hello/\n",
        "answer       200",
        "browsers     no-cache",
        "made from    all (",
        "in Redis     no",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
    let tag = format!("post:{} (changed at ", post.summary.id);
    assert!(text.contains(&tag), "{tag}:\n{text}");
    let private = site.app.explain("/healthz").await.unwrap();
    assert!(private.contains("kept         no: private"), "{private}");
    assert!(site.app.explain("\u{1}").await.is_err());
}

async fn a_purge_is_a_change(database: &TestDatabase) {
    let site = with_author(database).await;
    site.create(&published("Hello", NOON)).await;
    site.get("/hello/").await;
    site.app.caching.purge(&["slug:other".to_owned()]).await.unwrap();
    assert!(site.get("/hello/").await.is_hit());
    site.app.caching.purge(&["slug:hello".to_owned(), "x".to_owned()]).await.unwrap();
    assert!(!site.get("/hello/").await.is_hit());
    assert!(site.get("/hello/").await.is_hit());
    let newest = database.newest(1).await.unwrap();
    assert_eq!(newest.changes[0].cache_tags, "slug:hello x", "the CDN is told as well");
}

async fn what_is_no_tag_is_refused(database: &TestDatabase) {
    let site = Instance::on(database).await;
    for tags in [vec![], vec![""], vec!["a b"], vec!["a\nb"], vec!["x"; 201]] {
        let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
        assert!(site.app.caching.purge(&tags).await.is_err(), "{tags:?}");
    }
}

async fn an_epoch_ends_whatever_was_kept(database: &TestDatabase) {
    let site = with_author(database).await;
    site.create(&published("Hello", NOON)).await;
    site.get("/hello/").await;
    assert!(site.get("/hello/").await.is_hit());
    let before = database.newest(1).await.unwrap().reading.as_of;
    let after = site.app.caching.begin_epoch().await.unwrap();
    assert_ne!(before.epoch, after.epoch);
    assert!(!site.get("/hello/").await.is_hit());
}
