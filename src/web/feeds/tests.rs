//! What the tests of the formats share.

use roxmltree::Node;

use super::{Feed, last_change};
use crate::domain::paths;
use crate::domain::post::FullPost;
use crate::domain::{Settings, Timestamp};
use crate::web::fixtures;

pub(super) fn feed<'a>(settings: &'a Settings, posts: &'a [FullPost]) -> Feed<'a> {
    Feed {
        settings,
        base_url: fixtures::BASE_URL,
        self_path: paths::RSS,
        home_path: paths::HOME,
        title: &settings.title,
        description: &settings.description,
        posts,
        updated: last_change(posts),
        members_only: "Read on & join",
    }
}

/// The first child of a name, whatever its namespace.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Node<'a, 'i> {
    node.children().find(|n| n.tag_name().name() == name).unwrap()
}

/// The texts of the children of a name.
pub(super) fn texts<'a>(node: Node<'a, '_>, name: &str) -> Vec<&'a str> {
    let named = node.children().filter(|n| n.tag_name().name() == name);
    named.map(|n| n.text().unwrap_or_default()).collect()
}

#[test]
fn an_empty_feed_is_the_same_every_time() {
    assert_eq!(last_change(&[]), Timestamp(0));
    let settings = fixtures::settings();
    let feed = feed(&settings, &[]);
    for xml in [super::rss::render(&feed), super::atom::render(&feed)] {
        assert!(roxmltree::Document::parse(&xml).is_ok(), "{xml}");
    }
}
