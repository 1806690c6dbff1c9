//! The Content API: shapes, pages, orders, and what is refused.

use http::Method;
use serde_json::{Value, json};

use super::client::{self, Client};
use super::shelf;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_post_has_ghosts_fields,
    a_page_is_no_post,
    tags_and_authors_have_ghosts_fields,
    the_settings_are_told_in_ghosts_shape,
    there_is_one_tier,
    lists_have_pages,
    orders_are_obeyed,
    only_what_is_asked_for_is_shown,
    what_is_not_open_is_not_shown,
    what_is_wrong_is_refused_in_ghosts_words,
    all_holders_of_keys_share_what_is_kept,
    no_change_leaves_an_old_answer,
    what_is_asked_before_now_is_kept_for_a_moment,
);

/// The values of a name in a list.
fn all<'a>(body: &'a Value, list: &str, name: &str) -> Vec<&'a str> {
    body[list].as_array().unwrap().iter().map(|row| row[name].as_str().unwrap()).collect()
}

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

async fn filled(database: &TestDatabase) -> Client {
    shelf::fill(database).await;
    Client::on(database).await
}

const POST: [&str; 34] = [
    "access",
    "canonical_url",
    "codeinjection_foot",
    "codeinjection_head",
    "comment_id",
    "comments",
    "created_at",
    "custom_excerpt",
    "custom_template",
    "email_subject",
    "excerpt",
    "feature_image",
    "feature_image_alt",
    "feature_image_caption",
    "featured",
    "frontmatter",
    "html",
    "id",
    "meta_description",
    "meta_title",
    "og_description",
    "og_image",
    "og_title",
    "published_at",
    "reading_time",
    "slug",
    "title",
    "twitter_description",
    "twitter_image",
    "twitter_title",
    "updated_at",
    "url",
    "uuid",
    "visibility",
];

async fn a_post_has_ghosts_fields(database: &TestDatabase) {
    let client = filled(database).await;
    client.site.set(json!({ "timezone": "Europe/Berlin" })).await;
    let body = client.json("posts/slug/alpha/?slug=alpha").await;
    assert_eq!(names(&body), ["posts"], "one that is read has no meta");
    let post = &body["posts"][0];
    assert_eq!(names(post), POST);
    assert_eq!(post["title"], "Alpha One");
    assert_eq!(post["url"], "https://example.org/alpha/");
    assert_eq!(post["html"], "<h1>alpha</h1>");
    assert_eq!(post["published_at"], "2026-01-01T01:00:00.000+01:00");
    assert_eq!(post["feature_image"], "https://example.org/content/images/a.png");
    assert_eq!(post["excerpt"], "First of all");
    assert_eq!((&post["featured"], &post["access"]), (&json!(true), &json!(true)));
    assert_eq!(post["meta_title"], Value::Null);
    // By its id it is the same.
    let id = post["id"].as_str().unwrap();
    assert_eq!(client.json(&format!("posts/{id}/")).await, body);

    let body = client.json("posts/slug/gamma/?include=tags,authors").await;
    let post = &body["posts"][0];
    let with = ["tags", "primary_tag", "authors", "primary_author"];
    assert!(with.iter().all(|name| post.get(name).is_some()), "{post}");
    assert_eq!(all(post, "tags", "slug"), ["hash-internal", "news"]);
    assert_eq!(post["tags"][0]["url"], "https://example.org/404/");
    assert_eq!(post["primary_tag"], Value::Null, "the first is for the site's own use");
    assert_eq!(all(post, "authors", "slug"), ["ann", "bo"]);
    assert_eq!(post["primary_author"]["slug"], "ann");
    // Whatever else is asked for is left out without a word.
    let plain = client.json("posts/slug/gamma/").await;
    assert_eq!(client.json("posts/slug/gamma/?include=comments,email").await, plain);
}

