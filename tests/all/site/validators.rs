//! Validators: a reader who has the page already is told so, whichever instance answers.

use http::{Method, StatusCode};

use super::furnished;
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_copy_that_is_good_is_not_sent_again,
    a_copy_that_is_old_is_replaced,
    every_instance_gives_the_same_tag,
    a_head_is_the_head_of_the_page,
    pages_come_compressed,
);

const PATHS: [&str; 9] = [
    "/",
    "/fifth/",
    "/about/",
    "/archive/",
    "/rss/",
    "/feed.atom",
    "/feed.json",
    "/sitemap.xml",
    "/fifth.md",
];

async fn a_copy_that_is_good_is_not_sent_again(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for path in PATHS {
        let tag = site.get(path).await.field("etag").to_owned();
        for field in [tag.as_str(), "*", &format!("\"other\", {tag}")] {
            for method in [Method::GET, Method::HEAD] {
                let answer = site.request(method, path, &[("if-none-match", field)]).await;
                assert_eq!(answer.status, StatusCode::NOT_MODIFIED, "{path} {field}");
                assert_eq!(answer.field("etag"), tag, "{path}");
                assert!(answer.headers.contains_key("cache-control"), "{path}");
                assert!(!answer.headers.contains_key("content-type"), "{path}");
                assert!(answer.body.is_empty(), "{path}");
            }
        }
        let answer = site.request(Method::GET, path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
}

async fn a_copy_that_is_old_is_replaced(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for path in ["/", "/fifth/", "/rss/"] {
        let old = site.get(path).await.field("etag").to_owned();
        site.set(serde_json::json!({"title": format!("The {}", path.len())})).await;
        let answer = site.request(Method::GET, path, &[("if-none-match", &old)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_ne!(answer.field("etag"), old, "{path}");
    }
}

async fn every_instance_gives_the_same_tag(database: &TestDatabase) {
    let one = furnished(database).await.instance;
    let other = Instance::on(database).await;
    other.clock.advance(3 * 60 * 60);
    for path in PATHS {
        let (one, other) = (one.get(path).await, other.get(path).await);
        assert_eq!(one.field("etag"), other.field("etag"), "{path}");
        assert_eq!(one.body, other.body, "{path}");
    }
}

async fn a_head_is_the_head_of_the_page(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for path in PATHS.into_iter().chain(["/nothing/", "/fifth", "/healthz"]) {
        let whole = site.get(path).await;
        let head = site.request(Method::HEAD, path, &[]).await;
        assert_eq!(head.status, whole.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        for field in ["content-type", "etag", "cache-control", "location"] {
            assert_eq!(head.headers.get(field), whole.headers.get(field), "{path} {field}");
        }
        let length = |answer: &crate::instance::Answer| {
            answer.headers.get("content-length").map(|v| v.to_str().unwrap().to_owned())
        };
        if let Some(length) = length(&head) {
            assert_eq!(length, whole.body.len().to_string(), "{path}");
        }
    }
}

async fn pages_come_compressed(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let plain = site.get("/").await;
    for coding in ["br", "gzip"] {
        let answer = site.request(Method::GET, "/", &[("accept-encoding", coding)]).await;
        assert_eq!(answer.field("content-encoding"), coding);
        assert!(answer.field("vary").to_ascii_lowercase().contains("accept-encoding"));
        assert!(answer.body.len() < plain.body.len() / 2, "{coding}: {}", answer.body.len());
    }
}
