//! Posts that differ in everything that a filter can look at. Each has a letter, by which the tables name
//! it.

use masthead::db;
use masthead::domain::{Author, Post, PostKind, Status, Tag, Timestamp, Visibility};

use crate::support::TestDatabase;
use crate::support::fixtures::{NOON, author, draft, published, tag};

/// A post with what belongs to it.
#[derive(Debug, Clone)]
pub struct Item {
    pub post: Post,
    pub tags: Vec<Tag>,
    pub authors: Vec<Author>,
}

impl Item {
    /// Its letter.
    pub fn letter(&self) -> char {
        self.post.uuid.chars().next().expect("it is its letter")
    }
}

/// A post: its letter, slug and title; when it was published; its tags and authors by name.
fn item(names: [&str; 3], at: &str, tags: &[&str], authors: &[&str]) -> Item {
    let [letter, slug, title] = names;
    let at = Timestamp::from(at.parse::<jiff::Timestamp>().unwrap());
    let mut post = published(slug, at);
    letter.clone_into(&mut post.uuid);
    title.clone_into(&mut post.summary.title);
    let tags = tags.iter().map(|name| named(name)).collect();
    Item { post, tags, authors: authors.iter().map(|name| author(name)).collect() }
}

/// A tag; what begins with `#` is for the site's own use.
pub fn named(name: &str) -> Tag {
    let mut tag = tag(&name.replace('#', "hash-"));
    name.clone_into(&mut tag.name);
    tag.visibility = masthead::domain::tag::TagVisibility::of_name(name);
    tag
}

/// The published posts, newest first.
pub fn items() -> Vec<Item> {
    let mut items = vec![
        item(["g", "42", "Forty two"], "2026-05-01T11:00:00Z", &["Tech"], &["Ann"]),
        item(
            ["f", "2024-in-review", "2024"],
            "2026-04-30T12:00:00Z",
            &["Long Reads"],
            &["Cleo", "Ann"],
        ),
        item(
            ["e", "epsilon", "It's E"],
            "2026-04-15T12:00:00Z",
            &["Long Reads", "Tech", "News"],
            &["Bo", "Ann"],
        ),
        item(["d", "delta", "Delta"], "2026-04-01T12:00:00Z", &[], &["Cleo"]),
        item(
            ["c", "gamma", "Gamma_ray"],
            "2026-03-01T12:00:00Z",
            &["#internal", "News"],
            &["Ann", "Bo"],
        ),
        item(["b", "beta", "Beta 100%"], "2026-02-01T10:00:00.5Z", &["Tech"], &["Bo"]),
        item(["a", "alpha", "Alpha One"], "2026-01-01T00:00:00Z", &["News", "Tech"], &["Ann"]),
        item(["h", "zeta", "null"], "2025-05-01T12:00:00Z", &[], &["Ann"]),
    ];
    for item in &mut items {
        let letter = item.letter();
        let post = &mut item.post;
        let summary = &mut post.summary;
        summary.reading_time = i32::try_from(u32::from(letter) - u32::from('a') + 1).unwrap();
        summary.featured = "ac".contains(letter);
        if "af".contains(letter) {
            summary.feature_image = Some("/content/images/a.png".to_owned());
        }
        match letter {
            'a' => summary.custom_excerpt = Some("First of all".to_owned()),
            'b' => post.social.og_title = Some("Beta!".to_owned()),
            'd' => post.social.meta_title = Some("D".to_owned()),
            'e' => {
                summary.custom_excerpt = Some("Also first".to_owned());
                summary.visibility = Visibility::Members;
            }
            'h' => post.social.canonical_url = Some("https://elsewhere.example/h".to_owned()),
            _ => {}
        }
    }
    items
}

/// What no reader may find, and two pages.
fn beside() -> Vec<Item> {
    let hidden = |letter: &str, slug: &str, status| {
        let mut item = item([letter, slug, slug], "2026-05-09T12:00:00Z", &["News"], &["Ann"]);
        item.post.summary.status = status;
        item
    };
    let page = |letter: &str, slug: &str, tags: &[&str]| {
        let mut item = item([letter, slug, slug], "2026-05-01T11:30:00Z", tags, &["Ann"]);
        item.post.summary.kind = PostKind::Page;
        item
    };
    let mut unfinished = draft("unfinished");
    "x".clone_into(&mut unfinished.uuid);
    vec![
        Item { post: unfinished, tags: vec![named("News")], authors: vec![author("Bo")] },
        hidden("y", "tomorrow", Status::Scheduled),
        page("p", "about", &["News", "Only Pages"]),
        page("q", "contact", &[]),
    ]
}

/// Puts all of them into a database.
pub async fn fill(database: &TestDatabase) {
    let items: Vec<Item> = items().into_iter().chain(beside()).collect();
    put(database, &items).await;
    let mut t = database.write().await.unwrap();
    // Nothing has it.
    db::tags::save(&mut t, &named("Unused")).await.unwrap();
    t.commit().await.unwrap();
}

/// Puts posts into a database, with what belongs to them.
pub async fn put(database: &TestDatabase, items: &[Item]) {
    let mut t = database.write().await.unwrap();
    for Item { post, tags, authors } in items {
        for tag in tags {
            db::tags::save(&mut t, tag).await.unwrap();
        }
        for author in authors {
            db::users::save(&mut t, author).await.unwrap();
        }
        db::posts::insert(&mut t, post).await.unwrap();
        let tags: Vec<_> = tags.iter().map(|tag| tag.id.clone()).collect();
        let authors: Vec<_> = authors.iter().map(|author| author.id.clone()).collect();
        db::posts::set_tags(&mut t, &post.summary.id, &tags).await.unwrap();
        db::posts::set_authors(&mut t, &post.summary.id, &authors).await.unwrap();
    }
    t.commit().await.unwrap();
}

/// The present of the tables.
pub const NOW: Timestamp = NOON;
