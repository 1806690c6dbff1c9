//! Webhooks at the Admin API: each integration sees to its own.

use http::Method;
use masthead::domain::EventKind;
use masthead::services::webhooks::Wish;
use serde_json::{Value, json};

use super::client::{self, Client};
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_webhook_is_added_and_removed,
    what_breaks_a_rule_is_refused,
    an_address_of_our_own_network_is_refused,
    others_are_let_alone,
);

fn body(webhook: &Value) -> String {
    json!({ "webhooks": [webhook] }).to_string()
}

fn error(answer: &crate::instance::Answer) -> (u16, String, Value) {
    let error = &client::json(answer)["errors"][0];
    (answer.status.as_u16(), error["type"].as_str().unwrap().to_owned(), error["property"].clone())
}

async fn a_webhook_is_added_and_removed(database: &TestDatabase) {
    let client = Client::on(database).await;
    let wish = body(&json!({
        "event": "post.published", "target_url": "https://hooks.example.org/a", "secret": "s3cr3t",
        "integration_id": "000000000000000000000000", "unknown": 1,
    }));
    let answer = client.send(Method::POST, "webhooks/", wish).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let added = client::json(&answer)["webhooks"][0].clone();
    let id = added["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.field("location"),
        format!("https://example.org/ghost/api/admin/webhooks/{id}/")
    );
    let whose = &client.site.app.integrations.all().await.unwrap()[0].id;
    assert_eq!(added["integration_id"], whose.as_str(), "whose it is, is no field");
    let mut names: Vec<_> = added.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names.join(" "),
        "api_version created_at event id integration_id last_triggered_at last_triggered_error \
         last_triggered_status name secret target_url updated_at"
    );

    client.site.clock.advance(60);
    let path = format!("webhooks/{id}/");
    let answer = client.send(Method::PUT, &path, body(&json!({ "name": "Build" }))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let edited = client::json(&answer)["webhooks"][0].clone();
    for (field, value) in [
        ("name", "Build"),
        ("event", "post.published"),
        ("secret", "s3cr3t"),
        ("created_at", "2026-05-01T12:00:00.000Z"),
        ("updated_at", "2026-05-01T12:01:00.000Z"),
    ] {
        assert_eq!(edited[field], value, "{field}");
    }
    let answer = client.send(Method::DELETE, &path, "").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(answer.field("content-version"), "v6.65");
    let gone = error(&client.send(Method::DELETE, &path, "").await);
    assert_eq!((gone.0, gone.1.as_str()), (404, "NotFoundError"));
    assert_eq!(client.administer("webhooks/").await.status, 404, "nobody reads them");
}

async fn what_breaks_a_rule_is_refused(database: &TestDatabase) {
    let client = Client::on(database).await;
    let url = "https://hooks.example.org/";
    for (webhook, property) in [
        (json!({ "event": "post.baked", "target_url": url }), "event"),
        (json!({ "event": 1, "target_url": url }), "event"),
        (json!({ "target_url": url }), "event"),
        (json!({ "event": "post.added" }), "target_url"),
        (json!({ "event": "post.added", "target_url": "/a" }), "target_url"),
        (json!({ "event": "post.added", "target_url": "https://a:b@c/" }), "target_url"),
        (json!({ "event": "post.added", "target_url": "x".repeat(2001) }), "target_url"),
        (json!({ "event": "post.added", "target_url": url, "name": "x".repeat(192) }), "name"),
        (json!({ "event": "post.added", "target_url": url, "secret": "a\u{7}b" }), "secret"),
    ] {
        let refused = error(&client.send(Method::POST, "webhooks/", body(&webhook)).await);
        assert_eq!(refused, (422, "ValidationError".to_owned(), property.into()), "{webhook}");
    }
    let good = body(&json!({ "event": "post.added", "target_url": url }));
    assert_eq!(client.send(Method::POST, "webhooks/", good.clone()).await.status, 201);
    let twice = error(&client.send(Method::POST, "webhooks/", good).await);
    assert_eq!((twice.0, twice.1.as_str()), (422, "ValidationError"));
    let other = body(&json!({ "event": "post.edited", "target_url": url }));
    let answer = client.send(Method::POST, "webhooks/", other).await;
    let id = client::json(&answer)["webhooks"][0]["id"].as_str().unwrap().to_owned();
    let same = body(&json!({ "event": "post.added" }));
    let twice = error(&client.send(Method::PUT, &format!("webhooks/{id}/"), same).await);
    assert_eq!((twice.0, twice.1.as_str()), (422, "ValidationError"));
    assert_eq!(client.site.app.webhooks.all().await.unwrap().len(), 2);
    for kind in EventKind::all() {
        let all = body(&json!({ "event": kind.to_string(), "target_url": "http://a.example/all" }));
        assert_eq!(client.send(Method::POST, "webhooks/", all).await.status, 201, "{kind}");
    }
}

/// Both where it is added and where it is changed, unless the site is set to allow it.
async fn an_address_of_our_own_network_is_refused(database: &TestDatabase) {
    let client = Client::on(database).await;
    let new = |url: &str| body(&json!({ "event": "post.added", "target_url": url }));
    let answer = client.send(Method::POST, "webhooks/", new("https://hooks.example.org/")).await;
    let id = client::json(&answer)["webhooks"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("webhooks/{id}/");
    let ours = [
        "http://127.0.0.1/",
        "http://127.1:8080/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://localhost/",
    ];
    for url in ours {
        for answer in [
            client.send(Method::POST, "webhooks/", new(url)).await,
            client.send(Method::PUT, &path, body(&json!({ "target_url": url }))).await,
        ] {
            let refused = error(&answer);
            assert_eq!(refused, (422, "ValidationError".to_owned(), "target_url".into()), "{url}");
            assert!(answer.text().contains("target_url: is not one of the public internet"));
        }
    }
    let kept = client.site.app.webhooks.all().await.unwrap();
    assert_eq!(kept[0].target_url, "https://hooks.example.org/");
    let site = Instance::with(database, |config| config.webhooks.allow_private = true).await;
    let (key, admin_key) = (client.key.clone(), client.admin_key.clone());
    let allowed = Client { site, key, admin_key };
    for url in ours {
        let change = body(&json!({ "target_url": url }));
        assert_eq!(allowed.send(Method::PUT, &path, change).await.status, 200, "{url}");
    }
}

async fn others_are_let_alone(database: &TestDatabase) {
    let client = Client::on(database).await;
    let other = client.site.app.integrations.add("Other").await.unwrap().value.integration;
    let (event, target_url) = ("post.added".to_owned(), "https://hooks.example.org/".to_owned());
    let wish = Wish { event, target_url, ..Wish::default() };
    let theirs = client.site.app.webhooks.add(&other.id, &wish).await.unwrap();
    let path = format!("webhooks/{}/", theirs.id);
    let change = body(&json!({ "target_url": "https://evil.example/" }));
    for answer in [
        client.send(Method::PUT, &path, change).await,
        client.send(Method::DELETE, &path, "").await,
    ] {
        let refused = error(&answer);
        assert_eq!((refused.0, refused.1.as_str()), (403, "NoPermissionError"));
    }
    assert_eq!(client.site.app.webhooks.all().await.unwrap(), [theirs]);
}
