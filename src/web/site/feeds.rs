//! The feeds of the site, of a tag and of an author.

use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use http::header;

use super::missing::missing;
use super::{Result, slug};
use crate::domain::paths;
use crate::domain::post::FullPost;
use crate::domain::{Scope, Settings};
use crate::i18n::Strings;
use crate::services::reading::Page;
use crate::web::feeds::{self, Feed};
use crate::web::state::SiteState;

/// Posts in a feed: what readers of feeds expect, and a size that they take.
const LENGTH: u32 = 15;

pub(super) async fn rss(State(state): State<SiteState>) -> Result {
    site(&state, paths::RSS, feeds::rss::CONTENT_TYPE, feeds::rss::render).await
}

pub(super) async fn atom(State(state): State<SiteState>) -> Result {
    site(&state, paths::ATOM, feeds::atom::CONTENT_TYPE, feeds::atom::render).await
}

pub(super) async fn json(State(state): State<SiteState>) -> Result {
    site(&state, paths::JSON_FEED, feeds::json_feed::CONTENT_TYPE, feeds::json_feed::render).await
}

pub(super) async fn of_tag(
    State(state): State<SiteState>,
    Path(name): Path<String>,
    uri: OriginalUri,
) -> Result {
    let Some(slug) = slug(&name) else { return missing(&state, &uri).await };
    let found = state.reading.tag_feed(&slug, LENGTH).await?;
    let Some((tag, page)) = found else { return missing(&state, &uri).await };
    let about = About {
        self_path: &paths::tag_rss(&slug),
        home_path: &paths::tag(&slug),
        title: &format!("{} – {}", tag.name, page.settings.title),
        description: tag.description.as_deref().unwrap_or_default(),
    };
    Ok(answer(&state, &page, &about, feeds::rss::CONTENT_TYPE, feeds::rss::render))
}

pub(super) async fn of_author(
    State(state): State<SiteState>,
    Path(name): Path<String>,
    uri: OriginalUri,
) -> Result {
    let Some(slug) = slug(&name) else { return missing(&state, &uri).await };
    let found = state.reading.author_feed(&slug, LENGTH).await?;
    let Some((author, page)) = found else { return missing(&state, &uri).await };
    let about = About {
        self_path: &paths::author_rss(&slug),
        home_path: &paths::author(&slug),
        title: &format!("{} – {}", author.name, page.settings.title),
        description: author.bio.as_deref().unwrap_or_default(),
    };
    Ok(answer(&state, &page, &about, feeds::rss::CONTENT_TYPE, feeds::rss::render))
}

/// What a feed is about.
struct About<'a> {
    self_path: &'a str,
    home_path: &'a str,
    title: &'a str,
    description: &'a str,
}

async fn site(
    state: &SiteState,
    self_path: &str,
    content_type: &'static str,
    render: fn(&Feed<'_>) -> String,
) -> Result {
    let page = state.reading.feed(&Scope::Site, LENGTH).await?;
    let Settings { title, description, .. } = &page.settings;
    let about = About { self_path, home_path: paths::HOME, title, description };
    Ok(answer(state, &page, &about, content_type, render))
}

fn answer(
    state: &SiteState,
    page: &Page<Vec<FullPost>>,
    about: &About<'_>,
    content_type: &'static str,
    render: fn(&Feed<'_>) -> String,
) -> axum::response::Response {
    let members_only = Strings::for_locale(&page.settings.locale).text("members-title");
    let feed = render(&Feed {
        settings: &page.settings,
        base_url: &state.base_url,
        self_path: about.self_path,
        home_path: about.home_path,
        title: about.title,
        description: about.description,
        posts: &page.content,
        updated: feeds::last_change(&page.content),
        members_only: &members_only,
    });
    ([(header::CONTENT_TYPE, content_type)], feed).into_response()
}
