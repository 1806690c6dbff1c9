//! One look at the site: a snapshot of the database, and what was seen in it so far.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::Seen;
use super::parts::{AuthorPart, CardPart, CountPart, Part, PostPart, SettingsPart, TagPart};
use crate::cache::{Cache, Class, Entry, Found, Lifetime};
use crate::clock::{Clock, Timestamp};
use crate::content_clock::{Provenance, Standing, TagSet};
use crate::db::listings::Listed;
use crate::db::{self, Connection, Result, Snapshot};
use crate::domain::post::{FullPost, PostCard};
use crate::domain::{
    Author, CacheTag, Post, PostId, PostKind, PostSummary, Scope, Settings, Slug, Status, Tag,
};
use crate::services::{assembly, settings};

/// How long a part is used that nothing changes: the content clock ends it otherwise.
const LIFETIME: Duration = Duration::from_hours(24);

/// Reads parts of a page, and notes each.
#[derive(Debug)]
pub(super) struct Look {
    snapshot: Snapshot,
    taken_at: Timestamp,
    cache: Cache,
    clock: Arc<dyn Clock>,
    /// What was seen so far.
    pub(super) seen: Seen,
}

impl Look {
    pub(super) fn at(snapshot: Snapshot, cache: Cache, clock: Arc<dyn Clock>) -> Self {
        let mut seen = Seen::default();
        seen.at(snapshot.as_of());
        let taken_at = clock.now();
        Self { snapshot, taken_at, cache, clock, seen }
    }

    /// The snapshot, for a query whose tags the caller notes.
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.snapshot
    }

    /// When the look was taken.
    pub(super) const fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    pub(super) async fn settings(&mut self) -> Result<Settings> {
        if let Some(settings) = self.find::<SettingsPart, _>("").await {
            return Ok(settings);
        }
        let settings = settings::load(&mut self.snapshot).await?;
        self.keep::<SettingsPart, _>("", settings, vec![CacheTag::SITE]).await
    }

    /// How many posts a scope lists.
    pub(super) async fn count(&mut self, scope: &Scope) -> Result<u64> {
        let key = scope.to_string();
        if let Some(count) = self.find::<CountPart, _>(&key).await {
            return Ok(count);
        }
        let count = db::listings::count(&mut self.snapshot, scope).await?;
        self.keep::<CountPart, _>(&key, count, vec![CacheTag::listing(scope)]).await
    }

    /// Cards in the order of the ids.
    pub(super) async fn cards(&mut self, ids: &[PostId]) -> Result<Vec<PostCard>> {
        let mut cards = HashMap::with_capacity(ids.len());
        for id in ids {
            if let Some(card) = self.find::<CardPart, _>(id.as_str()).await {
                cards.insert(id, card);
            }
        }
        let unknown: Vec<PostId> =
            ids.iter().filter(|id| !cards.contains_key(id)).cloned().collect();
        // The tags of those that are not there any more.
        self.seen.extend(unknown.iter().map(CacheTag::post));
        for card in assembly::cards(&mut self.snapshot, &unknown).await? {
            let Some(id) = ids.iter().find(|id| **id == card.post.id) else { continue };
            let tags = Seen::of_card(&card);
            cards.insert(id, self.keep::<CardPart, _>(id.as_str(), card, tags).await?);
        }
        Ok(ids.iter().filter_map(|id| cards.remove(id)).collect())
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
        if let Some(post) = self.find::<PostPart, _>(slug.as_str()).await {
            return Ok(post);
        }
        let mut tags = vec![CacheTag::slug(slug)];
        let mut found = None;
        for kind in [PostKind::Post, PostKind::Page] {
            let post = db::posts::by_slug(&mut self.snapshot, kind, slug).await?;
            if let Some(post) = post.filter(|p| p.summary.status == Status::Published) {
                let full = assembly::full(&mut self.snapshot, post).await?;
                tags.extend(Seen::of_full(&full));
                found = Some(full);
                break;
            }
        }
        self.keep::<PostPart, _>(slug.as_str(), found, tags).await
    }

    /// A post with its tags, authors and picture.
    pub(super) async fn full(&mut self, post: Post) -> Result<FullPost> {
        let full = assembly::full(&mut self.snapshot, post).await?;
        self.seen.extend(Seen::of_full(&full));
        Ok(full)
    }

    /// The public content tag with a slug.
    pub(super) async fn tag(&mut self, slug: &Slug) -> Result<Option<Tag>> {
        if let Some(tag) = self.find::<TagPart, _>(slug.as_str()).await {
            return Ok(tag);
        }
        let tag = db::tags::by_slug(&mut self.snapshot, slug).await?.filter(Tag::is_public);
        let mut tags = vec![CacheTag::tag_slug(slug)];
        tags.extend(tag.iter().map(|tag| CacheTag::tag(&tag.id)));
        self.keep::<TagPart, _>(slug.as_str(), tag, tags).await
    }

    /// The author with a slug.
    pub(super) async fn author(&mut self, slug: &Slug) -> Result<Option<Author>> {
        if let Some(author) = self.find::<AuthorPart, _>(slug.as_str()).await {
            return Ok(author);
        }
        let author = db::users::by_slug(&mut self.snapshot, slug).await?;
        let mut tags = vec![CacheTag::author_slug(slug)];
        tags.extend(author.iter().map(|author| CacheTag::author(&author.id)));
        self.keep::<AuthorPart, _>(slug.as_str(), author, tags).await
    }

    /// A part that the data cache has, if it is what this snapshot would give.
    async fn find<C, T>(&mut self, key: &str) -> Option<T>
    where
        C: Class<Value = Part<T>>,
        T: Clone + Send + Sync + 'static,
    {
        let found = self.cache.find::<C>(key).await.filter(|found| self.is_of_now(found))?;
        let part = &found.entry.value;
        self.seen.extend(part.tags.iter().cloned());
        Some(part.value.clone())
    }

    /// Whether a part is what this snapshot would give, so that all parts of a page are of one
    /// moment: it shows the content of its own moment and no more, as this snapshot does; that moment
    /// is no later; and nothing that concerns it has changed up to here. An instance whose watermark is
    /// behind its snapshot cannot know the last.
    fn is_of_now<V>(&self, found: &Found<V>) -> bool {
        let (entry, here) = (&found.entry, self.snapshot.as_of());
        let Standing::Valid(at) = found.standing else { return false };
        self.snapshot.is_exact()
            && at.covers(here)
            && here.covers(entry.provenance.as_of)
            && entry.age(self.taken_at) < entry.lifetime.fresh
    }

    /// Notes a part, and gives it to the data cache. What this snapshot shows beyond its moment is of no
    /// moment that another could know, so then the part is kept by nobody.
    async fn keep<C, T>(&mut self, key: &str, value: T, tags: Vec<CacheTag>) -> Result<T>
    where
        C: Class<Value = Part<T>>,
        T: Clone + Send + Sync + 'static,
    {
        self.seen.extend(tags.iter().cloned());
        if !self.snapshot.is_exact() {
            return Ok(value);
        }
        let tag_set = TagSet::of(tags.iter().map(CacheTag::as_str));
        let stored_at = self.clock.now();
        let entry = Entry {
            value: Part { value: value.clone(), tags },
            provenance: Provenance::new(self.snapshot.as_of(), tag_set),
            stored_at,
            lifetime: Lifetime::fresh_for(LIFETIME),
            cost: stored_at.since(self.taken_at),
        };
        self.cache.keep::<C>(key, entry).await;
        Ok(value)
    }
}