async fn a_page_is_no_post(database: &TestDatabase) {
    let client = filled(database).await;
    let body = client.json("pages/slug/about/").await;
    let page = &body["pages"][0];
    let expected: Vec<&str> = POST
        .iter()
        .map(|name| if *name == "email_subject" { "show_title_and_feature_image" } else { name })
        .collect();
    let mut expected = expected;
    expected.sort_unstable();
    assert_eq!(names(page), expected);
    let id = page["id"].as_str().unwrap();
    let posts = client.json("posts/slug/alpha/").await;
    let post = posts["posts"][0]["id"].as_str().unwrap();
    for path in ["posts/slug/about/".to_owned(), format!("posts/{id}/"), format!("pages/{post}/")] {
        assert_eq!(client.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(all(&client.json("pages/").await, "pages", "slug"), ["about", "contact"]);
}

async fn tags_and_authors_have_ghosts_fields(database: &TestDatabase) {
    let client = filled(database).await;
    let body = client.json("tags/?include=count.posts").await;
    let slugs = all(&body, "tags", "slug");
    // Those that nothing published has are not there; those of pages alone are.
    assert_eq!(slugs, ["hash-internal", "long-reads", "news", "only-pages", "tech"]);
    let counts: Vec<_> =
        body["tags"].as_array().unwrap().iter().map(|tag| tag["count"]["posts"].as_i64()).collect();
    assert_eq!(counts, [1, 2, 3, 0, 4].map(Some));
    assert_eq!(body["tags"][0]["visibility"], "internal");
    let tag = client.json("tags/slug/news/").await["tags"][0].clone();
    assert_eq!(
        names(&tag),
        [
            "accent_color",
            "canonical_url",
            "codeinjection_foot",
            "codeinjection_head",
            "description",
            "feature_image",
            "id",
            "meta_description",
            "meta_title",
            "name",
            "og_description",
            "og_image",
            "og_title",
            "slug",
            "twitter_description",
            "twitter_image",
            "twitter_title",
            "url",
            "visibility",
        ]
    );
    assert_eq!(client.get("tags/slug/unused/").await.status, 404);

    let body = client.json("authors/?include=count.posts&order=count.posts%20desc").await;
    assert_eq!(all(&body, "authors", "slug"), ["ann", "bo", "cleo"]);
    assert_eq!(body["authors"][0]["count"], json!({ "posts": 6 }));
    let author = client.json("authors/slug/ann/").await["authors"][0].clone();
    assert_eq!(
        names(&author),
        [
            "bio",
            "bluesky",
            "cover_image",
            "facebook",
            "id",
            "instagram",
            "linkedin",
            "location",
            "mastodon",
            "meta_description",
            "meta_title",
            "name",
            "profile_image",
            "slug",
            "threads",
            "tiktok",
            "twitter",
            "url",
            "website",
            "youtube",
        ]
    );
    let filtered = client.json("tags/?filter=visibility:public&order=slug%20desc").await;
    assert_eq!(all(&filtered, "tags", "slug"), ["tech", "only-pages", "news", "long-reads"]);
}

async fn the_settings_are_told_in_ghosts_shape(database: &TestDatabase) {
    let client = filled(database).await;
    let body = client.json("settings/").await;
    let settings = &body["settings"];
    assert_eq!(settings["lang"], settings["locale"]);
    assert_eq!(settings["url"], "https://example.org/");
    assert_eq!(settings["version"], "6.65");
    assert!(settings["navigation"].is_array());
    assert_eq!(body["meta"], json!({}));
}

async fn there_is_one_tier(database: &TestDatabase) {
    let client = filled(database).await;
    for none in ["newsletters", "recommendations"] {
        let body = client.json(&format!("{none}/")).await;
        assert_eq!((&body[none], &body["meta"]["pagination"]["total"]), (&json!([]), &json!(0)));
    }
    let body = client.json("tiers/?include=monthly_price,yearly_price,benefits").await;
    assert_eq!(all(&body, "tiers", "slug"), ["free"]);
    assert_eq!(body["meta"]["pagination"]["total"], 1);
}

async fn lists_have_pages(database: &TestDatabase) {
    let client = filled(database).await;
    let page = |page: u64, limit: u64, pages: u64, next: Value, prev: Value| json!({ "page": page, "limit": limit, "pages": pages, "total": 8, "next": next, "prev": prev });
    let none = Value::Null;
    for (query, slugs, pagination) in [
        ("", 8, page(1, 15, 1, none.clone(), none.clone())),
        ("limit=3", 3, page(1, 3, 3, json!(2), none.clone())),
        ("limit=3&page=2", 3, page(2, 3, 3, json!(3), json!(1))),
        ("limit=3&page=3", 2, page(3, 3, 3, none.clone(), json!(2))),
        ("limit=3&page=9", 0, page(9, 3, 3, none.clone(), json!(3))),
        ("limit=3&page=18446744073709551615", 0, page(u64::MAX, 3, 3, none.clone(), json!(3))),
        ("limit=all", 8, page(1, 100, 1, none.clone(), none.clone())),
        ("limit=1000000", 8, page(1, 100, 1, none.clone(), none.clone())),
        ("limit=0&page=0", 8, page(1, 15, 1, none.clone(), none)),
    ] {
        let body = client.json(&format!("posts/?{query}")).await;
        assert_eq!(all(&body, "posts", "slug").len(), slugs, "{query}");
        assert_eq!(body["meta"], json!({ "pagination": pagination }), "{query}");
    }
    let body = client.json("posts/?filter=tag:nothing").await;
    assert_eq!(body["meta"]["pagination"]["pages"], 1, "there is always one");
    // Page by page it is the whole.
    let whole = client.json("posts/?fields=slug").await;
    let mut pages = Vec::new();
    for page in 1..=4 {
        let body = client.json(&format!("posts/?fields=slug&limit=2&page={page}")).await;
        pages.extend(body["posts"].as_array().unwrap().clone());
    }
    assert_eq!(whole["posts"], json!(pages));
}

async fn orders_are_obeyed(database: &TestDatabase) {
    let client = filled(database).await;
    for (order, letters) in [
        ("", "gfedcbah"),
        ("published_at asc", "habcdefg"),
        ("published_at desc", "gfedcbah"),
        ("reading_time desc", "hgfedcba"),
        ("title asc", "fabdgceh"),
        ("slug desc", "hcedbagf"),
        ("featured desc, reading_time asc", "acbdefgh"),
        ("custom_excerpt desc, reading_time asc", "aebcdfgh"),
        ("custom_excerpt asc, reading_time asc", "bcdfghea"),
        ("title", "gfedcbah"),
        ("colour asc", "gfedcbah"),
        ("html desc", "gfedcbah"),
        ("published_at sideways", "gfedcbah"),
    ] {
        let order = order.replace(' ', "%20");
        let body = client.json(&format!("posts/?fields=uuid&order={order}")).await;
        assert_eq!(all(&body, "posts", "uuid").concat(), letters, "{order}");
    }
}

async fn only_what_is_asked_for_is_shown(database: &TestDatabase) {
    let client = filled(database).await;
    for (query, fields) in [
        ("fields=id,title,url", vec!["id", "title", "url"]),
        ("fields=Slug,nothing", vec!["slug"]),
        ("fields=nothing", vec![]),
        ("fields=slug&include=tags", vec!["primary_tag", "slug", "tags"]),
        ("fields=slug,plaintext", vec!["plaintext", "slug"]),
        ("fields=slug,html&formats=plaintext", vec!["html", "slug"]),
        (
            "fields=excerpt,reading_time,access,comments",
            vec!["access", "comments", "excerpt", "reading_time"],
        ),
    ] {
        let body = client.json(&format!("posts/slug/alpha/?{query}")).await;
        assert_eq!(names(&body["posts"][0]), fields, "{query}");
    }
    let body = client.json("posts/slug/alpha/?formats=plaintext").await;
    assert_eq!(body["posts"][0]["plaintext"], "alpha");
    assert_eq!(body["posts"][0].get("html"), None);
    let body = client.json("posts/slug/alpha/?formats=html,plaintext").await;
    assert!(body["posts"][0]["html"].is_string() && body["posts"][0]["plaintext"].is_string());
}

/// What members alone may read, and what nobody may read yet.
async fn what_is_not_open_is_not_shown(database: &TestDatabase) {
    let client = filled(database).await;
    let body = client.json("posts/slug/epsilon/?formats=html,plaintext").await;
    let post = &body["posts"][0];
    assert_eq!(post["access"], false);
    assert_eq!((&post["html"], &post["plaintext"]), (&json!(""), &json!("")));
    for path in ["posts/slug/unfinished/", "posts/slug/tomorrow/"] {
        assert_eq!(client.get(path).await.status, 404, "{path}");
    }
    let whole = client.get("authors/").await.text();
    assert!(!whole.contains('@') && !whole.contains("owner"), "{whole}");
}

async fn what_is_wrong_is_refused_in_ghosts_words(database: &TestDatabase) {
    let client = filled(database).await;
    let long = |words| format!("posts/?filter=slug:[{}]", "a,".repeat(words));
    let deep = format!("posts/?filter={}", "(".repeat(10_000));
    for (path, status, kind) in [
        ("posts/?limit=", 422, "ValidationError"),
        ("posts/?limit=-1", 422, "ValidationError"),
        ("posts/?page=one", 422, "ValidationError"),
        ("posts/?page=-1", 422, "ValidationError"),
        ("posts/?order=title;drop", 422, "ValidationError"),
        ("posts/?order=%00", 422, "ValidationError"),
        ("posts/?formats=pdf", 422, "ValidationError"),
        ("posts/slug/alpha/?formats=pdf", 422, "ValidationError"),
        ("posts/?filter=((", 400, "BadRequestError"),
        ("posts/?filter=colour:red", 400, "BadRequestError"),
        ("posts/?filter=slug:%FF%FE", 200, ""),
        ("posts/?filter=%FF", 400, "BadRequestError"),
        ("posts/?filter=slug:%00", 200, ""),
        ("posts/?filter=published_at:yesterday", 422, "ValidationError"),
        (&*long(10_000), 400, "BadRequestError"),
        (&*deep, 400, "BadRequestError"),
        ("tags/?filter=colour:red", 400, "BadRequestError"),
        ("authors/?filter=colour:red", 400, "BadRequestError"),
        ("posts/one/", 422, "ValidationError"),
        ("posts/gggggggggggggggggggggggg/", 422, "ValidationError"),
        ("posts/000000000000000000000000/", 404, "NotFoundError"),
        ("posts/slug/nothing/", 404, "NotFoundError"),
        ("posts/slug/a%20b/", 422, "ValidationError"),
        ("posts/slug/%FF/", 422, "ValidationError"),
        ("posts/%FF/", 422, "ValidationError"),
        ("tags/000000000000000000000000/", 404, "NotFoundError"),
        ("authors/slug/nobody/", 404, "NotFoundError"),
        ("nothing/", 404, "NotFoundError"),
        ("posts/slug/", 422, "ValidationError"),
        ("posts/a/b/c/", 404, "NotFoundError"),
        ("", 404, "NotFoundError"),
    ] {
        let answer = client.get(path).await;
        let shown = &path[..path.len().min(60)];
        assert_eq!(answer.status, status, "{shown}: {}", answer.text());
        if status != 200 {
            assert_eq!(client::error(&answer).1, kind, "{shown}");
        }
    }
    let answer = client.get("posts/?limit=").await;
    assert_eq!(client::json(&answer)["errors"][0]["property"], "limit");
    // With its commas escaped this is no address any more.
    assert_eq!(client.get(&long(30_000)).await.status, 414);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = client.ask(method.clone(), "posts/", &[]).await;
        assert_eq!(client::error(&answer).0, 404, "{method}");
    }
}

async fn all_holders_of_keys_share_what_is_kept(database: &TestDatabase) {
    let client = filled(database).await;
    let other = client.site.app.integrations.add("Another").await.unwrap().value;
    let path = "posts/?limit=2&include=tags";
    client.get(path).await;
    client.get(path).await;
    let first = client.get(path).await;
    assert!(first.is_hit(), "{first:?}");
    let theirs = format!("/ghost/api/content/{path}&key={}", other.content_key.reveal());
    for same in [
        theirs,
        format!("/ghost/api/v3/content/posts?key={}&include=tags&limit=2", client.key),
        format!("/api/content/posts/?limit=2&utm_source=x&key={}&include=tags", client.key),
    ] {
        let answer = client.site.get(&same).await;
        assert!(answer.is_hit(), "{same}: {answer:?}");
        assert_eq!(answer.body, first.body);
    }
    let tag = first.field("etag").to_owned();
    let answer = client.ask(Method::GET, path, &[("if-none-match", &tag)]).await;
    assert_eq!(answer.status, 304);
    assert_eq!(answer.field("content-version"), "v6.65");
    assert_eq!(answer.field("access-control-allow-origin"), "*");
    assert!(answer.body.is_empty());
    // Nothing of the key is in what is kept, and what is kept opens nothing without one.
    assert!(!first.text().contains(&client.key));
    assert_eq!(client.site.get("/ghost/api/content/posts/?limit=2&include=tags").await.status, 403);
}

/// Whatever hand changes it.
async fn no_change_leaves_an_old_answer(database: &TestDatabase) {
    let client = filled(database).await;
    let paths = [
        "posts/?fields=uuid,title",
        "posts/?fields=uuid,title&filter=tag:news",
        "posts/?fields=uuid,title&filter=tag:-news",
        "posts/?fields=uuid,title&filter=featured:true&include=authors",
        "posts/?fields=uuid,title&order=title%20asc",
        "posts/?fields=uuid,title&limit=2&page=2",
        "posts/slug/alpha/?include=tags,authors",
        "pages/?fields=uuid,title&filter=tag:news",
        "pages/?fields=uuid,title",
        "tags/?include=count.posts",
        "tags/slug/news/?include=count.posts",
        "authors/?include=count.posts",
        "settings/",
        "tiers/",
    ];
    let mut hand = database.hand().await;
    for change in [
        "update posts set title = 'Another' where slug = 'alpha'",
        "update posts set featured = true where slug = 'beta'",
        "update tags set name = 'The News' where slug = 'news'",
        "update tags set slug = 'the-news' where slug = 'news'",
        "update tags set slug = 'news' where slug = 'the-news'",
        "delete from posts_tags where post_id = (select id from posts where slug = 'about')",
        "insert into posts_tags select p.id, t.id, 0 from posts p, tags t \
         where p.slug = 'contact' and t.slug = 'news'",
        "insert into posts_tags select p.id, t.id, 9 from posts p, tags t \
         where p.slug = 'delta' and t.slug = 'news'",
        "update users set name = 'Anna' where slug = 'ann'",
        "delete from posts_authors where post_id = (select id from posts where slug = 'zeta')",
        "update posts set status = 'draft' where slug = 'gamma'",
        "update posts set status = 'published' where slug in ('gamma', 'tomorrow')",
        "update posts set published_at = 1 where slug = '42'",
        "delete from posts where slug = 'epsilon'",
        "insert into settings values ('title', '\"Another\"')",
    ] {
        for path in paths {
            client.get(path).await;
            client.get(path).await;
        }
        hand.execute(change).await;
        for path in paths {
            let shown = client.get(path).await;
            let anew = client.site.anew(&format!("/ghost/api/content/{path}")).await;
            assert_eq!(shown.text(), anew.text(), "{change}: {path}");
        }
    }
}

async fn what_is_asked_before_now_is_kept_for_a_moment(database: &TestDatabase) {
    let client = filled(database).await;
    let path = "posts/?fields=uuid&filter=published_at:%3Enow-1d";
    for _ in 0..3 {
        assert_eq!(all(&client.json(path).await, "posts", "uuid"), ["g"]);
    }
    assert!(client.get(path).await.is_hit());
    client.site.clock.advance(24 * 60 * 60);
    assert!(all(&client.json(path).await, "posts", "uuid").is_empty());
}
