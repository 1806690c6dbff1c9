//! The archive: all months, and the posts of one.

use axum::extract::{OriginalUri, Path};

use super::missing::missing;
use super::{Result, moved, page, page_number, theme};
use crate::domain::listing::Month;
use crate::domain::paths;
use crate::services::reading::Seen;
use crate::web::state::SiteState;
use crate::web::views::{ArchivePage, MonthPage};

pub(super) async fn index(state: SiteState) -> Result {
    let read = state.reading.archive().await?;
    let theme = theme::address(&read.settings);
    page(read.seen, &ArchivePage::new(state.site(&read.settings, &theme), &read.content))
}

pub(super) async fn first(
    state: SiteState,
    Path((year, number)): Path<(String, String)>,
    uri: OriginalUri,
) -> Result {
    match month(&year, &number) {
        Some(month) => show(&state, &uri, month, 1).await,
        None => missing(&state, &uri, Seen::default()).await,
    }
}

pub(super) async fn numbered(
    state: SiteState,
    Path((year, number, page)): Path<(String, String, String)>,
    uri: OriginalUri,
) -> Result {
    match (page_number(&page), month(&year, &number)) {
        (Some(1), Some(month)) => {
            Ok(moved(Seen::default(), &paths::month(month.year, month.month)))
        }
        (Some(page), Some(month)) => show(&state, &uri, month, page).await,
        _ => missing(&state, &uri, Seen::default()).await,
    }
}

async fn show(state: &SiteState, uri: &OriginalUri, month: Month, number: u64) -> Result {
    let read = state.reading.month(month, number).await?;
    let Some(list) = read.content else { return missing(state, uri, read.seen).await };
    let theme = theme::address(&read.settings);
    let site = state.site(&read.settings, &theme);
    page(read.seen, &MonthPage::new(site, month, &list.posts, list.pagination))
}

/// A month as addresses have it: `2026`, `04`.
fn month(year: &str, number: &str) -> Option<Month> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || number.len() != 2 || !digits(year) || !digits(number) {
        return None;
    }
    Month::new(year.parse().ok()?, number.parse().ok()?)
}
