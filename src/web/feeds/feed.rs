//! What a feed is made from.

use super::item::Item;
use crate::domain::post::FullPost;
use crate::domain::{Settings, Timestamp};
use crate::web::absolute;

/// A feed of the site, of a tag or of an author.
#[derive(Debug, Clone, Copy)]
pub struct Feed<'a> {
    /// The settings of the site.
    pub settings: &'a Settings,
    /// The address of the site, without a slash at its end.
    pub base_url: &'a str,
    /// The path of this feed.
    pub self_path: &'a str,
    /// The path of the page that lists the same posts.
    pub home_path: &'a str,
    /// Its name.
    pub title: &'a str,
    /// One line about it.
    pub description: &'a str,
    /// Newest first. All of them are written: the caller decides how many (15 to 20 is usual).
    pub posts: &'a [FullPost],
    /// When its content last changed; see [`last_change`].
    pub updated: Timestamp,
    /// The words of the link that stands in place of a text that only members may read.
    pub members_only: &'a str,
}

/// When any of the posts last changed; the epoch where there are none, so that an empty feed is
/// the same feed every time.
#[must_use]
pub fn last_change(posts: &[FullPost]) -> Timestamp {
    posts.iter().map(|post| post.post.summary.updated_at).max().unwrap_or(Timestamp(0))
}

impl<'a> Feed<'a> {
    /// The address of this feed.
    pub(super) fn self_url(&self) -> String {
        self.absolute(self.self_path)
    }

    /// The address of the page that lists the same posts.
    pub(super) fn home_url(&self) -> String {
        self.absolute(self.home_path)
    }

    /// The address of the small square picture.
    pub(super) fn icon_url(&self) -> Option<String> {
        self.settings.icon.as_deref().map(|icon| self.absolute(icon))
    }

    /// The address of the picture that stands for the name.
    pub(super) fn logo_url(&self) -> Option<String> {
        self.settings.logo.as_deref().map(|logo| self.absolute(logo))
    }

    /// What the formats say of each post.
    pub(super) fn items(&self) -> Vec<Item<'a>> {
        self.posts.iter().map(|post| Item::new(self, post)).collect()
    }

    pub(super) fn absolute(&self, address: &str) -> String {
        absolute::address(self.base_url, address)
    }
}
