//! Indexes: what sitemaps and `llms.txt` go through.

use super::{Page, Reading};
use crate::db::{self, Result};
use crate::domain::{Author, CacheTag, PostId, PostSummary, Scope, Tag};
use crate::services::assembly;

/// How many tags and how many authors stand in an index of them.
const MAX_INDEX: u32 = 10_000;

impl Reading {
    /// How many posts readers find in the lists.
    pub async fn count_posts(&self) -> Result<Page<u64>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let content = look.count(&Scope::Site).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// Some posts, newest first, behind a number of newer ones.
    pub async fn posts(&self, skip: u64, limit: u32) -> Result<Page<Vec<PostSummary>>> {
        /// Posts that are read at once: databases limit the values of one statement.
        const BATCH: usize = 500;
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            look.seen.listing(&Scope::Site);
            // So many that one tag says it shorter.
            look.seen.tag(CacheTag::POSTS);
            let c = look.connection();
            let listed = db::listings::window(c, &Scope::Site, skip, limit).await?;
            let ids: Vec<PostId> = listed.into_iter().map(|l| l.post_id).collect();
            let mut posts = Vec::with_capacity(ids.len());
            for batch in ids.chunks(BATCH) {
                posts.extend(assembly::summaries(c, batch).await?);
            }
            Ok(Page::of(settings, posts, look))
        })
        .await
    }

    /// Published pages, by title.
    pub async fn pages(&self) -> Result<Page<Vec<PostSummary>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            look.seen.tag(CacheTag::POSTS);
            let content = db::posts::published_pages(look.connection(), MAX_INDEX).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// Public tags that have posts, by name.
    pub async fn tags(&self) -> Result<Page<Vec<Tag>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            look.seen.tag(CacheTag::TAGS);
            look.seen.tag(CacheTag::LISTINGS);
            let content = db::tags::listed(look.connection(), MAX_INDEX).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// Authors who have posts, by name.
    pub async fn authors(&self) -> Result<Page<Vec<Author>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            look.seen.tag(CacheTag::AUTHORS);
            look.seen.tag(CacheTag::LISTINGS);
            let content = db::users::listed(look.connection(), MAX_INDEX).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }
}
