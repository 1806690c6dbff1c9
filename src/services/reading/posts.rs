//! One post: with what surrounds it, alone, or not yet published.

use std::collections::HashMap;

use super::look::Look;
use super::{Page, PostView, Reading};
use crate::db::listings::{self, Listed};
use crate::db::{self, Result};
use crate::domain::listing::Position;
use crate::domain::post::{FullPost, PostCard};
use crate::domain::{PostId, PostKind, Scope, Slug, Tag, Timestamp};

impl Reading {
    /// A published post or page by its slug.
    pub async fn post(&self, slug: &Slug) -> Result<Page<Option<PostView>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let Some(full) = look.published(slug).await? else {
                return Ok(Page::of(settings, None, look));
            };
            let view = match full.post.summary.kind {
                PostKind::Page => PostView::alone(full),
                PostKind::Post => surroundings(&mut look, full).await?,
            };
            Ok(Page::of(settings, Some(view), look))
        })
        .await
    }

    /// A published post or page by its slug, without what surrounds it.
    pub async fn post_alone(&self, slug: &Slug) -> Result<Page<Option<FullPost>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let content = look.published(slug).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// A post or page by its uuid, in whatever state: what writers show to each other.
    pub async fn preview(&self, uuid: &str) -> Result<Page<Option<PostView>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let c = look.connection();
            let post = match db::posts::id_by_uuid(c, uuid).await? {
                Some(id) => db::posts::by_id(c, &id).await?,
                None => None,
            };
            let content = match post {
                Some(post) => Some(PostView::alone(look.full(post).await?)),
                None => None,
            };
            Ok(Page::of(settings, content, look))
        })
        .await
    }
}

impl PostView {
    fn alone(full: FullPost) -> Self {
        Self { full, previous: None, next: None, related: Vec::new() }
    }
}

/// The neighbours of a post, and its relations.
async fn surroundings(look: &mut Look, full: FullPost) -> Result<PostView> {
    let summary = &full.post.summary;
    let Some(listed_at) = summary.published_at else { return Ok(PostView::alone(full)) };
    let here = Position { listed_at, post_id: summary.id.clone() };
    let (older, newer) = around(look, &Scope::Site, &here, 1).await?;
    let (previous, next) = (older.first(), newer.first());
    let ids: Vec<PostId> = previous.into_iter().chain(next).map(|l| l.post_id.clone()).collect();
    let mut neighbours = look.summaries(&ids).await?.into_iter();
    let previous = previous.and_then(|_| neighbours.next());
    let next = next.and_then(|_| neighbours.next());
    let related = related(look, &here, &full.tags).await?;
    Ok(PostView { full, previous, next, related })
}

/// The posts of a scope just before and just behind a place, the closest first.
async fn around(
    look: &mut Look,
    scope: &Scope,
    here: &Position,
    limit: u32,
) -> Result<(Vec<Listed>, Vec<Listed>)> {
    let c = look.connection();
    let older = listings::older(c, scope, here, limit).await?;
    let newer = listings::newer(c, scope, here, limit).await?;
    let end = |side: &[Listed]| -> Option<Timestamp> {
        side.last().filter(|_| side.len() == limit as usize).map(|listed| listed.listed_at)
    };
    look.seen.span(scope, end(&older), end(&newer));
    Ok((older, newer))
}

/// The posts that share most tags, of the posts around this one in each tag's list.
async fn related(look: &mut Look, here: &Position, tags: &[Tag]) -> Result<Vec<PostCard>> {
    const RELATED: usize = 3;
    const TAGS: usize = 5;
    const NEIGHBOURS: u32 = 8;
    let mut shared: HashMap<PostId, (usize, Timestamp)> = HashMap::new();
    for tag in tags.iter().filter(|tag| tag.is_public()).take(TAGS) {
        let scope = Scope::Tag(tag.id.clone());
        let (older, newer) = around(look, &scope, here, NEIGHBOURS).await?;
        for listed in older.into_iter().chain(newer) {
            shared.entry(listed.post_id).or_insert((0, listed.listed_at)).0 += 1;
        }
    }
    let mut best: Vec<_> = shared.into_iter().collect();
    best.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| b.cmp(a)));
    let ids: Vec<PostId> = best.into_iter().map(|(id, _)| id).take(RELATED).collect();
    look.cards(&ids).await
}
