//! The page for addresses that lead nowhere: what happened, and where to go from here.

use askama::Template;

use crate::domain::PostSummary;
use crate::domain::paths;
use crate::i18n::Strings;
use crate::web::assets::asset;

use super::Site;
use super::frame::Frame;
use super::meta::Meta;
use super::search::clip;
use super::story::{Language, language_of};

/// The answer to an address that leads nowhere.
#[derive(Debug, Template)]
#[template(path = "not_found.html")]
pub struct NotFoundPage<'a> {
    frame: Frame<'a>,
    title: String,
    /// What to look for: the words of the address.
    query: &'a str,
    close: Vec<Close>,
}

#[derive(Debug)]
struct Close {
    href: String,
    title: String,
    language: Option<Language>,
}

impl<'a> NotFoundPage<'a> {
    /// The page with the words of the address in the search field, and posts with close slugs.
    #[must_use]
    pub fn new(site: Site<'a>, query: &'a str, close: &[PostSummary]) -> Self {
        let strings = Strings::for_locale(&site.settings.locale);
        let title = strings.text("not-found-title");
        // The address may be a megabyte of nonsense; the front page's is a harmless canonical.
        let meta = Meta::new(site, &title, paths::HOME).unlisted();
        let link = |post: &PostSummary| Close {
            href: paths::post(&post.slug),
            title: post.title.clone(),
            language: language_of(site, post),
        };
        Self {
            frame: Frame::new(site, "", meta),
            title,
            query: clip(query),
            close: close.iter().map(link).collect(),
        }
    }
}
