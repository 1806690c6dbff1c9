//! Authors: what readers may know of them.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Count, Site};
use crate::domain::{self, paths};

/// An author. There is no address of theirs in it, and nothing of what they may do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct Author {
    #[schemars(regex(pattern = "^[0-9a-f]{24}$"))]
    id: String,
    name: String,
    slug: String,
    /// An absolute address, as every other in here.
    profile_image: Option<String>,
    cover_image: Option<String>,
    bio: Option<String>,
    website: Option<String>,
    location: Option<String>,
    facebook: Option<String>,
    twitter: Option<String>,
    threads: Option<String>,
    bluesky: Option<String>,
    mastodon: Option<String>,
    tiktok: Option<String>,
    youtube: Option<String>,
    instagram: Option<String>,
    linkedin: Option<String>,
    meta_title: Option<String>,
    meta_description: Option<String>,
    /// Their page.
    url: String,
    /// There if `include` names `count.posts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Count>,
}

impl Author {
    pub(in crate::web::api) fn of(
        site: &Site<'_>,
        author: &domain::Author,
        count: Option<Count>,
    ) -> Self {
        Self {
            id: author.id.to_string(),
            name: author.name.clone(),
            slug: author.slug.to_string(),
            profile_image: site.absolute(author.profile_image.as_ref()),
            cover_image: site.absolute(author.cover_image.as_ref()),
            bio: author.bio.clone(),
            website: author.website.clone(),
            location: author.location.clone(),
            facebook: author.facebook.clone(),
            twitter: author.twitter.clone(),
            threads: author.threads.clone(),
            bluesky: author.bluesky.clone(),
            mastodon: author.mastodon.clone(),
            tiktok: author.tiktok.clone(),
            youtube: author.youtube.clone(),
            instagram: author.instagram.clone(),
            linkedin: author.linkedin.clone(),
            meta_title: author.meta_title.clone(),
            meta_description: author.meta_description.clone(),
            url: site.url(&paths::author(&author.slug)),
            count,
        }
    }
}
