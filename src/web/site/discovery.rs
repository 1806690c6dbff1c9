//! Files that machines look for at known addresses.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use http::Uri;

use super::missing::missing;
use super::{Result, moved, text};
use crate::clock::Clock;
use crate::i18n::{Direction, Strings};
use crate::services::reading::Seen;
use crate::web::assets::asset;
use crate::web::discovery::manifest::{self, Appearance, Icon};
use crate::web::discovery::{llms, markdown_alternate, opensearch, robots, security};
use crate::web::state::SiteState;
use crate::web::views;

/// Posts that `llms.txt` names: the newest.
const LLMS_POSTS: u32 = 100;

pub(super) async fn robots(state: SiteState) -> Result {
    // It is made from the configuration; a look at the settings tells at which moment.
    let read = state.reading.settings().await?;
    Ok(text(read.seen, robots::CONTENT_TYPE, robots::render(&state.base_url)))
}

pub(super) async fn llms(state: SiteState) -> Result {
    let posts = state.reading.posts(0, LLMS_POSTS).await?;
    let pages = state.reading.pages().await?;
    let mut seen = posts.seen;
    seen.join(&pages.seen);
    let file = llms::render(&posts.settings, &state.base_url, &posts.content, &pages.content);
    Ok(text(seen, llms::CONTENT_TYPE, file))
}

pub(super) async fn security(
    state: SiteState,
    State(clock): State<Arc<dyn Clock>>,
    uri: OriginalUri,
) -> Result {
    let read = state.reading.settings().await?;
    match security::render(&read.settings, &state.base_url, clock.now()) {
        Some(file) => Ok(text(read.seen, security::CONTENT_TYPE, file)),
        None => missing(&state, &uri, read.seen).await,
    }
}

pub(super) async fn manifest(state: SiteState) -> Result {
    let read = state.reading.settings().await?;
    let settings = &read.settings;
    let icon = match &settings.icon {
        Some(src) => {
            let media_type = mime_guess::from_path(src).first_or_octet_stream().to_string();
            Icon { src: src.clone(), sizes: "any".to_owned(), media_type }
        }
        None => Icon {
            src: asset!("favicon.svg").to_owned(),
            sizes: "any".to_owned(),
            media_type: "image/svg+xml".to_owned(),
        },
    };
    let direction = Direction::of(&settings.locale).to_string();
    let manifest = manifest::render(
        settings,
        &Appearance {
            icons: &[icon],
            theme_color: views::PAPER,
            background_color: views::PAPER,
            direction: &direction,
        },
    );
    Ok(text(read.seen, manifest::CONTENT_TYPE, manifest))
}

pub(super) async fn opensearch(state: SiteState) -> Result {
    let read = state.reading.settings().await?;
    let file = opensearch::render(&read.settings, &state.base_url);
    Ok(text(read.seen, opensearch::CONTENT_TYPE, file))
}

/// Browsers ask for this whatever the pages say.
pub(super) async fn favicon(state: SiteState) -> Result {
    let read = state.reading.settings().await?;
    Ok(moved(read.seen, read.settings.icon.as_deref().unwrap_or(asset!("favicon.svg"))))
}

/// The Markdown of a published post.
pub(super) async fn markdown(state: &SiteState, name: &str, uri: &Uri) -> Result {
    let Some(slug) = super::slug(name) else { return missing(state, uri, Seen::default()).await };
    let page = state.reading.post_alone(&slug).await?;
    let Some(full) = page.content else { return missing(state, uri, page.seen).await };
    let members_only = Strings::for_locale(&page.settings.locale).text("members-title");
    let source = markdown_alternate::render(&full, &state.base_url, &members_only);
    Ok(text(page.seen, markdown_alternate::CONTENT_TYPE, source))
}
