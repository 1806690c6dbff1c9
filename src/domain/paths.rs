//! Every address of the site, in one place: routes, templates, feeds and purges use these.
//!
//! Paths end in a slash where Ghost's do. Slugs may hold letters of any script, so they are
//! percent-encoded here and nowhere else.

use std::fmt::Write as _;

use super::slug::{Slug, encode};

/// The front page.
pub const HOME: &str = "/";
/// All posts by month.
pub const ARCHIVE: &str = "/archive/";
/// The search page; the words stand in `?q=`.
pub const SEARCH: &str = "/search/";
/// The feed of the site as RSS 2.0.
pub const RSS: &str = "/rss/";
/// The feed of the site as Atom.
pub const ATOM: &str = "/feed.atom";
/// The feed of the site as JSON Feed.
pub const JSON_FEED: &str = "/feed.json";
/// The index of sitemaps.
pub const SITEMAP: &str = "/sitemap.xml";
/// What crawlers may visit (RFC 9309).
pub const ROBOTS: &str = "/robots.txt";
/// The contents of the site for language models.
pub const LLMS: &str = "/llms.txt";
/// Where to report a vulnerability (RFC 9116).
pub const SECURITY: &str = "/.well-known/security.txt";
/// The description of the site's search for browsers.
pub const OPENSEARCH: &str = "/opensearch.xml";
/// The web app manifest.
pub const MANIFEST: &str = "/site.webmanifest";

/// A page of the front page's list; the first is the front page itself.
#[must_use]
pub fn home_page(page: u64) -> String {
    numbered("/", page)
}

/// A post or a page.
#[must_use]
pub fn post(slug: &Slug) -> String {
    format!("/{}/", encode(slug.as_str()))
}

/// What a post would look like, for whoever knows its uuid.
#[must_use]
pub fn preview(uuid: &str) -> String {
    format!("/p/{uuid}/")
}

/// The Markdown source of a post.
#[must_use]
pub fn post_markdown(slug: &Slug) -> String {
    format!("/{}.md", encode(slug.as_str()))
}

/// The posts with a tag.
#[must_use]
pub fn tag(slug: &Slug) -> String {
    format!("/tag/{}/", encode(slug.as_str()))
}

/// A page of the posts with a tag.
#[must_use]
pub fn tag_page(slug: &Slug, page: u64) -> String {
    numbered(&tag(slug), page)
}

/// The feed of a tag as RSS 2.0.
#[must_use]
pub fn tag_rss(slug: &Slug) -> String {
    format!("{}rss/", tag(slug))
}

/// The posts of an author.
#[must_use]
pub fn author(slug: &Slug) -> String {
    format!("/author/{}/", encode(slug.as_str()))
}

/// A page of the posts of an author.
#[must_use]
pub fn author_page(slug: &Slug, page: u64) -> String {
    numbered(&author(slug), page)
}

/// The feed of an author as RSS 2.0.
#[must_use]
pub fn author_rss(slug: &Slug) -> String {
    format!("{}rss/", author(slug))
}

/// The posts of a month.
#[must_use]
pub fn month(year: i16, month: i8) -> String {
    format!("/archive/{year:04}/{month:02}/")
}

/// A page of the posts of a month.
#[must_use]
pub fn month_page(year: i16, month_number: i8, page: u64) -> String {
    numbered(&month(year, month_number), page)
}

/// A page of search results.
#[must_use]
pub fn search(words: &str, page: u64) -> String {
    let mut path = format!("{SEARCH}?q={}", encode(words));
    if page > 1 {
        let _ = write!(path, "&page={page}");
    }
    path
}

fn numbered(base: &str, page: u64) -> String {
    if page <= 1 { base.to_owned() } else { format!("{base}page/{page}/") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slug::SlugStyle;

    #[test]
    fn slugs_of_any_script_are_encoded() {
        let slug = Slug::from_text("東京", SlugStyle::Unicode).unwrap();
        assert_eq!(post(&slug), "/%E6%9D%B1%E4%BA%AC/");
    }

    #[test]
    fn the_first_page_has_one_address() {
        assert_eq!(home_page(1), "/");
        assert_eq!(home_page(2), "/page/2/");
        assert_eq!(search("a b&c", 2), "/search/?q=a%20b%26c&page=2");
    }
}
