//! Reading: what each page of the site, each feed and each sitemap is made of.
//!
//! Each method takes one look at the database, so that all parts of a page are of one moment, and
//! notes what it saw: the cache tags and the moment on the content clock, from which everything
//! that is cached follows. The look may be at a replica; [`sources`] says when it is taken again.

mod browsing;
mod feeds;
mod indexes;
mod lists;
mod look;
mod parts;
mod posts;
mod searching;
mod seen;
mod sources;

use std::sync::Arc;

use self::look::Look;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::content_clock::AsOf;
use crate::db::redirects::Destination;
use crate::db::{self, Database, Intent, Result};
use crate::domain::listing::Pagination;
use crate::domain::media::Picture;
use crate::domain::post::{FullPost, PostCard};
use crate::domain::{CacheTag, PostSummary, Settings};
use crate::text;

pub use browsing::{
    Asker, Beside, Browsed, BrowsedPost, Browsing, By, FilterError, Member, Place, Query, Which,
};
pub use feeds::FeedOf;
pub use seen::Seen;

/// A page's content, and the settings it is shown under.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The settings of the site at the same moment.
    pub settings: Settings,
    /// What the page is about.
    pub content: T,
    /// What it was made from.
    pub seen: Seen,
}

impl<T> Page<T> {
    fn of(settings: Settings, content: T, look: Look) -> Self {
        Self { settings, content, seen: look.seen }
    }
}

/// A page of a list of posts.
#[derive(Debug, Clone)]
pub struct PostList {
    /// The posts, newest first.
    pub posts: Vec<PostCard>,
    /// Which page it is.
    pub pagination: Pagination,
}

/// What a list is about, and a page of that list.
#[derive(Debug, Clone)]
pub struct Collection<T> {
    /// The tag or the author.
    pub subject: T,
    /// The picture on top of its page.
    pub picture: Option<Picture>,
    /// Its posts.
    pub list: PostList,
}

/// A post, and where to go from it.
#[derive(Debug, Clone)]
pub struct PostView {
    /// The post.
    pub full: FullPost,
    /// The next older post.
    pub previous: Option<PostSummary>,
    /// The next newer post.
    pub next: Option<PostSummary>,
    /// Posts about the same things.
    pub related: Vec<PostCard>,
}

/// Results of a search.
#[derive(Debug, Clone)]
pub struct SearchResults {
    /// Best first.
    pub hits: Vec<SearchHit>,
    /// Which page of them it is.
    pub pagination: Pagination,
}

/// One result of a search.
#[derive(Debug, Clone)]
pub struct SearchHit {
    /// The post.
    pub card: PostCard,
    /// The best piece of its text.
    pub snippet: Vec<text::search::Fragment>,
}

/// Reads the site. What it reads is as new as this instance knows of, wherever it is read.
#[derive(Debug, Clone)]
pub struct Reading {
    db: Database,
    cache: Cache,
    clock: Arc<dyn Clock>,
    intent: Intent,
}

impl Reading {
    /// A reading service over a database, and a cache for the parts that pages share.
    pub fn new(db: Database, cache: Cache, clock: Arc<dyn Clock>) -> Self {
        Self { db, cache, clock, intent: Intent::Any }
    }

    /// The same, but that whatever is read has every change up to a moment.
    #[must_use]
    pub fn at_least(&self, as_of: AsOf) -> Self {
        Self { intent: Intent::AtLeast(as_of), ..self.clone() }
    }

    /// The same, but that everything is read from the primary: for whoever compares, or has just
    /// written.
    #[must_use]
    pub fn of_primary(&self) -> Self {
        Self { intent: Intent::Primary, ..self.clone() }
    }

    /// The settings alone.
    ///
    /// # Errors
    /// The database does not answer; this holds for every method here.
    pub async fn settings(&self) -> Result<Page<()>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            Ok(Page::of(settings, (), look))
        })
        .await
    }

    /// Where a path that something had before leads now.
    pub async fn redirect(&self, path: &str) -> Result<(Option<Destination>, Seen)> {
        self.looking(|mut look| async move {
            look.seen.tag(CacheTag::path(db::redirects::normal(path)));
            let found = db::redirects::find(look.connection(), path).await?;
            match &found {
                // A row raises its slug whatever changes in it, its status as well.
                Some(Destination { post, tag, author }) => {
                    look.seen.extend(post.iter().map(CacheTag::slug));
                    look.seen.extend(tag.iter().map(CacheTag::tag_slug));
                    look.seen.extend(author.iter().map(CacheTag::author_slug));
                }
                // It may lead to a post that is not published yet.
                None => look.seen.tag(CacheTag::POSTS),
            }
            Ok((found, look.seen))
        })
        .await
    }
}
