//! Searches, and what comes close to an address that leads nowhere.

use std::collections::HashMap;

use super::{Page, Reading, SearchHit, SearchResults};
use crate::db::search::{Match, Term};
use crate::db::{self, Result};
use crate::domain::listing::Pagination;
use crate::domain::{CacheTag, PostId, PostSummary};
use crate::text;

/// How many results a page of a search shows.
const RESULTS_PER_PAGE: u32 = 10;
/// The last page of a search; beyond it nobody finds what they look for.
const MAX_SEARCH_PAGE: u64 = 50;

impl Reading {
    /// Searches posts and pages; `None` for words that name nothing, or a page beyond the last.
    pub async fn search(&self, words: &str, page: u64) -> Result<Page<Option<SearchResults>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let query = text::search::Query::parse(words, &settings.locale);
            let Some(query) = query.filter(|_| (1..=MAX_SEARCH_PAGE).contains(&page)) else {
                return Ok(Page::of(settings, None, look));
            };
            let skip = u32::try_from(page - 1).unwrap_or(u32::MAX).saturating_mul(RESULTS_PER_PAGE);
            // What is in the index, and which of it is published.
            look.seen.tag(CacheTag::SEARCH);
            look.seen.tag(CacheTag::POSTS);
            let c = look.connection();
            let found =
                db::search::find(c, &terms(&query), Match::All, RESULTS_PER_PAGE, skip).await?;
            let total = found.first().map_or(0, |f| f.total.unsigned_abs());
            if total == 0 && page > 1 {
                return Ok(Page::of(settings, None, look));
            }
            let total = total.min(MAX_SEARCH_PAGE * u64::from(RESULTS_PER_PAGE));
            let ids: Vec<PostId> = found.into_iter().map(|f| f.post_id).collect();
            let mut texts: HashMap<PostId, String> =
                db::posts::open_texts(c, &ids).await?.into_iter().collect();
            let hits = look.cards(&ids).await?.into_iter().map(|card| {
                let locale = card.post.locale.as_deref().unwrap_or(&settings.locale);
                let body = texts.remove(&card.post.id).unwrap_or_default();
                SearchHit { snippet: text::search::snippet(&body, &query, locale), card }
            });
            let hits = hits.collect();
            let pagination = Pagination { page, per_page: RESULTS_PER_PAGE, total };
            Ok(Page::of(settings, Some(SearchResults { hits, pagination }), look))
        })
        .await
    }

    /// Posts and pages that the words of an address which leads nowhere may have meant.
    pub async fn close_to(&self, words: &str) -> Result<Page<Vec<PostSummary>>> {
        const LIMIT: u32 = 5;
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let Some(query) = text::search::Query::parse(words, &settings.locale) else {
                return Ok(Page::of(settings, Vec::new(), look));
            };
            look.seen.tag(CacheTag::SEARCH);
            look.seen.tag(CacheTag::POSTS);
            let terms = terms(&query);
            let found = db::search::find(look.connection(), &terms, Match::Any, LIMIT, 0).await?;
            let ids: Vec<PostId> = found.into_iter().map(|f| f.post_id).collect();
            let content = look.summaries(&ids).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }
}

fn terms(query: &text::search::Query) -> Vec<Term<'_>> {
    query.terms.iter().map(|t| Term { text: &t.text, prefix: t.prefix }).collect()
}
