//! A post or a page; published ones by their slug, any by its uuid as a preview.

use axum::extract::{OriginalUri, Path};

use super::missing::missing;
use super::{Result, page, slug, theme};
use crate::domain::paths;
use crate::domain::{PostKind, Visibility};
use crate::services::reading::{PostView, Seen};
use crate::web::state::SiteState;
use crate::web::views::{PostContext, PostPage, Site, StaticPage};

pub(super) async fn show(state: SiteState, Path(name): Path<String>, uri: OriginalUri) -> Result {
    let Some(slug) = slug(&name) else { return missing(&state, &uri, Seen::default()).await };
    let read = state.reading.post(&slug).await?;
    let Some(view) = read.content else { return missing(&state, &uri, read.seen).await };
    let theme = theme::address(&read.settings);
    render(read.seen, state.site(&read.settings, &theme), &view)
}

/// What is not published yet, for those who were given its address: never stored, never indexed.
pub(super) async fn preview(
    state: SiteState,
    Path(uuid): Path<String>,
    uri: OriginalUri,
) -> Result {
    // Whoever looks at it may have written it just now.
    let read = state.reading.of_primary().preview(&uuid).await?;
    let Some(view) = read.content else { return missing(&state, &uri, read.seen).await };
    let summary = &view.full.post.summary;
    if summary.status == crate::domain::Status::Published {
        return Ok(super::moved(read.seen, &paths::post(&summary.slug)));
    }
    let theme = theme::address(&read.settings);
    render(read.seen, state.site(&read.settings, &theme), &view)
}

fn render(seen: Seen, site: Site<'_>, view: &PostView) -> Result {
    let full = &view.full;
    let closed = full.post.summary.visibility == Visibility::Members;
    match full.post.summary.kind {
        PostKind::Page => page(seen, &StaticPage::new(site, full, closed)),
        PostKind::Post => page(
            seen,
            &PostPage::new(
                site,
                full,
                PostContext {
                    previous: view.previous.as_ref(),
                    next: view.next.as_ref(),
                    related: &view.related,
                    closed,
                },
            ),
        ),
    }
}
