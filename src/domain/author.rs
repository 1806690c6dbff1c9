//! Authors: the public face of a user.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::UserId;
use super::slug::Slug;
use crate::clock::Timestamp;

/// What a user may do at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything; there is one.
    Owner,
    /// Everything but the owner's own account.
    Administrator,
    /// All posts.
    Editor,
    /// Own posts.
    #[default]
    Author,
    /// Own drafts.
    Contributor,
}

impl Role {
    /// Whether they see to what the site is, beside what is written on it.
    #[must_use]
    pub const fn runs_the_site(self) -> bool {
        matches!(self, Self::Owner | Self::Administrator)
    }
}

/// Whether a user may sign in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, sqlx::Type,
)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum UserStatus {
    /// May sign in, given a password.
    Active,
    /// An imported author: shown to readers, cannot sign in until somebody sets a password.
    #[default]
    Locked,
}

/// An author; field names are those of Ghost's API.
///
/// The password stands in a table of its own, so that signing in is no change of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Author {
    /// Their id.
    pub id: UserId,
    /// Their name as readers see it.
    pub name: String,
    /// Their slug, unique among authors.
    pub slug: Slug,
    /// Never shown to readers; unique, in lower case.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// Their picture.
    pub profile_image: Option<String>,
    /// The picture on top of their page.
    pub cover_image: Option<String>,
    /// A few sentences about them.
    pub bio: Option<String>,
    /// Their own site.
    pub website: Option<String>,
    /// Where they are.
    pub location: Option<String>,
    /// A handle or an address, as for the networks below.
    pub facebook: Option<String>,
    /// On X, formerly Twitter.
    pub twitter: Option<String>,
    /// On Threads.
    pub threads: Option<String>,
    /// On Bluesky.
    pub bluesky: Option<String>,
    /// On Mastodon.
    pub mastodon: Option<String>,
    /// On TikTok.
    pub tiktok: Option<String>,
    /// On YouTube.
    pub youtube: Option<String>,
    /// On Instagram.
    pub instagram: Option<String>,
    /// On LinkedIn.
    pub linkedin: Option<String>,
    /// Replaces the name in `<title>`.
    pub meta_title: Option<String>,
    /// The description for search engines.
    pub meta_description: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Author {
    /// An author of whom nothing is known but a name.
    #[must_use]
    pub fn named(id: UserId, name: &str, slug: Slug, now: Timestamp) -> Self {
        Self {
            id,
            name: name.to_owned(),
            slug,
            email: None,
            role: Role::default(),
            status: UserStatus::default(),
            profile_image: None,
            cover_image: None,
            bio: None,
            website: None,
            location: None,
            facebook: None,
            twitter: None,
            threads: None,
            bluesky: None,
            mastodon: None,
            tiktok: None,
            youtube: None,
            instagram: None,
            linkedin: None,
            meta_title: None,
            meta_description: None,
            created_at: now,
            updated_at: now,
        }
    }
}
