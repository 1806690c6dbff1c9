//! A post as readers would see it, for whoever writes it.

use axum::extract::{Path, State};

use super::post_id;
use crate::domain::PostKind;
use crate::services::editing::{AtDesk, Editing};
use crate::web::desk::{Result, page};
use crate::web::session::SignedIn;
use crate::web::site::theme;
use crate::web::state::SiteState;
use crate::web::views::{PostContext, PostPage, Site, StaticPage};

/// `GET /desk/posts/{id}/preview/`
pub(super) async fn show(
    State(editing): State<Editing>,
    site: SiteState,
    writer: SignedIn,
    Path(id): Path<String>,
) -> Result {
    render(&site, &editing.open(&writer.user, &post_id(&id)?).await?)
}

/// The page of a post, with a line that says that readers do not see it so.
pub(super) fn render(state: &SiteState, at: &AtDesk) -> Result {
    let AtDesk { settings, full, .. } = at;
    let theme_url = theme::address(settings);
    let site = Site { settings, base_url: &state.base_url, theme_url: &theme_url };
    match full.post.summary.kind {
        PostKind::Page => page(&StaticPage::new(site, full, false).as_preview()),
        PostKind::Post => page(&PostPage::new(site, full, PostContext::default()).as_preview()),
    }
}
