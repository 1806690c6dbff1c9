//! What search engines and social networks are told of a post or a tag.

use serde::{Deserialize, Serialize};

/// The fields behind `<title>`, Open Graph and the Twitter card; each falls back to the content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
#[serde(default)]
pub struct Social {
    /// Replaces the title in `<title>`.
    pub meta_title: Option<String>,
    /// The description for search engines.
    pub meta_description: Option<String>,
    /// The picture that a shared link shows.
    pub og_image: Option<String>,
    /// The title that a shared link shows.
    pub og_title: Option<String>,
    /// The description that a shared link shows.
    pub og_description: Option<String>,
    /// The picture of the Twitter card.
    pub twitter_image: Option<String>,
    /// The title of the Twitter card.
    pub twitter_title: Option<String>,
    /// The description of the Twitter card.
    pub twitter_description: Option<String>,
    /// Where the original stands, if not here.
    pub canonical_url: Option<String>,
}
