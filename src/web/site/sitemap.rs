//! The sitemap: an index, and its parts.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{Uri, header};

use super::Result;
use super::missing::missing;
use crate::web::discovery::sitemap::{self, Entry, Part, Section};
use crate::web::state::SiteState;

pub(super) async fn index(State(state): State<SiteState>) -> Result {
    let mut parts = Vec::new();
    for section in Section::ALL {
        let rows = count(&state, section).await?;
        parts.extend(section.parts(rows).map(|part| (part, None)));
    }
    Ok(xml(sitemap::index(&state.base_url, &parts)))
}

/// One part, if `path` names one that is there.
pub(super) async fn part(state: &SiteState, uri: &Uri) -> Result {
    let Some(part) = Part::from_path(uri.path()) else { return missing(state, uri).await };
    let mut entries = rows(state, part).await?;
    if part.holds_home() {
        let newest = state.reading.posts(0, 1).await?;
        entries.insert(0, Entry::home(newest.first().map(|post| post.updated_at)));
    }
    if entries.is_empty() {
        return missing(state, uri).await;
    }
    Ok(xml(sitemap::urlset(&state.base_url, &entries)))
}

async fn count(state: &SiteState, section: Section) -> Result<u64> {
    let reading = &state.reading;
    Ok(match section {
        Section::Posts => reading.count_posts().await?,
        Section::Pages => reading.pages().await?.len() as u64,
        Section::Tags => reading.tags().await?.len() as u64,
        Section::Authors => reading.authors().await?.len() as u64,
    })
}

async fn rows(state: &SiteState, part: Part) -> Result<Vec<Entry>> {
    let (skip, limit) = part.rows();
    let reading = &state.reading;
    Ok(match part.section() {
        Section::Posts => {
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            reading.posts(skip, limit).await?.iter().map(Entry::from).collect()
        }
        Section::Pages => window(&reading.pages().await?, skip, limit),
        Section::Tags => window(&reading.tags().await?, skip, limit),
        Section::Authors => window(&reading.authors().await?, skip, limit),
    })
}

/// The entries of some things, behind a number of others.
fn window<'a, T>(things: &'a [T], skip: u64, limit: u64) -> Vec<Entry>
where
    Entry: From<&'a T>,
{
    let rows = |number| usize::try_from(number).unwrap_or(usize::MAX);
    things.iter().skip(rows(skip)).take(rows(limit)).map(Entry::from).collect()
}

fn xml(text: String) -> Response {
    ([(header::CONTENT_TYPE, sitemap::CONTENT_TYPE)], text).into_response()
}
