//! The readers' pages: each handler reads, builds its view and renders it.

mod archive;
mod author;
mod discovery;
mod feeds;
mod file;
mod home;
pub(super) mod missing;
mod post;
mod search;
mod sitemap;
mod tag;
pub(super) mod theme;

use askama::Template;
use axum::Extension;
use axum::response::{Html, IntoResponse as _, Response};
use http::{StatusCode, header};

use super::AppState;
use super::edge::{Declaration, Policy, Routes};
use super::error::WebError;
use super::state::SiteState;
use super::views::Site;
use crate::domain::paths;
use crate::domain::{Settings, Slug};
use crate::services::reading::Seen;

/// The readers' pages, and what each declares.
pub(super) fn routes() -> Routes<AppState> {
    const PAGE: Declaration = Declaration::PAGE;
    Routes::default()
        .get("/", PAGE, home::first)
        .get("/page/{page}/", PAGE, home::numbered)
        .get("/{slug}/", PAGE, post::show)
        .get("/p/{uuid}/", Declaration::PRIVATE, post::preview)
        .get("/tag/{slug}/", PAGE, tag::first)
        .get("/tag/{slug}/page/{page}/", PAGE, tag::numbered)
        .get("/author/{slug}/", PAGE, author::first)
        .get("/author/{slug}/page/{page}/", PAGE, author::numbered)
        .get("/archive/", PAGE, archive::index)
        .get("/archive/{year}/{month}/", PAGE, archive::first)
        .get("/archive/{year}/{month}/page/{page}/", PAGE, archive::numbered)
        .get("/search/", PAGE.policy(Policy::SEARCH).query(&["page", "q"]), search::show)
        .get("/theme/{file}", PAGE.policy(Policy::IMMUTABLE), theme::show)
        .get(paths::RSS, PAGE, feeds::rss)
        .get(paths::ATOM, PAGE, feeds::atom)
        .get(paths::JSON_FEED, PAGE, feeds::json)
        .get("/tag/{slug}/rss/", PAGE, feeds::of_tag)
        .get("/author/{slug}/rss/", PAGE, feeds::of_author)
        .get(paths::SITEMAP, PAGE, sitemap::index)
        .get(paths::ROBOTS, PAGE, discovery::robots)
        .get(paths::LLMS, PAGE, discovery::llms)
        .get(paths::SECURITY, PAGE, discovery::security)
        .get(paths::MANIFEST, PAGE, discovery::manifest)
        .get(paths::OPENSEARCH, PAGE, discovery::opensearch)
        .get("/favicon.ico", PAGE, discovery::favicon)
        .get("/{file}", Declaration::ELSEWHERE, file::show)
}

/// What a handler gives: an answer, or a failure in words for the reader.
type Result<T = Response> = std::result::Result<T, WebError>;

impl SiteState {
    /// The site as a view needs to know it.
    fn site<'a>(&'a self, settings: &'a Settings, theme_url: &'a str) -> Site<'a> {
        Site { settings, base_url: &self.base_url, theme_url }
    }
}

/// Renders a view of what was seen.
fn page(seen: Seen, view: &impl Template) -> Result {
    Ok((Extension(seen), Html(view.render()?)).into_response())
}

/// A text of a type of its own, made from what was seen.
fn text(seen: Seen, content_type: &'static str, text: String) -> Response {
    (Extension(seen), [(header::CONTENT_TYPE, content_type)], text).into_response()
}

/// The other form of an address leads to its one form, for good.
fn moved(seen: Seen, path: &str) -> Response {
    (StatusCode::MOVED_PERMANENTLY, Extension(seen), [(header::LOCATION, path)]).into_response()
}

/// A page number as addresses have it: digits, no zero in front, not the first page.
fn page_number(text: &str) -> Option<u64> {
    let plain = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// A slug as addresses have it.
fn slug(text: &str) -> Option<Slug> {
    Slug::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_have_one_form() {
        assert_eq!(page_number("2"), Some(2));
        assert_eq!(page_number("99999999999"), Some(99_999_999_999));
        for odd in ["", "0", "02", "-1", "+2", "two", "99999999999999999999999"] {
            assert_eq!(page_number(odd), None, "{odd}");
        }
    }
}
