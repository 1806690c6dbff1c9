//! Fields that every answer has, and the one that none may have; health.

use http::{Method, StatusCode};

use super::furnished;
use crate::support::{TestDatabase, on_both};

on_both!(
    every_answer_says_what_browsers_must_forbid,
    no_answer_sets_a_cookie,
    a_request_keeps_the_name_it_came_with,
    an_instance_without_its_database_lives_and_serves_what_it_keeps,
);

/// One answer of each kind: page, feed, file, redirect, not found, refused, health, asset.
const ANSWERS: [(Method, &str); 12] = [
    (Method::GET, "/"),
    (Method::GET, "/fifth/"),
    (Method::GET, "/rss/"),
    (Method::GET, "/robots.txt"),
    (Method::GET, "/fifth"),
    (Method::GET, "/nothing/"),
    (Method::POST, "/"),
    (Method::POST, "/nothing/"),
    (Method::GET, "/healthz"),
    (Method::GET, "/assets/nothing.css"),
    (Method::GET, "/content/images/nothing.png"),
    (Method::HEAD, "/"),
];

async fn every_answer_says_what_browsers_must_forbid(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for (method, path) in ANSWERS {
        let answer = site.request(method, path, &[]).await;
        let policy = answer.field("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        for weak in ["unsafe-inline", "unsafe-eval", "*", "strict-dynamic"] {
            assert!(!policy.contains(weak), "{path}: {policy}");
        }
        let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src"));
        assert_eq!(scripts.map(str::trim), Some("script-src 'self'"), "{path}");
        assert_eq!(answer.field("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.field("referrer-policy"), "strict-origin-when-cross-origin", "{path}");
        assert!(answer.headers.contains_key("permissions-policy"), "{path}");
    }
}

async fn no_answer_sets_a_cookie(database: &TestDatabase) {
    let furnished = furnished(database).await;
    let site = furnished.instance;
    let preview = format!("/p/{}/", furnished.draft.uuid);
    let answers = ANSWERS.into_iter().chain([(Method::GET, preview.as_str())]);
    for (method, path) in answers {
        let answer = site.request(method, path, &[("cookie", "session=1; theme=dark")]).await;
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    // A cookie changes nothing.
    let plain = site.get("/").await;
    let with = site.request(Method::GET, "/", &[("cookie", "session=1")]).await;
    assert_eq!(plain.body, with.body);
}

async fn a_request_keeps_the_name_it_came_with(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for path in ["/", "/nothing/", "/healthz", "/fifth"] {
        let answer = site.request(Method::GET, path, &[("x-request-id", "from-the-proxy:7")]).await;
        assert_eq!(answer.field("x-request-id"), "from-the-proxy:7", "{path}");
        let answer = site.request(Method::GET, path, &[("x-request-id", "a\"b c")]).await;
        let name = answer.field("x-request-id");
        assert!(name.len() == 36 && !name.contains('"'), "{path}: {name}");
    }
    let names = [site.get("/").await, site.get("/").await];
    assert_ne!(names[0].field("x-request-id"), names[1].field("x-request-id"));
}

async fn an_instance_without_its_database_lives_and_serves_what_it_keeps(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let kept = site.get("/archive/").await.text();
    site.app.db.close().await;
    for path in ["/healthz", "/readyz"] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.field("cache-control"), "no-store", "{path}");
    }
    assert_eq!(site.get("/archive/").await.text(), kept);
    let page = site.get("/").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((page.field("cache-control"), page.field("retry-after")), ("no-store", "5"));
    let text = page.text().to_ascii_lowercase();
    for inside in ["sqlite", "postgres", "sqlx", "pool"] {
        assert!(!text.contains(inside), "{text}");
    }
}
