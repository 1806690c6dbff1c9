//! The home page, and the further pages of its list.

use axum::extract::{OriginalUri, Path};

use super::missing::missing;
use super::{Result, moved, page, page_number, theme};
use crate::domain::paths;
use crate::services::reading::Seen;
use crate::web::state::SiteState;
use crate::web::views::HomePage;

pub(super) async fn first(state: SiteState, uri: OriginalUri) -> Result {
    show(&state, &uri, 1).await
}

pub(super) async fn numbered(
    state: SiteState,
    Path(number): Path<String>,
    uri: OriginalUri,
) -> Result {
    match page_number(&number) {
        Some(1) => Ok(moved(Seen::default(), paths::HOME)),
        Some(number) => show(&state, &uri, number).await,
        None => missing(&state, &uri, Seen::default()).await,
    }
}

async fn show(state: &SiteState, uri: &OriginalUri, number: u64) -> Result {
    let read = state.reading.home(number).await?;
    let Some(list) = read.content else { return missing(state, uri, read.seen).await };
    let theme = theme::address(&read.settings);
    let site = state.site(&read.settings, &theme);
    page(read.seen, &HomePage::new(site, &list.posts, list.pagination))
}
