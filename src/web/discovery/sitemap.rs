//! The sitemap (sitemaps.org, with Google's extension for pictures): an index and its parts.

use askama::Template;

pub use super::sitemap_part::{Part, Section};
use crate::domain::paths;
use crate::domain::{Author, PostSummary, Tag, Timestamp};
use crate::web::{absolute, xml};

/// The content type of the index and of its parts.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";

/// A page of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub path: String,
    /// When it last changed.
    pub modified: Option<Timestamp>,
    /// The address of its picture: a path on this site, or anywhere.
    pub image: Option<String>,
}

impl Entry {
    /// The front page.
    #[must_use]
    pub fn home(modified: Option<Timestamp>) -> Self {
        Self { path: paths::HOME.to_owned(), modified, image: None }
    }
}

impl From<&PostSummary> for Entry {
    fn from(post: &PostSummary) -> Self {
        Self {
            path: paths::post(&post.slug),
            modified: Some(post.updated_at),
            image: post.feature_image.clone(),
        }
    }
}

impl From<&Tag> for Entry {
    fn from(tag: &Tag) -> Self {
        Self {
            path: paths::tag(&tag.slug),
            modified: Some(tag.updated_at),
            image: tag.feature_image.clone(),
        }
    }
}

impl From<&Author> for Entry {
    fn from(author: &Author) -> Self {
        Self {
            path: paths::author(&author.slug),
            modified: Some(author.updated_at),
            image: author.cover_image.clone().or_else(|| author.profile_image.clone()),
        }
    }
}

/// A part and when the last of its pages changed.
pub type PartChange = (Part, Option<Timestamp>);

#[derive(Template)]
#[template(path = "discovery/sitemap_index.xml")]
struct Index<'a> {
    base_url: &'a str,
    parts: &'a [PartChange],
}

#[derive(Template)]
#[template(path = "discovery/sitemap.xml")]
struct Urlset<'a> {
    base_url: &'a str,
    entries: &'a [Entry],
}

/// The index: `base_url` has no slash at its end.
#[must_use]
pub fn index(base_url: &str, parts: &[PartChange]) -> String {
    xml::render(&Index { base_url, parts })
}

/// A part: `base_url` has no slash at its end, and there are 50,000 entries at most (see
/// [`Part::rows`]).
#[must_use]
pub fn urlset(base_url: &str, entries: &[Entry]) -> String {
    xml::render(&Urlset { base_url, entries })
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;
    use crate::web::fixtures::{self, BASE_URL};

    fn texts<'a>(document: &'a Document<'_>, namespace: &str, name: &str) -> Vec<&'a str> {
        let named = document.descendants().filter(|n| n.has_tag_name((namespace, name)));
        named.map(|n| n.text().unwrap_or_default()).collect()
    }

    const SITEMAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
    const IMAGE: &str = "http://www.google.com/schemas/sitemap-image/1.1";

    #[test]
    fn the_index_names_the_parts() {
        let parts: Vec<_> =
            Section::Posts.parts(50_001).zip([Some(fixtures::PUBLISHED), None]).collect();
        let xml = index(BASE_URL, &parts);
        let document = Document::parse(&xml).unwrap();
        assert_eq!(
            texts(&document, SITEMAP, "loc"),
            ["https://a.example/sitemap-posts.xml", "https://a.example/sitemap-posts-2.xml"]
        );
        assert_eq!(texts(&document, SITEMAP, "lastmod"), ["2026-11-23T19:21:49Z"]);
    }

    #[test]
    fn a_part_lists_pages_and_pictures() {
        let mut post = fixtures::summary("Größe");
        post.feature_image = Some("/content/images/a b.png?x=1&y=2".to_owned());
        let tag = fixtures::tag("News");
        let author = fixtures::author("Ada");
        let entries = [Entry::home(None), (&post).into(), (&tag).into(), (&author).into()];
        let xml = urlset(BASE_URL, &entries);
        let document = Document::parse(&xml).unwrap();
        assert_eq!(
            texts(&document, SITEMAP, "loc"),
            [
                "https://a.example/",
                "https://a.example/gr%C3%B6%C3%9Fe/",
                "https://a.example/tag/news/",
                "https://a.example/author/ada/"
            ]
        );
        assert_eq!(texts(&document, SITEMAP, "lastmod").len(), 3);
        assert_eq!(
            texts(&document, IMAGE, "loc"),
            ["https://a.example/content/images/a%20b.png?x=1&y=2"]
        );
    }

    #[test]
    fn a_full_part_of_long_slugs_is_smaller_than_50_megabytes() {
        let entry: Entry = (&fixtures::summary(&"a".repeat(185))).into();
        let xml = urlset(BASE_URL, &vec![entry; 50_000]);
        assert_eq!(xml.matches("<url>").count(), 50_000);
        assert!(xml.len() < 50 << 20, "{}", xml.len());
    }
}
