//! Discretion: what is for members or for writers stays with them.

use http::{Method, StatusCode};
use masthead::domain::post::Draft;
use masthead::domain::{PostKind, Visibility};

use super::furnished;
use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(
    what_members_read_is_nowhere_else,
    a_preview_is_for_those_who_have_its_address,
    a_published_preview_leads_to_the_post,
);

/// A word that stands only in the text.
const SECRET: &str = "quintessence";

async fn what_members_read_is_nowhere_else(database: &TestDatabase) {
    let site = Instance::on(database).await;
    site.add_author(&author("Ann")).await;
    let markdown = format!(
        "{}\n\n## The {SECRET}\n\nThe {SECRET} of it all, and of nothing else.\n",
        "An opening that everybody may read. ".repeat(30)
    );
    for (title, kind) in [("Inner circle", PostKind::Post), ("Inner page", PostKind::Page)] {
        let draft = Draft {
            kind,
            visibility: Visibility::Members,
            markdown: markdown.clone(),
            tags: vec!["Circle".to_owned()],
            ..published(title, NOON)
        };
        site.create(&draft).await;
    }
    for path in [
        "/",
        "/inner-circle/",
        "/inner-page/",
        "/inner-circle.md",
        "/inner-page.md",
        "/tag/circle/",
        "/author/ann/",
        "/rss/",
        "/tag/circle/rss/",
        "/author/ann/rss/",
        "/feed.atom",
        "/feed.json",
        "/llms.txt",
        "/archive/2026/05/",
        "/search/?q=opening",
        "/search/?q=inner",
    ] {
        assert!(!site.page(path).await.contains(SECRET), "the secret is in {path}");
    }
    // Neither may a search tell whether a word stands in such a text.
    let page = site.page(&format!("/search/?q={SECRET}")).await;
    assert!(!page.contains("/inner-circle/") && !page.contains("/inner-page/"), "{page}");
    let page = site.get(&format!("/{SECRET}/")).await.text();
    assert!(!page.contains("/inner-circle/") && !page.contains("/inner-page/"), "{page}");
    // The title leads to it all the same.
    assert!(site.page("/search/?q=inner").await.contains("/inner-circle/"));
}

async fn a_preview_is_for_those_who_have_its_address(database: &TestDatabase) {
    let furnished = furnished(database).await;
    let site = furnished.instance;
    for post in [&furnished.draft, &furnished.scheduled] {
        let path = format!("/p/{}/", post.uuid);
        let answer = site.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.field("cache-control"), "no-store");
        let html = answer.text();
        assert!(html.contains(&post.summary.title));
        assert!(html.contains("content=\"noindex\""), "{html}");
        assert!(!html.contains("rel=\"canonical\"") && !html.contains("og:url"), "{html}");
        assert_eq!(site.get(path.trim_end_matches('/')).await.moved_to(), Some(&*path));
        let mixed = path.to_ascii_uppercase().replacen("/P/", "/p/", 1);
        assert_eq!(site.get(&mixed).await.moved_to(), Some(&*path));
        let head = site.request(Method::HEAD, &path, &[]).await;
        assert_eq!(head.field("cache-control"), "no-store");
    }
}

async fn a_published_preview_leads_to_the_post(database: &TestDatabase) {
    let furnished = furnished(database).await;
    let site = furnished.instance;
    site.clock.advance(3600);
    site.app.publishing.publish_due().await.unwrap();
    let path = format!("/p/{}/", furnished.scheduled.uuid);
    assert_eq!(site.get(&path).await.moved_to(), Some("/tomorrow/"));
}
