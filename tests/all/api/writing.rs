//! Writing at the Admin API: what a program sends is what readers get, and nobody's words are lost.

use http::Method;
use masthead::domain::author::Role;
use serde_json::{Value, json};

use super::client::{self, Client};
use crate::instance::{Answer, Instance};
use crate::support::fixtures::author;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_post_is_written_and_read,
    a_text_comes_in_every_form,
    what_was_read_and_is_sent_back_changes_nothing,
    whoever_is_late_is_told,
    one_of_many_at_once_is_first,
    a_post_goes_its_way,
    tags_and_authors_are_named_in_many_ways,
    a_slug_follows_the_title_of_what_nobody_saw,
    what_will_not_do_is_refused,
    a_page_is_no_post,
    a_post_is_deleted_and_copied,
    tags_are_written,
    what_many_change_of_a_tag_at_once_is_all_there,
    a_change_is_shown_at_once,
);

async fn site(database: &TestDatabase) -> Client {
    let client = Client::on(database).await;
    let mut owner = author("Ann");
    owner.role = Role::Owner;
    owner.email = Some("ann@example.org".to_owned());
    client.site.add_author(&owner).await;
    client.site.add_author(&author("Bo")).await;
    client
}

impl Client {
    async fn write(&self, method: Method, path: &str, fields: Value) -> Answer {
        let resource = path.split(['/', '?']).next().unwrap();
        self.send(method, path, json!({ resource: [fields] }).to_string()).await
    }

    async fn add(&self, path: &str, fields: Value) -> Value {
        let answer = self.write(Method::POST, path, fields).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        one(&answer)
    }

    async fn edit(&self, row: &Value, query: &str, fields: Value) -> Answer {
        let mut fields = fields;
        if fields.get("updated_at").is_none() {
            fields["updated_at"] = row["updated_at"].clone();
        }
        self.write(Method::PUT, &format!("posts/{}/{query}", id(row)), fields).await
    }

