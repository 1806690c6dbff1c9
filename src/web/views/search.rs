//! The search: its form, and what it found.

use askama::Template;

use crate::domain::listing::Pagination;
use crate::domain::paths;
use crate::i18n::Strings;
use crate::services::reading::SearchHit;
use crate::web::assets::asset;

use super::Site;
use super::frame::Frame;
use super::meta::Meta;
use super::pager::Pager;
use super::story::Story;

/// Characters of a query that are asked for and shown; the field takes no more.
const QUERY: usize = 200;

/// What a search found.
#[derive(Debug, Clone, Copy)]
pub struct SearchResults<'a> {
    /// The posts of this page, the best first.
    pub hits: &'a [SearchHit],
    /// Which page it is, and how many posts were found in all.
    pub pagination: Pagination,
}

/// The search page.
#[derive(Debug, Template)]
#[template(path = "search.html")]
pub struct SearchPage<'a> {
    frame: Frame<'a>,
    query: &'a str,
    /// Whether something was asked.
    asked: bool,
    /// How many were found, or that nothing was.
    outcome: String,
    stories: Vec<Story>,
    pager: Option<Pager>,
}

impl<'a> SearchPage<'a> {
    /// The page with what was found, or with the form alone where nothing was asked.
    #[must_use]
    pub fn new(site: Site<'a>, query: &'a str, results: Option<SearchResults<'_>>) -> Self {
        let strings = Strings::for_locale(&site.settings.locale);
        let query = clip(query);
        let title = match results {
            Some(_) => strings.with("search-for", &[("query", query)]),
            None => strings.text("search"),
        };
        let page = results.map_or(1, |results| results.pagination.page);
        let path = match results {
            Some(_) => paths::search(query, page),
            None => paths::SEARCH.to_owned(),
        };
        let outcome = match results {
            Some(found) if found.hits.is_empty() => {
                strings.with("search-none", &[("query", query)])
            }
            Some(found) => strings.count("search-results", found.pagination.total),
            None => String::new(),
        };
        let pager = results
            .and_then(|found| Pager::new(strings, &found.pagination, |n| paths::search(query, n)));
        let hits = results.map_or(&[][..], |found| found.hits);
        let story = |hit: &SearchHit| Story {
            snippet: hit.snippet.clone(),
            picture: None,
            ..Story::new(site, &hit.card)
        };
        let meta = Meta::new(site, &title, &path).between(site, pager.as_ref()).unlisted();
        Self {
            frame: Frame::new(site, paths::SEARCH, meta),
            query,
            asked: results.is_some(),
            outcome,
            stories: hits.iter().map(story).collect(),
            pager,
        }
    }
}

/// The words that somebody asked for, as far as they are looked at.
pub(super) fn clip(query: &str) -> &str {
    let query = query.trim();
    query.char_indices().nth(QUERY).map_or(query, |(end, _)| &query[..end])
}
