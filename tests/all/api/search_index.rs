//! What a search in the browser goes through.

use serde_json::Value;

use super::client::Client;
use super::shelf;
use crate::instance::{self, Instance};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(
    it_has_a_little_of_everything_that_readers_may_see,
    a_change_is_in_it_at_once,
    an_address_is_right_in_any_case,
    a_tag_is_read_if_the_filter_chooses_it,
);

/// The names of the fields, and the values of one of them.
fn read(found: &Value, name: &str, field: &str) -> (Vec<String>, Vec<String>) {
    assert_eq!(found.as_object().unwrap().len(), 1, "there is no meta: {found}");
    let rows = found[name].as_array().unwrap();
    let mut names: Vec<String> = rows[0].as_object().unwrap().keys().cloned().collect();
    names.sort_unstable();
    let value = |row: &Value| row[field].as_str().unwrap().to_owned();
    (names, rows.iter().map(value).collect())
}

async fn it_has_a_little_of_everything_that_readers_may_see(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let (names, mut slugs) = read(&client.json("search-index/posts/").await, "posts", "slug");
    let fields = ["excerpt", "id", "slug", "title", "updated_at", "url", "visibility"];
    assert_eq!(names, fields);
    slugs.sort_unstable();
    let mut expected: Vec<_> =
        shelf::items().iter().map(|item| item.post.summary.slug.to_string()).collect();
    expected.sort_unstable();
    assert_eq!(slugs, expected);
    let (names, tags) = read(&client.json("search-index/tags").await, "tags", "slug");
    assert_eq!(names, ["id", "name", "slug", "url"]);
    assert_eq!(tags, ["long-reads", "news", "tech"]);
    let (names, authors) = read(&client.json("search-index/authors/").await, "authors", "slug");
    assert_eq!(names, ["id", "name", "profile_image", "slug", "url"]);
    assert_eq!(authors, ["ann", "bo", "cleo"]);
}

async fn a_change_is_in_it_at_once(database: &TestDatabase) {
    let client = Client::on(database).await;
    assert_eq!(client.json("search-index/posts/").await["posts"].as_array().unwrap().len(), 0);
    client.site.add_author(&author("Ann")).await;
    for title in ["One", "Two"] {
        client.site.create(&instance::published(title, NOON)).await;
        let (_, titles) = read(&client.json("search-index/posts/").await, "posts", "title");
        assert!(titles.contains(&title.to_owned()), "{titles:?}");
    }
    assert!(client.get("search-index/posts/").await.is_hit());
}

async fn an_address_is_right_in_any_case(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let usual = client.json("posts/slug/alpha/?fields=title").await;
    assert_eq!(client.json("Posts/Slug/ALPHA?Fields=title").await, usual);
    let shouted = format!("/GHOST/API/CONTENT/POSTS/SLUG/ALPHA/?KEY={}&FIELDS=title", client.key);
    let answer = client.site.get(&shouted).await;
    assert_eq!(serde_json::from_slice::<Value>(&answer.body).unwrap(), usual);
    assert!(answer.is_hit(), "it is the same answer");
    // Where the API has another name, ours opens nothing in any case.
    let other =
        Instance::with(database, |config| "Editor".clone_into(&mut config.server.ghost_path));
    let other = other.await;
    let path = |word: &str| format!("/{word}/api/content/posts/?key={}", client.key);
    assert_eq!(other.get(&path("editor")).await.status, 200);
    for word in ["ghost", "Ghost", "GHOST"] {
        let status = other.get(&path(word)).await.status;
        assert!(!status.is_success(), "{word}: {status}");
    }
}

async fn a_tag_is_read_if_the_filter_chooses_it(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    for (path, status) in [
        ("tags/slug/news/?filter=visibility:public", 200),
        ("tags/slug/news/?filter=visibility:internal", 404),
        ("tags/slug/news/?filter=visibility", 400),
        ("tags/slug/news/?filter=nothing:1", 400),
        ("authors/slug/ann/?filter=slug:ann", 200),
        ("authors/slug/ann/?filter=slug:bo", 404),
        // Of a post Ghost asks nothing more.
        ("posts/slug/alpha/?filter=featured:false", 200),
        ("posts/slug/alpha/?filter=(", 200),
    ] {
        assert_eq!(client.get(path).await.status, status, "{path}");
    }
}
