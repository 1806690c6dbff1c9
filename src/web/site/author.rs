//! The posts of an author.

use axum::extract::{OriginalUri, Path};

use super::missing::missing;
use super::{Result, moved, page, page_number, slug, theme};
use crate::domain::paths;
use crate::services::reading::Seen;
use crate::web::state::SiteState;
use crate::web::views::AuthorPage;

pub(super) async fn first(state: SiteState, Path(name): Path<String>, uri: OriginalUri) -> Result {
    show(&state, &uri, &name, 1).await
}

pub(super) async fn numbered(
    state: SiteState,
    Path((name, number)): Path<(String, String)>,
    uri: OriginalUri,
) -> Result {
    match (page_number(&number), slug(&name)) {
        (Some(1), Some(slug)) => Ok(moved(Seen::default(), &paths::author(&slug))),
        (Some(number), _) => show(&state, &uri, &name, number).await,
        _ => missing(&state, &uri, Seen::default()).await,
    }
}

async fn show(state: &SiteState, uri: &OriginalUri, name: &str, number: u64) -> Result {
    let Some(slug) = slug(name) else { return missing(state, uri, Seen::default()).await };
    let read = state.reading.author(&slug, number).await?;
    let Some(found) = read.content else { return missing(state, uri, read.seen).await };
    let theme = theme::address(&read.settings);
    let (site, list) = (state.site(&read.settings, &theme), &found.list);
    page(
        read.seen,
        &AuthorPage::new(
            site,
            &found.subject,
            found.picture.as_ref(),
            &list.posts,
            list.pagination,
        ),
    )
}
