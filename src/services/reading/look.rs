//! One look at the site: a snapshot of the database, and what was seen in it so far.

use super::Seen;
use crate::db::listings::Listed;
use crate::db::{self, Connection, Database, Result, Snapshot};
use crate::domain::post::{FullPost, PostCard};
use crate::domain::{
    Author, CacheTag, Post, PostId, PostKind, PostSummary, Scope, Settings, Slug, Status, Tag,
};
use crate::services::{assembly, settings};

/// Reads parts of a page, and notes each.
#[derive(Debug)]
pub(super) struct Look {
    snapshot: Snapshot,
    /// What was seen so far.
    pub(super) seen: Seen,
}

impl Look {
    pub(super) async fn take(db: &Database) -> Result<Self> {
        let snapshot = db.read().await?;
        let mut seen = Seen::default();
        seen.at(snapshot.as_of());
        Ok(Self { snapshot, seen })
    }

    /// The snapshot, for a query whose tags the caller notes.
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.snapshot
    }

    pub(super) async fn settings(&mut self) -> Result<Settings> {
        self.seen.tag(CacheTag::SITE);
        settings::load(&mut self.snapshot).await
    }

    /// How many posts a scope lists.
    pub(super) async fn count(&mut self, scope: &Scope) -> Result<u64> {
        self.seen.listing(scope);
        db::listings::count(&mut self.snapshot, scope).await
    }

    /// Cards in the order of the ids.
    pub(super) async fn cards(&mut self, ids: &[PostId]) -> Result<Vec<PostCard>> {
        self.seen.extend(ids.iter().map(CacheTag::post));
        let cards = assembly::cards(&mut self.snapshot, ids).await?;
        for card in &cards {
            self.seen.card(card);
        }
        Ok(cards)
    }

    pub(super) async fn cards_of(&mut self, listed: Vec<Listed>) -> Result<Vec<PostCard>> {
        let ids: Vec<PostId> = listed.into_iter().map(|l| l.post_id).collect();
        self.cards(&ids).await
    }

    /// Posts in the order of the ids.
    pub(super) async fn summaries(&mut self, ids: &[PostId]) -> Result<Vec<PostSummary>> {
        self.seen.extend(ids.iter().map(CacheTag::post));
        assembly::summaries(&mut self.snapshot, ids).await
    }

    /// The published post or page with a slug.
    pub(super) async fn published(&mut self, slug: &Slug) -> Result<Option<FullPost>> {
        self.seen.tag(CacheTag::slug(slug));
        for kind in [PostKind::Post, PostKind::Page] {
            let post = db::posts::by_slug(&mut self.snapshot, kind, slug).await?;
            if let Some(post) = post.filter(|p| p.summary.status == Status::Published) {
                return self.full(post).await.map(Some);
            }
        }
        Ok(None)
    }

    /// A post with its tags, authors and picture.
    pub(super) async fn full(&mut self, post: Post) -> Result<FullPost> {
        let full = assembly::full(&mut self.snapshot, post).await?;
        self.seen.full(&full);
        Ok(full)
    }

    /// The public content tag with a slug.
    pub(super) async fn tag(&mut self, slug: &Slug) -> Result<Option<Tag>> {
        self.seen.tag(CacheTag::tag_slug(slug));
        let tag = db::tags::by_slug(&mut self.snapshot, slug).await?.filter(Tag::is_public);
        if let Some(tag) = &tag {
            self.seen.tag(CacheTag::tag(&tag.id));
        }
        Ok(tag)
    }

    /// The author with a slug.
    pub(super) async fn author(&mut self, slug: &Slug) -> Result<Option<Author>> {
        self.seen.tag(CacheTag::author_slug(slug));
        let author = db::users::by_slug(&mut self.snapshot, slug).await?;
        if let Some(author) = &author {
            self.seen.tag(CacheTag::author(&author.id));
        }
        Ok(author)
    }
}
