//! Names on the top level that are no folder: parts of the sitemap, the Markdown of a post.
//!
//! They share one route, because a route can not have a fixed end behind a name.

use axum::extract::{OriginalUri, Path};

use super::missing::missing;
use super::{Result, discovery, sitemap};
use crate::services::reading::Seen;
use crate::web::state::SiteState;

pub(super) async fn show(state: SiteState, Path(name): Path<String>, uri: OriginalUri) -> Result {
    if let Some(slug) = name.strip_suffix(".md") {
        return discovery::markdown(&state, slug, &uri).await;
    }
    if name.starts_with("sitemap-") {
        return sitemap::part(&state, &uri).await;
    }
    missing(&state, &uri, Seen::default()).await
}
