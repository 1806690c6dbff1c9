//! Content tags. (A *cache tag* is something else: see [`super::cache_tag`].)

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::TagId;
use super::slug::Slug;
use super::social::Social;
use crate::clock::Timestamp;

/// Who sees a tag.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, sqlx::Type,
)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum TagVisibility {
    /// It has a page and stands under its posts.
    #[default]
    Public,
    /// Its name starts with `#`; only writers see it.
    Internal,
}

/// A content tag; field names are those of Ghost's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its name as people read it.
    pub name: String,
    /// Its slug, unique among tags.
    pub slug: Slug,
    /// A sentence or two on top of its page.
    pub description: Option<String>,
    /// A picture on top of its page.
    pub feature_image: Option<String>,
    /// Who sees it.
    pub visibility: TagVisibility,
    /// `#rrggbb`.
    pub accent_color: Option<String>,
    /// For search engines and social networks.
    #[sqlx(flatten)]
    pub social: Social,
    /// HTML for the head of its page.
    pub codeinjection_head: Option<String>,
    /// HTML for the end of its page.
    pub codeinjection_foot: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Tag {
    /// A tag that has nothing but a name.
    #[must_use]
    pub fn named(id: TagId, name: &str, slug: Slug, now: Timestamp) -> Self {
        Self {
            id,
            name: name.to_owned(),
            slug,
            description: None,
            feature_image: None,
            visibility: TagVisibility::of_name(name),
            accent_color: None,
            social: Social::default(),
            codeinjection_head: None,
            codeinjection_foot: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether readers see it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.visibility == TagVisibility::Public
    }
}

impl TagVisibility {
    /// The visibility that a name asks for: `#` in front makes a tag internal.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        if name.starts_with('#') { Self::Internal } else { Self::Public }
    }
}
