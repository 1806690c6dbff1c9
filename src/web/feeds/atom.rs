//! Atom (RFC 4287).

use std::borrow::Cow;

use askama::Template;
use url::Url;

use super::item::Item;
use super::{Feed, GENERATOR};
use crate::web::xml;

/// The content type of an Atom feed.
pub const CONTENT_TYPE: &str = "application/atom+xml; charset=utf-8";

#[derive(Template)]
#[template(path = "feeds/atom.xml")]
struct Atom<'a> {
    feed: &'a Feed<'a>,
    items: Vec<Item<'a>>,
    generator: &'static str,
}

/// The feed as Atom.
#[must_use]
pub fn render(feed: &Feed<'_>) -> String {
    xml::render(&Atom { feed, items: feed.items(), generator: GENERATOR })
}

/// The id of an entry, which Atom wants to be an address: the guid where it is one, else the uuid.
fn entry_id<'a>(item: &Item<'a>) -> Cow<'a, str> {
    if Url::parse(item.guid).is_ok() {
        Cow::Borrowed(item.guid)
    } else {
        Cow::Owned(format!("urn:uuid:{}", item.uuid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::feeds::tests::{child, feed, texts};
    use crate::web::fixtures;

    #[test]
    fn a_post_with_everything() {
        let settings = fixtures::settings();
        let posts = [fixtures::rich_post()];
        let xml = render(&feed(&settings, &posts));
        let document = roxmltree::Document::parse(&xml).unwrap();
        let root = document.root_element();
        let lang = ("http://www.w3.org/XML/1998/namespace", "lang");
        assert_eq!(root.attribute(lang), Some("de"));
        assert_eq!(texts(root, "id"), ["https://a.example/rss/"]);
        assert_eq!(texts(root, "updated"), ["2026-11-23T19:22:49Z"]);
        assert_eq!(texts(root, "logo"), ["https://cdn.example/logo.svg"]);

        let entry = child(root, "entry");
        assert_eq!(entry.attribute(lang), Some("ar"));
        assert_eq!(texts(entry, "id"), ["https://old.example/2014/?p=1&x=2"]);
        assert_eq!(texts(entry, "published"), ["2026-11-23T19:21:49Z"]);
        assert_eq!(
            texts(child(entry, "author"), "uri"),
            ["https://a.example/author/ada-l%C3%B6we/"]
        );
        assert_eq!(child(entry, "category").attribute("label"), Some("Äpfel & Birnen"));
        assert_eq!(entry.children().filter(|n| n.has_tag_name("category")).count(), 1);
        let text = entry.children().find(|n| n.attribute("type") == Some("html")).unwrap();
        assert!(
            text.text().unwrap().contains("<a href=\"https://a.example/%C3%BCber/?a=1&amp;b=2\">")
        );
    }

    #[test]
    fn ids_are_addresses() {
        for (guid, expected) in [
            (None, "urn:uuid:4ff6d8a0-2b9b-4c8e-8b3d-0a7f4c6a2b11"),
            (Some("5f0c8b7a"), "urn:uuid:4ff6d8a0-2b9b-4c8e-8b3d-0a7f4c6a2b11"),
            (Some("https://old.example/?p=1"), "https://old.example/?p=1"),
            (Some("tag:old.example,2014:1"), "tag:old.example,2014:1"),
        ] {
            let settings = fixtures::settings();
            let mut posts = [fixtures::post("Plain", "")];
            posts[0].post.feed_guid = guid.map(str::to_owned);
            let items = feed(&settings, &posts).items();
            assert_eq!(entry_id(&items[0]), expected);
        }
    }
}
