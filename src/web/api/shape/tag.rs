//! Content tags.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Count, Site};
use crate::domain::tag::TagVisibility;
use crate::domain::{self, paths};

/// A content tag.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct Tag {
    #[schemars(regex(pattern = "^[0-9a-f]{24}$"))]
    id: String,
    name: String,
    slug: String,
    description: Option<String>,
    feature_image: Option<String>,
    /// Internal tags are for the site's own use: their names begin with `#`.
    visibility: TagVisibility,
    og_image: Option<String>,
    og_title: Option<String>,
    og_description: Option<String>,
    twitter_image: Option<String>,
    twitter_title: Option<String>,
    twitter_description: Option<String>,
    meta_title: Option<String>,
    meta_description: Option<String>,
    codeinjection_head: Option<String>,
    codeinjection_foot: Option<String>,
    canonical_url: Option<String>,
    accent_color: Option<String>,
    /// Its page; an internal tag has none, and names one that is not there.
    url: String,
    /// There if `include` names `count.posts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Count>,
}

impl Tag {
    pub(in crate::web::api) fn of(
        site: &Site<'_>,
        tag: &domain::Tag,
        count: Option<Count>,
    ) -> Self {
        let social = &tag.social;
        Self {
            id: tag.id.to_string(),
            name: tag.name.clone(),
            slug: tag.slug.to_string(),
            description: tag.description.clone(),
            feature_image: site.absolute(tag.feature_image.as_ref()),
            visibility: tag.visibility,
            og_image: site.absolute(social.og_image.as_ref()),
            og_title: social.og_title.clone(),
            og_description: social.og_description.clone(),
            twitter_image: site.absolute(social.twitter_image.as_ref()),
            twitter_title: social.twitter_title.clone(),
            twitter_description: social.twitter_description.clone(),
            meta_title: social.meta_title.clone(),
            meta_description: social.meta_description.clone(),
            codeinjection_head: tag.codeinjection_head.clone(),
            codeinjection_foot: tag.codeinjection_foot.clone(),
            canonical_url: site.absolute(social.canonical_url.as_ref()),
            accent_color: tag.accent_color.clone(),
            // An internal tag has no page.
            url: site.url(&if tag.is_public() {
                paths::tag(&tag.slug)
            } else {
                "/404/".to_owned()
            }),
            count,
        }
    }
}
