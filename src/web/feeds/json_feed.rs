//! JSON Feed 1.1.

use serde::Serialize;

use super::Feed;
use super::item::{Item, Person};
use crate::web::json;

/// The content type of a JSON Feed.
pub const CONTENT_TYPE: &str = "application/feed+json; charset=utf-8";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: String,
    feed_url: String,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    favicon: Option<String>,
    language: &'a str,
    items: Vec<JsonItem<'a>>,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: &'a str,
    url: String,
    title: &'a str,
    content_html: String,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    date_published: String,
    date_modified: String,
    authors: Vec<JsonAuthor<'a>>,
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    name: &'a str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<String>,
}

/// The feed as JSON.
#[must_use]
pub fn render(feed: &Feed<'_>) -> String {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: feed.title,
        home_page_url: feed.home_url(),
        feed_url: feed.self_url(),
        description: feed.description,
        icon: feed.icon_url(),
        favicon: feed.icon_url(),
        language: &feed.settings.locale,
        items: feed.items().into_iter().map(JsonItem::from).collect(),
    };
    json::render(&document)
}

impl<'a> From<Item<'a>> for JsonItem<'a> {
    fn from(item: Item<'a>) -> Self {
        Self {
            id: item.guid,
            url: item.url,
            title: item.title,
            content_html: item.html,
            summary: item.summary,
            image: item.picture.map(|picture| picture.url),
            date_published: item.published.to_rfc3339(),
            date_modified: item.updated.to_rfc3339(),
            authors: item.authors.into_iter().map(JsonAuthor::from).collect(),
            tags: item.categories.iter().map(|category| category.name).collect(),
            language: item.language,
        }
    }
}

impl<'a> From<Person<'a>> for JsonAuthor<'a> {
    fn from(person: Person<'a>) -> Self {
        Self { name: person.name, url: person.url, avatar: person.avatar }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::feeds::tests::feed;
    use crate::web::fixtures;

    #[test]
    fn a_post_with_everything() {
        let settings = fixtures::settings();
        let posts = [fixtures::rich_post()];
        let json = render(&feed(&settings, &posts));
        let mut document: serde_json::Value = serde_json::from_str(&json).unwrap();
        let item = document["items"][0].take();
        assert_eq!(
            document,
            json!({
                "version": "https://jsonfeed.org/version/1.1",
                "title": "The <Gazette> & Co.",
                "home_page_url": "https://a.example/",
                "feed_url": "https://a.example/rss/",
                "description": "News, \"slowly\"",
                "icon": "https://a.example/content/images/icon.png",
                "favicon": "https://a.example/content/images/icon.png",
                "language": "de",
                "items": [null],
            })
        );
        assert_eq!(item["id"], "https://old.example/2014/?p=1&x=2");
        assert_eq!(item["image"], "https://a.example/content/images/lead.webp");
        assert_eq!(item["date_modified"], "2026-11-23T19:22:49Z");
        assert_eq!(item["tags"], json!(["Äpfel & Birnen"]));
        assert_eq!(item["authors"][1]["url"], "https://a.example/author/bo/");
        assert_eq!(item["language"], "ar");
        assert!(item["content_html"].as_str().unwrap().contains("https://a.example/ada/"));
    }

    #[test]
    fn what_members_read_stays_on_the_site() {
        let settings = fixtures::settings();
        let posts = [fixtures::members_post()];
        assert!(!render(&feed(&settings, &posts)).contains("secret"));
    }
}
