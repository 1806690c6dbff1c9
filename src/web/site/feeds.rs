//! The feeds of the site, of a tag and of an author.

use axum::extract::{OriginalUri, Path};

use super::missing::missing;
use super::{Result, slug, text};
use crate::domain::Settings;
use crate::domain::paths;
use crate::domain::post::FullPost;
use crate::i18n::Strings;
use crate::services::reading::Seen;
use crate::web::feeds::{self, Feed};
use crate::web::state::SiteState;

/// Posts in a feed: what readers of feeds expect, and a size that they take.
const LENGTH: u32 = 15;

pub(super) async fn rss(state: SiteState) -> Result {
    site(&state, paths::RSS, feeds::rss::CONTENT_TYPE, feeds::rss::render).await
}

pub(super) async fn atom(state: SiteState) -> Result {
    site(&state, paths::ATOM, feeds::atom::CONTENT_TYPE, feeds::atom::render).await
}

pub(super) async fn json(state: SiteState) -> Result {
    site(&state, paths::JSON_FEED, feeds::json_feed::CONTENT_TYPE, feeds::json_feed::render).await
}

pub(super) async fn of_tag(state: SiteState, Path(name): Path<String>, uri: OriginalUri) -> Result {
    let Some(slug) = slug(&name) else { return missing(&state, &uri, Seen::default()).await };
    let read = state.reading.tag_feed(&slug, LENGTH).await?;
    let Some(found) = read.content else { return missing(&state, &uri, read.seen).await };
    let tag = found.subject;
    let about = About {
        self_path: &paths::tag_rss(&slug),
        home_path: &paths::tag(&slug),
        title: &format!("{} – {}", tag.name, read.settings.title),
        description: tag.description.as_deref().unwrap_or_default(),
    };
    let feed = render(&state, &read.settings, &found.posts, &about, feeds::rss::render);
    Ok(text(read.seen, feeds::rss::CONTENT_TYPE, feed))
}

pub(super) async fn of_author(
    state: SiteState,
    Path(name): Path<String>,
    uri: OriginalUri,
) -> Result {
    let Some(slug) = slug(&name) else { return missing(&state, &uri, Seen::default()).await };
    let read = state.reading.author_feed(&slug, LENGTH).await?;
    let Some(found) = read.content else { return missing(&state, &uri, read.seen).await };
    let author = found.subject;
    let about = About {
        self_path: &paths::author_rss(&slug),
        home_path: &paths::author(&slug),
        title: &format!("{} – {}", author.name, read.settings.title),
        description: author.bio.as_deref().unwrap_or_default(),
    };
    let feed = render(&state, &read.settings, &found.posts, &about, feeds::rss::render);
    Ok(text(read.seen, feeds::rss::CONTENT_TYPE, feed))
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
    format: fn(&Feed<'_>) -> String,
) -> Result {
    let read = state.reading.feed(LENGTH).await?;
    let Settings { title, description, .. } = &read.settings;
    let about = About { self_path, home_path: paths::HOME, title, description };
    let feed = render(state, &read.settings, &read.content, &about, format);
    Ok(text(read.seen, content_type, feed))
}

fn render(
    state: &SiteState,
    settings: &Settings,
    posts: &[FullPost],
    about: &About<'_>,
    format: fn(&Feed<'_>) -> String,
) -> String {
    let members_only = Strings::for_locale(&settings.locale).text("members-title");
    format(&Feed {
        settings,
        base_url: &state.base_url,
        self_path: about.self_path,
        home_path: about.home_path,
        title: about.title,
        description: about.description,
        posts,
        updated: feeds::last_change(posts),
        members_only: &members_only,
    })
}
