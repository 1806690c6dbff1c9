//! Browsing: what front ends ask for through the API, chosen by a filter of their own.
//!
//! A list that is a listing as it stands depends on that listing. What a filter chose may change with
//! any post, and with whatever else the filter looks at.

use std::collections::HashMap;

use super::look::Look;
use super::{Page, Reading, Seen};
use crate::db::browse::{self, BrowseError, Lead};
use crate::db::{self, Result};
use crate::domain::post::FullPost;
use crate::domain::{Author, CacheTag, Post, PostId, PostKind, Scope, Slug, Tag};
use crate::services::assembly;

pub use crate::db::browse::{Asker, Browsed, By, FilterError, Member, Place, Query, Which};

/// What is shown of whatever belongs to a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beside {
    /// Its content tags.
    pub tags: bool,
    /// Its authors.
    pub authors: bool,
}

/// A post, with what was asked for beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowsedPost {
    /// The post or page.
    pub post: Post,
    /// Its content tags, in order.
    pub tags: Vec<Tag>,
    /// Its authors, in order.
    pub authors: Vec<Author>,
}

impl From<FullPost> for BrowsedPost {
    fn from(FullPost { post, tags, authors, .. }: FullPost) -> Self {
        Self { post, tags, authors }
    }
}

/// A page of what was asked for; or why the filter cannot be answered.
pub type Browsing<T> = Page<Result<Browsed<T>, FilterError>>;

impl Reading {
    /// Posts or pages that readers may see.
    ///
    /// # Errors
    /// The database does not answer; this holds for every method here.
    pub async fn browse_posts(
        &self,
        kind: PostKind,
        query: &Query,
        beside: Beside,
    ) -> Result<Browsing<BrowsedPost>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            see_posts(&mut look, kind, query).await?;
            let now = look.taken_at();
            let found = browse::posts(look.connection(), kind, query, now).await;
            let content = match split(found)? {
                Ok(found) => Ok(Browsed {
                    rows: assembled(&mut look, found.rows, beside).await?,
                    total: found.total,
                    last: found.last,
                }),
                Err(error) => Err(error),
            };
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// Content tags that something published has.
    pub async fn browse_tags(&self, query: &Query) -> Result<Browsing<Member<Tag>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            // A tag is used by posts, which listings hold, and by pages, which they do not.
            let tags = [CacheTag::TAGS, CacheTag::LISTINGS, CacheTag::POSTS, CacheTag::MEMBERS];
            look.seen.extend(tags);
            let now = look.taken_at();
            let content = split(browse::tags(look.connection(), query, now).await)?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// Authors of something published.
    pub async fn browse_authors(&self, query: &Query) -> Result<Browsing<Member<Author>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            look.seen.extend([CacheTag::AUTHORS, CacheTag::LISTINGS]);
            let now = look.taken_at();
            let content = split(browse::authors(look.connection(), query, now).await)?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }
}

/// A filter that cannot be answered is an answer; a database that gives none is a failure.
fn split<T>(found: Result<T, BrowseError>) -> Result<Result<T, FilterError>> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(BrowseError::Filter(error)) => Ok(Err(error)),
        Err(BrowseError::Database(error)) => Err(error),
    }
}

/// Notes what decides on which posts there are.
async fn see_posts(look: &mut Look, kind: PostKind, query: &Query) -> Result<()> {
    match &query.which {
        Which::Id(id) => {
            look.seen.extend(id.parse::<PostId>().ok().as_ref().map(CacheTag::post));
            return Ok(());
        }
        Which::Slug(slug) => {
            look.seen.extend(Slug::parse(slug).as_ref().map(CacheTag::slug));
            return Ok(());
        }
        Which::All | Which::Email(_) => {}
    }
    let is_listed = query.asker == Asker::Reader && kind == PostKind::Post;
    let (lead, rest) = Lead::of(query.filter.as_ref());
    if !is_listed || rest.is_some() || !query.order.is_empty() {
        let tags = [CacheTag::POSTS, CacheTag::MEMBERS, CacheTag::TAGS, CacheTag::AUTHORS];
        look.seen.extend(tags);
        return Ok(());
    }
    match lead {
        Lead::Site => look.seen.listing(&Scope::Site),
        Lead::Tag(slug) => {
            let Some(slug) = Slug::parse(&slug) else { return Ok(()) };
            look.seen.tag(CacheTag::tag_slug(&slug));
            if let Some(tag) = db::tags::by_slug(look.connection(), &slug).await? {
                look.seen.listing(&Scope::Tag(tag.id));
            }
        }
        Lead::Author(slug) => {
            let Some(slug) = Slug::parse(&slug) else { return Ok(()) };
            look.seen.tag(CacheTag::author_slug(&slug));
            if let Some(author) = db::users::by_slug(look.connection(), &slug).await? {
                look.seen.listing(&Scope::Author(author.id));
            }
        }
    }
    Ok(())
}

/// Posts with what belongs to them: a question for each kind, however many posts there are.
async fn assembled(look: &mut Look, posts: Vec<Post>, beside: Beside) -> Result<Vec<BrowsedPost>> {
    let ids: Vec<PostId> = posts.iter().map(|post| post.summary.id.clone()).collect();
    let c = look.connection();
    let (mut tags, mut authors) = (HashMap::new(), HashMap::new());
    if beside.tags {
        tags = assembly::by_post(db::posts::tags_of(c, &ids).await?);
    }
    if beside.authors {
        authors = assembly::by_post(db::posts::authors_of(c, &ids).await?);
    }
    let join = |post: Post| BrowsedPost {
        tags: tags.remove(&post.summary.id).unwrap_or_default(),
        authors: authors.remove(&post.summary.id).unwrap_or_default(),
        post,
    };
    let posts: Vec<BrowsedPost> = posts.into_iter().map(join).collect();
    for BrowsedPost { post, tags, authors } in &posts {
        look.seen.extend(Seen::of_post(&post.summary, tags, authors));
    }
    Ok(posts)
}
