//! The search page: a form, and what was found.

use axum::extract::{OriginalUri, Query};
use serde::Deserialize;

use super::missing::missing;
use super::{Result, page, page_number, theme};
use crate::services::reading::Seen;
use crate::web::state::SiteState;
use crate::web::views::{SearchPage, SearchResults};

/// The longest query that is shown again; what is longer is cut.
const MAX_QUERY: usize = 200;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    page: Option<String>,
}

pub(super) async fn show(
    state: SiteState,
    asked: std::result::Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    uri: OriginalUri,
) -> Result {
    // What is no query at all is a search for nothing.
    let Asked { q, page: number } = asked.map_or(Asked { q: String::new(), page: None }, |q| q.0);
    let words: String = q.chars().take(MAX_QUERY).collect();
    let words = words.trim();
    let number = match number.as_deref().map(page_number) {
        None => 1,
        Some(Some(number)) => number,
        Some(None) => return missing(&state, &uri, Seen::default()).await,
    };
    let read = state.reading.search(words, number).await?;
    if read.content.is_none() && number > 1 {
        return missing(&state, &uri, read.seen).await;
    }
    let theme = theme::address(&read.settings);
    let results = read
        .content
        .as_ref()
        .map(|found| SearchResults { hits: &found.hits, pagination: found.pagination });
    page(read.seen, &SearchPage::new(state.site(&read.settings, &theme), words, results))
}
