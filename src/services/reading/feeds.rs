//! Feeds: the newest posts of a scope with their texts.

use super::look::Look;
use super::{Page, Reading, Seen};
use crate::db::{self, Result};
use crate::domain::post::FullPost;
use crate::domain::{Author, Scope, Settings, Slug, Tag};
use crate::services::assembly;

/// What a feed is about, and its posts.
#[derive(Debug, Clone)]
pub struct FeedOf<T> {
    /// The tag or the author.
    pub subject: T,
    /// Newest first; at least one.
    pub posts: Vec<FullPost>,
}

impl Reading {
    /// The newest posts of the site with their texts.
    pub async fn feed(&self, limit: u32) -> Result<Page<Vec<FullPost>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let content = newest(&mut look, &Scope::Site, limit).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// The feed of a public tag that lists something.
    pub async fn tag_feed(&self, slug: &Slug, limit: u32) -> Result<Page<Option<FeedOf<Tag>>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let tag = look.tag(slug).await?;
            feed_of(look, settings, tag, |tag| Scope::Tag(tag.id.clone()), limit).await
        })
        .await
    }

    /// The feed of an author who has published something.
    pub async fn author_feed(
        &self,
        slug: &Slug,
        limit: u32,
    ) -> Result<Page<Option<FeedOf<Author>>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let author = look.author(slug).await?;
            feed_of(look, settings, author, |author| Scope::Author(author.id.clone()), limit).await
        })
        .await
    }
}

async fn feed_of<T>(
    mut look: Look,
    settings: Settings,
    subject: Option<T>,
    scope: impl Fn(&T) -> Scope,
    limit: u32,
) -> Result<Page<Option<FeedOf<T>>>> {
    let Some(subject) = subject else { return Ok(Page::of(settings, None, look)) };
    let posts = newest(&mut look, &scope(&subject), limit).await?;
    let content = (!posts.is_empty()).then_some(FeedOf { subject, posts });
    Ok(Page::of(settings, content, look))
}

async fn newest(look: &mut Look, scope: &Scope, limit: u32) -> Result<Vec<FullPost>> {
    look.seen.listing(scope);
    let c = look.connection();
    let mut posts = Vec::new();
    for listed in db::listings::newest(c, scope, limit).await? {
        posts.extend(db::posts::by_id(c, &listed.post_id).await?);
    }
    let posts = assembly::full_posts(c, posts).await?;
    look.seen.extend(posts.iter().flat_map(Seen::of_full));
    Ok(posts)
}
