//! Addresses: what is there, what has another form or had another place, and what is not there.

use http::{Method, StatusCode};
use masthead::db;
use masthead::domain::post::Draft;

use super::furnished;
use crate::instance::{Instance, published};
use crate::support::fixtures::{self, NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(
    every_address_answers_with_its_type,
    a_long_month_has_pages,
    an_address_has_one_form,
    what_moved_leads_on,
    what_is_not_there_is_not_found,
    a_page_that_is_not_there_offers_what_comes_close,
    readers_send_nothing,
    a_post_of_any_script_has_an_address,
);

const HTML: &str = "text/html; charset=utf-8";

async fn every_address_answers_with_its_type(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let text = "text/plain; charset=utf-8";
    let (rss, xml) = ("application/rss+xml; charset=utf-8", "application/xml; charset=utf-8");
    for (path, content_type) in [
        ("/", HTML),
        ("/page/2/", HTML),
        ("/page/3/", HTML),
        ("/fifth/", HTML),
        ("/about/", HTML),
        ("/tag/news/", HTML),
        ("/tag/news/page/2/", HTML),
        ("/author/ann/", HTML),
        ("/author/ann/page/2/", HTML),
        ("/archive/", HTML),
        ("/archive/2026/05/", HTML),
        ("/search/", HTML),
        ("/search/?q=second", HTML),
        ("/rss/", rss),
        ("/tag/news/rss/", rss),
        ("/author/bo/rss/", rss),
        ("/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        ("/sitemap.xml", xml),
        ("/sitemap-posts.xml", xml),
        ("/sitemap-pages.xml", xml),
        ("/sitemap-tags.xml", xml),
        ("/sitemap-authors.xml", xml),
        ("/robots.txt", text),
        ("/llms.txt", text),
        ("/.well-known/security.txt", text),
        ("/site.webmanifest", "application/manifest+json; charset=utf-8"),
        ("/opensearch.xml", "application/opensearchdescription+xml; charset=utf-8"),
        ("/fifth.md", "text/markdown; charset=utf-8"),
        ("/about.md", "text/markdown; charset=utf-8"),
        ("/healthz", text),
        ("/readyz", text),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.field("content-type"), content_type, "{path}");
        assert!(!answer.body.is_empty(), "{path}");
    }
    let home = site.page("/").await;
    for address in sheets_and_scripts(&home) {
        let answer = site.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert!(answer.field("cache-control").contains("immutable"), "{address}");
    }
}

/// What a page loads from this site.
fn sheets_and_scripts(html: &str) -> Vec<&str> {
    let quoted = |at: usize| html[at..].split('"').nth(1).unwrap();
    let starts = html.match_indices("rel=\"stylesheet\" href=").map(|(at, found)| at + found.len());
    let scripts = html.match_indices("<script src=").map(|(at, found)| at + found.len());
    let addresses: Vec<_> = starts.chain(scripts).map(quoted).collect();
    assert!(addresses.len() >= 3, "{html}");
    addresses
}

async fn a_long_month_has_pages(database: &TestDatabase) {
    let site = Instance::on(database).await;
    site.add_author(&author("Ann")).await;
    let mut t = site.app.db.write().await.unwrap();
    for minute in 0..101 {
        let post = fixtures::published(&format!("Post {minute}"), NOON.plus_seconds(-minute * 60));
        db::posts::insert(&mut t, &post).await.unwrap();
    }
    t.commit().await.unwrap();
    assert!(site.page("/archive/2026/05/page/2/").await.contains("Post 100"));
    assert_eq!(site.get("/archive/2026/05/page/1/").await.moved_to(), Some("/archive/2026/05/"));
    assert_eq!(site.get("/archive/2026/05/page/3/").await.status, StatusCode::NOT_FOUND);
}

async fn an_address_has_one_form(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for (path, form) in [
        ("/fifth", "/fifth/"),
        ("/Fifth/", "/fifth/"),
        ("/about", "/about/"),
        ("/page/1/", "/"),
        ("/page/2", "/page/2/"),
        ("/tag/news", "/tag/news/"),
        ("/tag/NEWS/", "/tag/news/"),
        ("/tag/news/page/1/", "/tag/news/"),
        ("/author/ann", "/author/ann/"),
        ("/author/ann/page/1/", "/author/ann/"),
        ("/archive", "/archive/"),
        ("/archive/2026/05", "/archive/2026/05/"),
        ("/archive/2026/05/page/1/", "/archive/2026/05/"),
        ("/search", "/search/"),
        ("/rss", "/rss/"),
    ] {
        assert_eq!(site.get(path).await.moved_to(), Some(form), "{path}");
    }
    // The words of a search survive.
    assert_eq!(site.get("/search?q=a+b").await.moved_to(), Some("/search/?q=a+b"));
    // Another host is never meant.
    for path in ["//evil.example", "//evil.example/", "/\\evil.example", "/%2F%2Fevil.example"] {
        let to = site.get(path).await;
        let to = to.moved_to().unwrap_or("/");
        assert!(!to.starts_with("//") && !to.starts_with("/\\"), "{path} leads to {to}");
    }
}

async fn what_moved_leads_on(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    assert_eq!(site.get("/2009/03/first.html").await.moved_to(), Some("/first/"));

    // A post that is renamed twice leads on from both names, without a chain.
    for (old, new) in [("third", "third-time"), ("third-time", "charm")] {
        let slug = fixtures::slug(old);
        let view = site.app.reading.post(&slug).await.unwrap().content.unwrap();
        let draft = Draft { slug: Some(new.to_owned()), ..Draft::of(&view.full) };
        let (id, revision) = (&view.full.post.summary.id, view.full.post.revision);
        site.app.publishing.update(id, revision, &draft).await.unwrap();
    }
    for path in ["/third/", "/third", "/third-time/"] {
        assert_eq!(site.get(path).await.moved_to(), Some("/charm/"), "{path}");
    }
    // Whoever takes an old name has it.
    site.create(&published("Third", NOON)).await;
    assert_eq!(site.get("/third/").await.status, StatusCode::OK);

    for (path, feed) in [
        ("/feed", "/rss/"),
        ("/feed/", "/rss/"),
        ("/index.xml", "/rss/"),
        ("/rss.xml", "/rss/"),
        ("/atom.xml", "/feed.atom"),
        ("/index.json", "/feed.json"),
    ] {
        assert_eq!(site.get(path).await.moved_to(), Some(feed), "{path}");
    }
    let icon = site.get("/favicon.ico").await;
    assert!(icon.moved_to().unwrap().starts_with("/assets/favicon"), "{icon:?}");
}

async fn what_is_not_there_is_not_found(database: &TestDatabase) {
    let furnished = furnished(database).await;
    let site = furnished.instance;
    let long = format!("/{}/", "a".repeat(10_000));
    let odd = format!("/{}/", "%F0%9F%92%A9".repeat(100));
    for path in [
        "/nothing/",
        "/nothing.md",
        "/nothing.html",
        "/page/0/",
        "/page/01/",
        "/page/-1/",
        "/page/two/",
        "/page/4/",
        "/page/99999999999/",
        "/page/99999999999999999999999999/",
        "/tag/news/page/0/",
        "/tag/news/page/3/",
        "/author/ann/page/99999999999/",
        "/archive/2026/13/",
        "/archive/2026/00/",
        "/archive/2026/5/",
        "/archive/0000/01/",
        "/archive/9999/12/",
        "/archive/2026/05/page/0/",
        "/archive/2026/05/page/99999999999/",
        "/search/?q=second&page=0",
        "/search/?q=second&page=99999999999",
        "/tag/nothing/",
        "/tag/empty/",
        "/tag/empty/rss/",
        "/tag/hash-hidden/",
        "/tag/hash-hidden/rss/",
        "/author/nobody/",
        "/author/nobody/rss/",
        "/unfinished/",
        "/unfinished.md",
        "/tomorrow/",
        "/tomorrow.md",
        "/sitemap-posts-2.xml",
        "/sitemap-posts-99999999999999999999.xml",
        "/sitemap-secrets.xml",
        "/p/00000000-0000-4000-8000-000000000000/",
        "/p/x/",
        "/theme/",
        "/content/images/nothing-0123456789abcdef.png",
        "/content/images/../../etc/passwd",
        "/content/images/%2e%2e/%2e%2e/etc/passwd",
        "/assets/nothing.css",
        "/%00/",
        "/a%2Fb/",
        "/.git/config.php",
        &long,
        &odd,
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    // No text at all.
    assert_eq!(site.get("/%FF/").await.status, StatusCode::BAD_REQUEST);
    // Internal tags, drafts and what is scheduled are named nowhere else either.
    for path in ["/", "/fifth/", "/archive/", "/rss/", "/feed.atom", "/feed.json", "/llms.txt"] {
        let page = site.page(path).await;
        for name in ["Hidden", "hash-hidden", "Unfinished", "Tomorrow"] {
            assert!(!page.contains(name), "{name} in {path}");
        }
    }
    for part in ["posts", "pages", "tags", "authors"] {
        let page = site.page(&format!("/sitemap-{part}.xml")).await;
        assert!(!page.contains("hidden") && !page.contains("empty"), "{page}");
        assert!(!page.contains("unfinished") && !page.contains("tomorrow"), "{page}");
    }
}

async fn a_page_that_is_not_there_offers_what_comes_close(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let answer = site.get("/seconds-second/").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.field("content-type"), HTML);
    let page = answer.text();
    assert!(page.contains("href=\"/second/\"") && page.contains("action=\"/search/\""), "{page}");
    assert!(page.contains("content=\"noindex\""), "{page}");
}

async fn readers_send_nothing(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        for path in ["/", "/fifth/", "/rss/", "/nothing/", "/healthz", "/content/images/a.png"] {
            let status = site.request(method.clone(), path, &[]).await.status;
            let refused = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND];
            assert!(refused.contains(&status), "{method} {path}: {status}");
        }
    }
}

async fn a_post_of_any_script_has_an_address(database: &TestDatabase) {
    let site = Instance::on(database).await;
    site.add_author(&author("Ann")).await;
    site.set(serde_json::json!({"slug_style": "unicode"})).await;
    site.create(&published("東京の 天気", NOON)).await;
    let path = "/%E6%9D%B1%E4%BA%AC%E3%81%AE-%E5%A4%A9%E6%B0%97/";
    assert!(site.page(path).await.contains("東京の 天気"));
    assert!(site.page("/").await.contains(&format!("href=\"{path}\"")));
    assert_eq!(site.get(path.trim_end_matches('/')).await.moved_to(), Some(path));
    let lower = path.to_ascii_lowercase();
    let status = site.get(&lower).await.status;
    assert!(status == StatusCode::OK || status == StatusCode::MOVED_PERMANENTLY, "{status}");
}
