//! The sitemap: an index, and its parts.

use http::Uri;

use super::missing::missing;
use super::{Result, text};
use crate::services::reading::{Page, Seen};
use crate::web::discovery::sitemap::{self, Entry, Part, Section};
use crate::web::state::SiteState;

pub(super) async fn index(state: SiteState) -> Result {
    let (mut seen, mut parts) = (Seen::default(), Vec::new());
    for section in Section::ALL {
        let rows = count(&state, section, &mut seen).await?;
        parts.extend(section.parts(rows).map(|part| (part, None)));
    }
    Ok(text(seen, sitemap::CONTENT_TYPE, sitemap::index(&state.base_url, &parts)))
}

/// One part, if `path` names one that is there.
pub(super) async fn part(state: &SiteState, uri: &Uri) -> Result {
    let mut seen = Seen::default();
    let Some(part) = Part::from_path(uri.path()) else { return missing(state, uri, seen).await };
    let mut entries = rows(state, part, &mut seen).await?;
    if part.holds_home() {
        let newest = content(state.reading.posts(0, 1).await?, &mut seen);
        entries.insert(0, Entry::home(newest.first().map(|post| post.updated_at)));
    }
    if entries.is_empty() {
        return missing(state, uri, seen).await;
    }
    Ok(text(seen, sitemap::CONTENT_TYPE, sitemap::urlset(&state.base_url, &entries)))
}

async fn count(state: &SiteState, section: Section, seen: &mut Seen) -> Result<u64> {
    let reading = &state.reading;
    Ok(match section {
        Section::Posts => content(reading.count_posts().await?, seen),
        Section::Pages => content(reading.pages().await?, seen).len() as u64,
        Section::Tags => content(reading.tags().await?, seen).len() as u64,
        Section::Authors => content(reading.authors().await?, seen).len() as u64,
    })
}

async fn rows(state: &SiteState, part: Part, seen: &mut Seen) -> Result<Vec<Entry>> {
    let (skip, limit) = part.rows();
    let reading = &state.reading;
    Ok(match part.section() {
        Section::Posts => {
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            let posts = content(reading.posts(skip, limit).await?, seen);
            posts.iter().map(Entry::from).collect()
        }
        Section::Pages => window(&content(reading.pages().await?, seen), skip, limit),
        Section::Tags => window(&content(reading.tags().await?, seen), skip, limit),
        Section::Authors => window(&content(reading.authors().await?, seen), skip, limit),
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

/// What was read, once it is noted.
fn content<T>(read: Page<T>, seen: &mut Seen) -> T {
    seen.join(&read.seen);
    read.content
}