    async fn edited(&self, row: &Value, query: &str, fields: Value) -> Value {
        let answer = self.edit(row, query, fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        one(&answer)
    }
}

fn one(answer: &Answer) -> Value {
    let body = client::json(answer);
    let rows = body.as_object().unwrap().values().next().unwrap().as_array().unwrap();
    assert_eq!((rows.len(), body.as_object().unwrap().len()), (1, 1), "{body}");
    rows[0].clone()
}

fn id(row: &Value) -> &str {
    row["id"].as_str().unwrap()
}

fn names(row: &Value, list: &str) -> Vec<String> {
    let rows = row[list].as_array().unwrap();
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

async fn a_post_is_written_and_read(database: &TestDatabase) {
    let client = site(database).await;
    let fields = json!({
        "title": "A first", "html": "<p>Some <strong>words</strong></p>", "status": "published",
        "featured": true, "custom_excerpt": "Short.", "meta_title": "For engines",
        "feature_image": "https://example.org/content/images/a.png", "tags": ["News", "#hidden"],
        "nobody_knows": {"this": 1}, "id": "0123456789abcdef01234567",
    });
    let answer = client.write(Method::POST, "posts/?source=html", fields).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let post = one(&answer);
    let address = format!("https://example.org/ghost/api/admin/posts/{}/", id(&post));
    assert_eq!(answer.field("location"), address);
    assert_eq!(answer.field("x-cache-invalidate"), "/*");
    assert_eq!(answer.field("cache-control"), "no-store");
    assert_eq!(post["slug"], "a-first");
    assert_eq!(post["published_at"], post["created_at"]);
    assert_eq!(names(&post, "tags"), ["News", "#hidden"]);
    assert_eq!(names(&post, "authors"), ["Ann"], "the owner's, where nobody is named");
    let read = client.administered(&format!("posts/{}/", id(&post))).await;
    assert_eq!(read["posts"][0], post);
    let theirs = client.json("posts/slug/a-first/?include=tags").await;
    let theirs = &theirs["posts"][0];
    assert_eq!(theirs["html"], "<p>Some <strong>words</strong></p>\n");
    assert_eq!(theirs["feature_image"], "https://example.org/content/images/a.png");
    assert_eq!(theirs["meta_title"], "For engines");
    assert_eq!(theirs["primary_tag"]["slug"], "news");
    // The picture is kept as a path, so that the site can move.
    let mut hand = database.hand().await;
    let kept = hand.texts("select feature_image from posts").await;
    assert_eq!(kept, ["/content/images/a.png"]);
}

async fn a_text_comes_in_every_form(database: &TestDatabase) {
    let client = site(database).await;
    let paragraph = json!({ "type": "paragraph", "children": [
        { "type": "text", "text": "Some ", "format": 0 }, { "type": "text", "text": "words", "format": 1 },
    ] });
    let lexical = json!({ "root": { "type": "root", "children": [paragraph] } }).to_string();
    let mobiledoc = json!({ "version": "0.3.1", "markups": [["strong"]], "atoms": [], "cards": [],
        "sections": [[1, "p", [[0, [], 0, "Some "], [0, [0], 1, "words"]]]] });
    for (query, field, text, markdown) in [
        ("?source=html", "html", "<p>Some <b>words</b></p>", "Some **words**"),
        ("?source=markdown", "markdown", "Some *words*\n\n", "Some *words*\n\n"),
        ("", "lexical", lexical.as_str(), "Some **words**"),
        ("?source=html", "lexical", lexical.as_str(), "Some **words**"),
        ("", "mobiledoc", &mobiledoc.to_string(), "Some **words**"),
        // What nobody announced is not taken for the text.
        ("", "html", "<p>Some words</p>", ""),
        ("?source=markdown", "html", "<p>Some words</p>", ""),
        ("", "markdown", "Some words", ""),
    ] {
        let mark = if query.is_empty() { '?' } else { '&' };
        let path = format!("posts/{query}{mark}formats=markdown");
        let post = client.add(&path, json!({ "title": "A", field: text })).await;
        assert_eq!(post["markdown"], markdown, "{query} {field}");
    }
    for (field, text) in [("lexical", "{"), ("lexical", "[]"), ("mobiledoc", "{}")] {
        let answer =
            client.write(Method::POST, "posts/", json!({ "title": "A", field: text })).await;
        assert_eq!(client::error(&answer).0, 422, "{field}");
        assert_eq!(client::json(&answer)["errors"][0]["property"], field);
    }
}

async fn what_was_read_and_is_sent_back_changes_nothing(database: &TestDatabase) {
    let client = site(database).await;
    let markdown = "# One\n\n*two* <b>three</b>\n\n\n- four\n";
    let fields = json!({ "title": "A", "markdown": markdown, "tags": ["News"], "status": "published",
        "feature_image": "/content/images/ä b.png", "published_at": "2026-01-02T03:04:05Z" });
    let post = client.add("posts/?source=markdown", fields).await;
    client.site.clock.advance(60);
    // Everything, as the client read it, also a while later and with the html beside it.
    let read = client.administered(&format!("posts/{}/?formats=html,lexical", id(&post))).await;
    let mut whole = read["posts"][0].clone();
    let same = client.edited(&post, "", whole.clone()).await;
    assert_eq!(same["updated_at"], post["updated_at"], "nothing is written");
    // Nor is it a collision where nothing is changed, however old it is.
    whole["updated_at"] = json!("2020-01-01T00:00:00.000Z");
    let answer = client.edit(&post, "", whole).await;
    assert_eq!(one(&answer)["updated_at"], post["updated_at"]);
    assert!(!answer.headers.contains_key("x-cache-invalidate"), "no page is another");
    let mut hand = database.hand().await;
    assert_eq!(hand.texts("select markdown from posts").await, [markdown]);
    let revisions = hand.texts("select cast(revision as text) from posts").await;
    assert_eq!(revisions, ["1"]);
}

async fn whoever_is_late_is_told(database: &TestDatabase) {
    let client = site(database).await;
    let post = client.add("posts/", json!({ "title": "A", "featured": true })).await;
    client.site.clock.advance(60);
    let first = client.edited(&post, "", json!({ "title": "B" })).await;
    assert_ne!(first["updated_at"], post["updated_at"]);
    let late = client.edit(&post, "", json!({ "title": "C", "featured": false })).await;
    let (status, kind, code, _) = client::error(&late);
    let update = Some("UPDATE_COLLISION".to_owned());
    assert_eq!((status, kind.as_str(), code), (409, "UpdateCollisionError", update));
    let details = client::json(&late)["errors"][0]["details"].clone();
    assert_eq!(details["changedFields"], json!(["title", "featured"]));
    assert_eq!(details["clientUpdatedAt"], post["updated_at"]);
    assert_eq!(details["serverUpdatedAt"], first["updated_at"]);
    // A change at the very same instant has a date of its own.
    let second = client.edited(&first, "", json!({ "title": "D" })).await;
    assert_ne!(second["updated_at"], first["updated_at"]);
    assert_eq!(client.edit(&first, "", json!({ "title": "E" })).await.status, 409);
    let path = format!("posts/{}/", id(&post));
    let undated = client.write(Method::PUT, &path, json!({ "title": "F" })).await;
    assert_eq!(client::error(&undated).3, "Validation (required) failed for updated_at");
    let read = client.administered(&format!("posts/{}/", id(&post))).await;
    assert_eq!(read["posts"][0]["title"], "D");
}

async fn one_of_many_at_once_is_first(database: &TestDatabase) {
    let client = site(database).await;
    let post = client.add("posts/", json!({ "title": "A" })).await;
    let edits = (0..8).map(|n| client.edit(&post, "", json!({ "title": format!("By {n}") })));
    let answers = futures_util::future::join_all(edits).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
}

async fn a_post_goes_its_way(database: &TestDatabase) {
    let client = site(database).await;
    let is_read = async || client.get("posts/slug/a/").await.status == 200;
    let post = client.add("posts/", json!({ "title": "A", "tags": ["News"] })).await;
    assert_eq!(post["status"], "draft");
    let address = format!("https://example.org/p/{}/", post["uuid"].as_str().unwrap());
    assert_eq!(post["url"], address);
    let answer = client.edit(&post, "", json!({ "featured": true })).await;
    let preview = format!("/p/{}/", post["uuid"].as_str().unwrap());
    assert_eq!(answer.field("x-cache-invalidate"), preview);
    let post = one(&answer);
    assert!(!is_read().await);
    // It is put off: a date is needed, and it lies ahead.
    for (fields, property) in [
        (json!({ "status": "scheduled" }), "published_at"),
        (json!({ "status": "scheduled", "published_at": "2026-01-01T00:00:00Z" }), "published_at"),
        (json!({ "status": "sent" }), "status"),
    ] {
        let answer = client.edit(&post, "", fields.clone()).await;
        assert_eq!(client::error(&answer).0, 422, "{fields}");
        assert_eq!(client::json(&answer)["errors"][0]["property"], property, "{fields}");
    }
    let at = "2096-01-01T00:00:00.000Z";
    let post = client.edited(&post, "", json!({ "status": "scheduled", "published_at": at })).await;
    assert_eq!(
        (post["status"].as_str(), post["published_at"].as_str()),
        (Some("scheduled"), Some(at))
    );
    let post = client.edited(&post, "", json!({ "status": "published" })).await;
    assert!(is_read().await);
    assert_eq!(names(&post, "tags"), ["News"], "what is not named stays");
    let refused =
        client.edit(&post, "", json!({ "status": "scheduled", "published_at": at })).await;
    assert_eq!(client::error(&refused).0, 422, "what readers see is not put off");
    let answer = client.edit(&post, "", json!({ "status": "draft" })).await;
    assert_eq!(answer.field("x-cache-invalidate"), "/*");
    assert!(!is_read().await);
    assert_eq!(one(&answer)["published_at"], post["published_at"], "it keeps its date");
    let fields = json!({ "title": "Soon", "status": "published", "published_at": at });
    assert_eq!(client.add("posts/", fields).await["status"], "scheduled");
}

async fn tags_and_authors_are_named_in_many_ways(database: &TestDatabase) {
    let client = site(database).await;
    let tag = client.add("tags/", json!({ "name": "News" })).await;
    let twin = client.add("tags/", json!({ "name": "News" })).await;
    assert_eq!((tag["slug"].as_str(), twin["slug"].as_str()), (Some("news"), Some("news-2")));
    let post = client
        .add(
            "posts/",
            json!({ "title": "A", "tags": [
                "Tech", { "id": id(&tag) }, { "slug": "new-one" }, { "name": "tech" },
                { "id": "0123456789abcdef01234567", "name": "Other" },
            ], "authors": [{ "slug": "bo" }, "ANN@example.org", { "slug": "bo" }] }),
        )
        .await;
    assert_eq!(names(&post, "tags"), ["Tech", "News", "new-one", "Other"]);
    assert_eq!(names(&post, "authors"), ["Bo", "Ann"]);
    // Whoever is not known is nobody, and what nobody wrote is the owner's.
    let fields = json!({ "tags": [], "authors": ["nobody@example.org", { "id": "0123456789abcdef01234567" }] });
    let post = client.edited(&post, "", fields).await;
    assert!(names(&post, "tags").is_empty());
    assert_eq!(names(&post, "authors"), ["Ann"]);
    for fields in [
        json!({ "tags": "Tech" }),
        json!({ "tags": [1] }),
        json!({ "tags": [{}] }),
        json!({ "tags": [{ "id": "0123456789abcdef01234567" }] }),
        json!({ "tags": ["x".repeat(192)] }),
        json!({ "tags": vec!["x"; 101] }),
        json!({ "authors": [5] }),
        json!({ "authors": [{}] }),
    ] {
        assert_eq!(client.edit(&post, "", fields.clone()).await.status, 422, "{fields}");
    }
}

async fn a_slug_follows_the_title_of_what_nobody_saw(database: &TestDatabase) {
    let client = site(database).await;
    let post = client.add("posts/", json!({ "title": "One" })).await;
    let post = client.edited(&post, "", json!({ "title": "Two" })).await;
    assert_eq!(post["slug"], "two");
    let post = client.edited(&post, "", json!({ "slug": "Of My Own" })).await;
    assert_eq!(post["slug"], "of-my-own");
    let post = client.edited(&post, "", json!({ "title": "Three" })).await;
    assert_eq!(post["slug"], "of-my-own", "somebody chose it");
    let untitled = client.add("posts/", json!({ "title": "" })).await;
    assert_eq!((&untitled["title"], &untitled["slug"]), (&json!("(Untitled)"), &json!("untitled")));
    assert_eq!(untitled["excerpt"], Value::Null);
    let other = client.add("posts/", json!({ "title": "Four", "status": "published" })).await;
    let other = client.edited(&other, "", json!({ "title": "Five" })).await;
    assert_eq!(other["slug"], "four", "readers know it");
    let other = client.edited(&other, "", json!({ "slug": "of-my-own" })).await;
    assert_eq!(other["slug"], "of-my-own-2");
}

async fn what_will_not_do_is_refused(database: &TestDatabase) {
    let client = site(database).await;
    let send = async |body: &str| client.send(Method::POST, "posts/", body.to_owned()).await;
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let two = json!({ "posts": [{ "title": "A" }, { "title": "B" }] }).to_string();
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("title=A", 400),
        ("{}", 422),
        ("[]", 422),
        (r#"{"posts": null}"#, 422),
        (r#"{"posts": []}"#, 422),
        (r#"{"posts": [{}]}"#, 422),
        (r#"{"posts": {"title": "A"}}"#, 422),
        (r#"{"pages": [{"title": "A"}]}"#, 422),
        (r#"{"posts": [1]}"#, 422),
        (&two, 422),
        (&deep, 400),
    ] {
        let answer = send(body).await;
        assert_eq!(client::error(&answer).0, status, "{body:.40}");
    }
    let long = |length: usize| "x".repeat(length);
    for (fields, property) in [
        (json!({ "featured": true }), "title"),
        (json!({ "title": null }), "title"),
        (json!({ "title": 5 }), "title"),
        (json!({ "title": long(256) }), "title"),
        (json!({ "title": "A\u{0}" }), "title"),
        (json!({ "title": "A", "featured": "yes" }), "featured"),
        (json!({ "title": "A", "status": "gone" }), "status"),
        (json!({ "title": "A", "visibility": "friends" }), "visibility"),
        (json!({ "title": "A", "published_at": "yesterday" }), "published_at"),
        (json!({ "title": "A", "custom_excerpt": long(301) }), "custom_excerpt"),
        (json!({ "title": "A", "meta_title": long(301) }), "meta_title"),
        (json!({ "title": "A", "og_description": long(501) }), "og_description"),
        (json!({ "title": "A", "feature_image_alt": long(192) }), "feature_image_alt"),
        (json!({ "title": "A", "feature_image": long(2_001) }), "feature_image"),
        (json!({ "title": "A", "feature_image": "javascript:alert(1)" }), "feature_image"),
        (json!({ "title": "A", "canonical_url": "ftp://a.example/" }), "canonical_url"),
        (json!({ "title": "A", "codeinjection_head": long(65_536) }), "codeinjection_head"),
    ] {
        let answer = client.write(Method::POST, "posts/", fields.clone()).await;
        let (status, kind, ..) = client::error(&answer);
        assert_eq!((status, kind.as_str()), (422, "ValidationError"), "{fields:.60}");
        let body = client::json(&answer);
        assert_eq!(body["errors"][0]["property"], property, "{fields:.60}");
    }
    let large = json!({ "posts": [{ "title": "A", "html": long(21 << 20) }] }).to_string();
    assert_eq!(client::error(&send(&large).await).1, "RequestEntityTooLargeError");
    let unsigned = client.site.request(Method::POST, "/ghost/api/admin/posts/", &[]).await;
    assert_eq!(client::error(&unsigned).0, 403);
    let wrong_id = client.write(Method::PUT, "posts/1/", json!({ "title": "A" })).await;
    assert_eq!(client::error(&wrong_id).0, 422);
    let nobodys = "posts/0123456789abcdef01234567/";
    let fields = json!({ "title": "A", "updated_at": "2026-01-01T00:00:00Z" });
    assert_eq!(client.write(Method::PUT, nobodys, fields).await.status, 404);
    assert_eq!(client.send(Method::DELETE, nobodys, "").await.status, 404);
    assert_eq!(client.send(Method::PATCH, nobodys, "{}").await.status, 404);
    let mut hand = database.hand().await;
    assert!(hand.texts("select id from posts").await.is_empty());
    assert!(hand.texts("select id from tags").await.is_empty());
}

async fn a_page_is_no_post(database: &TestDatabase) {
    let client = site(database).await;
    let fields =
        json!({ "title": "About", "status": "published", "show_title_and_feature_image": false });
    let page = client.add("pages/", fields).await;
    assert_eq!(page["show_title_and_feature_image"], false);
    assert_eq!(client.json("pages/slug/about/").await["pages"][0]["id"], page["id"]);
    let fields = json!({ "title": "B", "updated_at": page["updated_at"] });
    let path = format!("posts/{}/", id(&page));
    assert_eq!(client.write(Method::PUT, &path, fields).await.status, 404);
    assert_eq!(client.send(Method::DELETE, &path, "").await.status, 404);
    let path = format!("pages/{}/", id(&page));
    assert_eq!(client.send(Method::DELETE, &path, "").await.status, 204);
    assert_eq!(client.get("pages/slug/about/").await.status, 404);
}

async fn a_post_is_deleted_and_copied(database: &TestDatabase) {
    let client = site(database).await;
    let fields =
        json!({ "title": "A", "status": "published", "tags": ["News"], "markdown": "Words" });
    let post = client.add("posts/?source=markdown", fields).await;
    let path = format!("posts/{}/copy/?formats=markdown", id(&post));
    let answer = client.send(Method::POST, &path, "").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let copy = one(&answer);
    assert_eq!(
        (&copy["title"], &copy["status"], &copy["published_at"], &copy["markdown"], &copy["slug"]),
        (&json!("A (Copy)"), &json!("draft"), &Value::Null, &json!("Words"), &json!("a-copy"))
    );
    assert_eq!(names(&copy, "tags"), ["News"]);
    assert_eq!(client.get(&path.replace("posts/", "ghost/")).await.status, 404);
    // A body is of no account, though the client sends one.
    let body = json!({ "id": id(&post) }).to_string();
    let answer = client.send(Method::DELETE, &format!("posts/{}/", id(&post)), body).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(answer.field("x-cache-invalidate"), "/*");
    assert_eq!(client.get("posts/slug/a/").await.status, 404);
}

async fn tags_are_written(database: &TestDatabase) {
    let client = site(database).await;
    let fields = json!({ "name": "Long Reads", "description": "To the end.",
        "accent_color": "#AB12cd", "feature_image": "https://example.org/content/images/t.png" });
    let answer = client.write(Method::POST, "tags/", fields).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let tag = one(&answer);
    let path = format!("tags/{}/", id(&tag));
    assert_eq!(answer.field("location"), format!("https://example.org/ghost/api/admin/{path}"));
    assert_eq!(
        (tag["slug"].as_str(), tag["accent_color"].as_str()),
        (Some("long-reads"), Some("#AB12cd"))
    );
    client
        .add("posts/", json!({ "title": "A", "status": "published", "tags": ["Long Reads"] }))
        .await;
    assert_eq!(client.site.get("/tag/long-reads/").await.status, 200);
    let answer =
        client.write(Method::PUT, &path, json!({ "slug": "longer", "name": "Longer" })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(one(&answer)["description"], "To the end.", "what is not named stays");
    let old = client.site.get("/tag/long-reads/").await;
    assert_eq!(old.moved_to(), Some("/tag/longer/"));
    let internal = client.add("tags/", json!({ "name": "#hidden" })).await;
    assert_eq!(
        (&internal["slug"], &internal["visibility"]),
        (&json!("hash-hidden"), &json!("internal"))
    );
    for (fields, property) in [
        (json!({ "slug": "x" }), "name"),
        (json!({ "name": ",x" }), "name"),
        (json!({ "name": "x".repeat(192) }), "name"),
        (json!({ "name": "x", "accent_color": "red" }), "accent_color"),
        (json!({ "name": "x", "description": "x".repeat(501) }), "description"),
    ] {
        let answer = client.write(Method::POST, "tags/", fields.clone()).await;
        assert_eq!(client::error(&answer).0, 422, "{fields:.60}");
        assert_eq!(client::json(&answer)["errors"][0]["property"], property, "{fields:.60}");
    }
    assert_eq!(client.send(Method::DELETE, &path, "").await.status, 204);
    assert_eq!(client.site.get("/tag/longer/").await.status, 404);
    assert_eq!(client.json("posts/slug/a/?include=tags").await["posts"][0]["tags"], json!([]));
    assert_eq!(client.send(Method::DELETE, &path, "").await.status, 404);
}

/// At two instances: each sends one field, and the others stay what somebody else made them.
async fn what_many_change_of_a_tag_at_once_is_all_there(database: &TestDatabase) {
    let here = site(database).await;
    let (key, admin_key) = (here.key.clone(), here.admin_key.clone());
    let there = Client { site: Instance::on(database).await, key, admin_key };
    let tag = here.add("tags/", json!({ "name": "News" })).await;
    let path = format!("tags/{}/", id(&tag));
    let fields = ["description", "meta_title", "og_title", "og_description", "twitter_title"];
    for round in 0..4 {
        let words = |field: &str| format!("{field} of round {round}");
        let edits = fields.iter().enumerate().map(|(n, field)| {
            let client = if n % 2 == 0 { &here } else { &there };
            client.write(Method::PUT, &path, json!({ *field: words(field) }))
        });
        for (field, answer) in fields.iter().zip(futures_util::future::join_all(edits).await) {
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(one(&answer)[field], words(field));
        }
        let tag = one(&here.administer(&path).await);
        for field in fields {
            assert_eq!(tag[field], words(field), "{tag}");
        }
    }
}

async fn a_change_is_shown_at_once(database: &TestDatabase) {
    let client = site(database).await;
    let fields = json!({ "title": "A", "status": "published", "markdown": "One" });
    let post = client.add("posts/?source=markdown", fields).await;
    for path in ["/a/", "/", "/rss/"] {
        client.site.get(path).await;
        assert!(client.site.get(path).await.is_hit(), "{path}");
    }
    client.get("posts/slug/a/").await;
    assert!(client.get("posts/slug/a/").await.is_hit());
    client.edited(&post, "?source=markdown", json!({ "markdown": "Two", "title": "B" })).await;
    assert!(client.site.page("/a/").await.contains("Two"));
    assert!(client.site.page("/").await.contains('B'));
    let read = client.json("posts/slug/a/").await;
    assert_eq!(read["posts"][0]["html"], "<p>Two</p>\n");
}
