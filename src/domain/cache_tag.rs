//! Cache tags: what an answer was made from, in words that every layer understands.
//!
//! The triggers of the change log write the same words (see `migrations/`), a CDN gets them in
//! `Surrogate-Key`, and an entry of the cache is valid as long as none of its tags changed.

use std::borrow::Cow;
use std::fmt;

use super::ids::{PostId, TagId, UserId};
use super::listing::Scope;
use super::slug::Slug;

/// A cache tag. It has no space in it, so that a list of them is a line of text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
