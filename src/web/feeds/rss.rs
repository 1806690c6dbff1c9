//! RSS 2.0, with the whole text, authors and pictures by its common extensions.

use askama::Template;

use super::item::Item;
use super::{Feed, GENERATOR};
use crate::domain::Timestamp;
use crate::web::xml;

/// The content type of an RSS feed.
pub const CONTENT_TYPE: &str = "application/rss+xml; charset=utf-8";

#[derive(Template)]
#[template(path = "feeds/rss.xml")]
struct Rss<'a> {
    feed: &'a Feed<'a>,
    items: Vec<Item<'a>>,
    generator: &'static str,
}

/// The feed as RSS 2.0.
#[must_use]
pub fn render(feed: &Feed<'_>) -> String {
    xml::render(&Rss { feed, items: feed.items(), generator: GENERATOR })
}

/// A plain text as HTML, which readers take a `description` to be.
fn as_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A date as RFC 822 writes it, with the four digits of the year that RSS asks for.
fn rfc822(instant: Timestamp) -> String {
    instant.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::web::feeds::tests::{child, feed, texts};
    use crate::web::fixtures;

    #[test]
    fn a_post_with_everything() {
        let settings = fixtures::settings();
        let posts = [fixtures::rich_post()];
        let xml = render(&feed(&settings, &posts));
        let document = roxmltree::Document::parse(&xml).unwrap();
        let channel = child(document.root_element(), "channel");
        assert_eq!(texts(channel, "title"), ["The <Gazette> & Co."]);
        assert_eq!(texts(channel, "lastBuildDate"), ["Mon, 23 Nov 2026 19:22:49 GMT"]);
        assert_eq!(
            texts(child(channel, "image"), "url"),
            ["https://a.example/content/images/icon.png"]
        );

        let item = child(channel, "item");
        assert_eq!(texts(item, "title"), ["Größe & <Ärger> ]]>"]);
        assert_eq!(texts(item, "description"), ["About Größe &amp; &lt;Ärger&gt; ]]&gt;"]);
        assert_eq!(texts(item, "link"), ["https://a.example/gr%C3%B6%C3%9Fe-%C3%A4rger/"]);
        assert_eq!(texts(item, "guid"), ["https://old.example/2014/?p=1&x=2"]);
        assert_eq!(child(item, "guid").attribute("isPermaLink"), Some("false"));
        assert_eq!(texts(item, "pubDate"), ["Mon, 23 Nov 2026 19:21:49 GMT"]);
        assert_eq!(texts(item, "creator"), ["Ada Löwe", "Bo"]);
        assert_eq!(texts(item, "category"), ["Äpfel & Birnen"]);
        let picture = item.children().find(|n| n.has_attribute("medium")).unwrap();
        assert_eq!(picture.attribute("url"), Some("https://a.example/content/images/lead.webp"));
        assert_eq!(picture.attribute("type"), Some("image/webp"));
        assert_eq!(picture.attribute("width"), Some("1600"));
        assert_eq!(texts(picture, "description"), ["A \"tree\""]);
        assert_eq!(
            texts(item, "encoded"),
            ["<figure><img src=\"https://a.example/content/images/lead.webp\" \
              alt=\"A &quot;tree&quot;\" width=\"1600\" height=\"900\">\
              <figcaption>By <a href=\"https://a.example/ada/\">Ada</a></figcaption></figure>\n\
              <p>See <a href=\"https://a.example/%C3%BCber/?a=1&amp;b=2\">this</a> ]]&gt;</p>\n\
              <img src=\"https://a.example/content/images/b.png\" \
              srcset=\"https://a.example/content/images/size/w400/b.png 400w\">"]
        );
    }

    #[test]
    fn a_post_without_a_guid_is_known_by_its_id() {
        let settings = fixtures::settings();
        let posts = [fixtures::post("Plain", "<p>x</p>")];
        let xml = render(&feed(&settings, &posts));
        let id = &posts[0].post.summary.id;
        assert!(xml.contains(&format!("<guid isPermaLink=\"false\">{id}</guid>")), "{xml}");
        assert!(!xml.contains("media:content "));
    }

    #[test]
    fn what_members_read_stays_on_the_site() {
        let settings = fixtures::settings();
        let posts = [fixtures::members_post()];
        let xml = render(&feed(&settings, &posts));
        assert!(!xml.contains("secret"));
        let document = roxmltree::Document::parse(&xml).unwrap();
        let item = child(child(document.root_element(), "channel"), "item");
        assert_eq!(
            texts(item, "encoded"),
            [
                "<p>About Inside</p>\n<p><a href=\"https://a.example/inside/\">Read on &amp; join</a></p>"
            ]
        );
    }

    proptest! {
        #[test]
        fn any_title_and_text_is_well_formed(title in any::<String>(), html in any::<String>()) {
            let settings = fixtures::settings();
            let mut post = fixtures::post("Plain", &html);
            post.post.summary.title.clone_from(&title);
            post.authors[0].name.clone_from(&title);
            post.tags = vec![fixtures::tag("T")];
            post.tags[0].name.clone_from(&title);
            post.post.feed_guid = Some(title.clone());
            post.post.summary.locale = Some(title);
            let posts = [post];
            let xml = render(&feed(&settings, &posts));
            prop_assert!(roxmltree::Document::parse(&xml).is_ok());
            let xml = crate::web::feeds::atom::render(&feed(&settings, &posts));
            prop_assert!(roxmltree::Document::parse(&xml).is_ok());
        }
    }
}
