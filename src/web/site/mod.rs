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
mod theme;

use askama::Template;
use axum::Router;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use http::{StatusCode, header};

use super::AppState;
use super::error::WebError;
use super::state::SiteState;
use super::views::Site;
use crate::domain::paths;
use crate::domain::{Settings, Slug};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(home::first))
        .route("/page/{page}/", get(home::numbered))
        .route("/{slug}/", get(post::show))
        .route("/p/{uuid}/", get(post::preview))
        .route("/tag/{slug}/", get(tag::first))
        .route("/tag/{slug}/page/{page}/", get(tag::numbered))
        .route("/author/{slug}/", get(author::first))
        .route("/author/{slug}/page/{page}/", get(author::numbered))
        .route("/archive/", get(archive::index))
        .route("/archive/{year}/{month}/", get(archive::first))
        .route("/archive/{year}/{month}/page/{page}/", get(archive::numbered))
        .route("/search/", get(search::show))
        .route("/theme/{file}", get(theme::show))
        .route(paths::RSS, get(feeds::rss))
        .route(paths::ATOM, get(feeds::atom))
        .route(paths::JSON_FEED, get(feeds::json))
        .route("/tag/{slug}/rss/", get(feeds::of_tag))
        .route("/author/{slug}/rss/", get(feeds::of_author))
        .route(paths::SITEMAP, get(sitemap::index))
        .route(paths::ROBOTS, get(discovery::robots))
        .route(paths::LLMS, get(discovery::llms))
        .route(paths::SECURITY, get(discovery::security))
        .route(paths::MANIFEST, get(discovery::manifest))
        .route(paths::OPENSEARCH, get(discovery::opensearch))
        .route("/favicon.ico", get(discovery::favicon))
        .route("/{file}", get(file::show))
}

/// What a handler gives: an answer, or a failure in words for the reader.
type Result<T = Response> = std::result::Result<T, WebError>;

impl SiteState {
    /// The site as a view needs to know it.
    fn site<'a>(&'a self, settings: &'a Settings, theme_url: &'a str) -> Site<'a> {
        Site { settings, base_url: &self.base_url, theme_url }
    }
}

/// Renders a view.
fn page(view: &impl Template) -> Result {
    Ok(Html(view.render()?).into_response())
}

/// The other form of an address leads to its one form, for good.
fn moved(path: &str) -> Response {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, path)]).into_response()
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
