//! What an owner decides about the API.

use serde_json::json;

use super::client::{self, Client};
use super::shelf;
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    all_is_all_where_the_owner_says_so,
    answers_say_what_they_were_made_from_where_they_are_to
);

async fn all_is_all_where_the_owner_says_so(database: &TestDatabase) {
    shelf::fill(database).await;
    let site = Instance::with(database, |config| {
        config.api.max_limit = 3;
        config.api.allow_limit_all = true;
    })
    .await;
    let client = Client::of(site).await;
    let posts = shelf::items().len();
    let cases = [("all", posts, json!("all")), ("100", 3, json!(3)), ("2", 2, json!(2))];
    for (limit, rows, said) in cases.into_iter().chain([("x", 3, json!(3))]) {
        let found = client.json(&format!("posts/?limit={limit}")).await;
        assert_eq!(found["posts"].as_array().unwrap().len(), rows, "{limit}");
        let pagination = &found["meta"]["pagination"];
        assert_eq!(pagination["limit"], said, "{limit}");
        assert_eq!(pagination["pages"], posts.div_ceil(rows), "{limit}");
    }
    let found = client.json("posts/?limit=all&include=tags,authors&page=2").await;
    assert_eq!(found["posts"].as_array().unwrap().len(), 0);
    // The document says what holds here.
    let document = client::json(&client.site.get("/ghost/api/openapi.json").await);
    let limit = &document["components"]["parameters"]["limit"]["schema"];
    assert_eq!((&limit["anyOf"][0]["maximum"], &limit["default"]), (&json!(3), &json!(3)));
    let usual = Client::on(database).await.json("posts/?limit=all").await;
    assert_eq!(usual["meta"]["pagination"]["limit"], 100);
}

async fn answers_say_what_they_were_made_from_where_they_are_to(database: &TestDatabase) {
    shelf::fill(database).await;
    let usual = Client::on(database).await;
    assert!(usual.get("posts/").await.headers.get("cache-tag").is_none());
    let client = Client::of(Instance::with(database, |config| config.api.cache_tags = true).await);
    let client = client.await;
    let first = &shelf::items()[0].post.summary.id;
    for is_hit in [false, false, true] {
        let answer = client.get("posts/?limit=1").await;
        assert!(!is_hit || answer.is_hit());
        let tags: Vec<&str> = answer.field("cache-tag").split(',').collect();
        for tag in ["all", "site", "listing:site", &format!("post:{first}")] {
            assert!(tags.contains(&tag), "{tag} of {tags:?}");
        }
        let exposed = answer.headers.get_all("access-control-expose-headers");
        assert!(exposed.iter().any(|field| field == "cache-tag"));
    }
    assert!(client.site.get("/").await.headers.get("cache-tag").is_none());
    let refused = client.site.get("/ghost/api/content/posts/?key=x").await;
    assert_eq!(client::error(&refused).0, 401);
    assert!(refused.headers.get("cache-tag").is_none());
}
