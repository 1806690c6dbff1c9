//! Cache tags: what an answer was made from, in words that every layer understands.
//!
//! The triggers of the change log write the same words (see `migrations/`), a CDN gets them in
//! `Surrogate-Key`, and an entry of the cache is valid as long as none of its tags changed.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{PostId, TagId, UserId};
use super::listing::Scope;
use super::slug::Slug;

/// A cache tag. It has no space in it, so that a list of them is a line of text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CacheTag(Cow<'static, str>);

impl CacheTag {
    /// Stands on every answer: what is raised when nothing finer can be said.
    pub const ALL: Self = Self(Cow::Borrowed("all"));
    /// The settings of the site.
    pub const SITE: Self = Self(Cow::Borrowed("site"));
    /// Any post or page.
    pub const POSTS: Self = Self(Cow::Borrowed("posts"));
    /// Any content tag.
    pub const TAGS: Self = Self(Cow::Borrowed("tags"));
    /// Any author.
    pub const AUTHORS: Self = Self(Cow::Borrowed("authors"));
    /// Any listing: which tags and authors have posts.
    pub const LISTINGS: Self = Self(Cow::Borrowed("listings"));
    /// The keys of integrations. It stands on every answer that needs one: a cache that does not look at
    /// keys has to forget what it gave for one that is taken away.
    pub const INTEGRATIONS: Self = Self(Cow::Borrowed("integrations"));
    /// Which tags and authors any post or page has.
    pub const MEMBERS: Self = Self(Cow::Borrowed("members"));
    /// Which posts are featured, and those posts.
    pub const FEATURED: Self = Self(Cow::Borrowed("featured"));
    /// The search index.
    pub const SEARCH: Self = Self(Cow::Borrowed("search"));

    /// One post or page.
    #[must_use]
    pub fn post(id: &PostId) -> Self {
        Self(format!("post:{id}").into())
    }

    /// One content tag.
    #[must_use]
    pub fn tag(id: &TagId) -> Self {
        Self(format!("tag:{id}").into())
    }

    /// One author.
    #[must_use]
    pub fn author(id: &UserId) -> Self {
        Self(format!("author:{id}").into())
    }

    /// The posts that a scope lists, and their order.
    #[must_use]
    pub fn listing(scope: &Scope) -> Self {
        Self(format!("listing:{scope}").into())
    }

    /// A span of thirty days in what a scope lists: see [`super::listing::bucket`].
    #[must_use]
    pub fn bucket(scope: &Scope, bucket: i64) -> Self {
        Self(format!("listing:{scope}/{bucket}").into())
    }

    /// The look-up of a content tag by a slug, which may have found none.
    #[must_use]
    pub fn tag_slug(slug: &Slug) -> Self {
        Self(format!("tag-slug:{slug}").into())
    }

    /// The look-up of an author by a slug, which may have found none.
    #[must_use]
    pub fn author_slug(slug: &Slug) -> Self {
        Self(format!("author-slug:{slug}").into())
    }

    /// The look-up of what had a path before, which may have found nothing.
    ///
    /// A path in an address has no blank; one that has some cannot be in the table either, and
    /// raises nothing.
    #[must_use]
    pub fn path(path: &str) -> Self {
        Self(format!("path:{}", path.replace(char::is_whitespace, "")).into())
    }

    /// A file of the media store, which may not be there.
    #[must_use]
    pub fn media(path: &str) -> Self {
        Self(format!("media:{}", path.replace(char::is_whitespace, "")).into())
    }

    /// The look-up of a post or a page by a slug, which may have found none.
    #[must_use]
    pub fn slug(slug: &Slug) -> Self {
        Self(format!("slug:{slug}").into())
    }

    /// The characters of the tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CacheTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
