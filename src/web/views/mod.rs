//! Readers' pages: what each template shows, in the words and the order of the site.
//!
//! A page is a struct beside its template of the same name. Its `new` takes domain values and does
//! all the thinking (addresses, dates, words, metadata), so that a handler fetches, calls `new` and
//! renders, and a template only lays out. A view reads no clock and asks nobody anything: the same
//! values make the same bytes on every instance.
//!
//! Parts that several pages share (a story in a list, a picture, the pager) are templates too; they
//! are marked as safe HTML, so that a page prints them as they are.

mod archive;
mod author;
mod byline;
mod colour;
mod contents;
mod error;
mod frame;
mod home;
mod json_ld;
mod meta;
mod month;
mod not_found;
mod page;
mod pager;
mod picture;
mod post;
mod reference;
mod search;
mod social_link;
mod story;
mod tag;
mod theme;
mod urls;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

pub use archive::ArchivePage;
pub use author::AuthorPage;
pub use error::ErrorPage;
pub use home::HomePage;
pub use month::MonthPage;
pub use not_found::NotFoundPage;
pub use page::StaticPage;
pub use post::{PostContext, PostPage};
pub use reference::ReferencePage;
pub use search::{SearchPage, SearchResults};
pub use tag::TagPage;
pub use theme::{INK, PAPER, theme_css};

use crate::domain::Settings;

/// The site that a page belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// What its owner decided.
    pub settings: &'a Settings,
    /// Its address without a slash at the end: `https://example.org`.
    pub base_url: &'a str,
    /// The address of the stylesheet that [`theme_css`] writes.
    pub theme_url: &'a str,
}
