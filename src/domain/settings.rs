//! The settings of a site: what an owner decides once for every page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::slug::SlugStyle;

/// A link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NavigationLink {
    /// The words.
    pub label: String,
    /// An address, or a path on this site.
    pub url: String,
}

/// The settings; keys are those of Ghost's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The name of the site.
    pub title: String,
    /// One line about it.
    pub description: String,
    /// A picture that stands for the name.
    pub logo: Option<String>,
    /// A small square picture.
    pub icon: Option<String>,
    /// The picture that shared links show where a page has none.
    pub cover_image: Option<String>,
    /// `#rrggbb`; moved until it has its contrast on paper and on ink.
    pub accent_color: String,
    /// The language of the site (BCP 47); decides the words and the direction.
    pub locale: String,
    /// The time zone of all dates (IANA name).
    pub timezone: String,
    /// The row of sections under the name.
    pub navigation: Vec<NavigationLink>,
    /// The row of links at the end of every page.
    pub secondary_navigation: Vec<NavigationLink>,
    /// The site on Facebook.
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
    /// Replaces the title in the `<title>` of the home page.
    pub meta_title: Option<String>,
    /// The description of the home page for search engines.
    pub meta_description: Option<String>,
    /// The picture that a link to the home page shows.
    pub og_image: Option<String>,
    /// The title that a link to the home page shows.
    pub og_title: Option<String>,
    /// The description that a link to the home page shows.
    pub og_description: Option<String>,
    /// The picture of the home page's Twitter card.
    pub twitter_image: Option<String>,
    /// The title of the home page's Twitter card.
    pub twitter_title: Option<String>,
    /// The description of the home page's Twitter card.
    pub twitter_description: Option<String>,
    /// HTML for the head of every page.
    pub codeinjection_head: Option<String>,
    /// HTML for the end of every page.
    pub codeinjection_foot: Option<String>,
    /// Posts on a page of a list: 1 to 100.
    pub posts_per_page: u32,
    /// Whether readers may become members.
    pub members_enabled: bool,
    /// How titles become slugs.
    pub slug_style: SlugStyle,
    /// Where to report a vulnerability (`security.txt`): an address or a `mailto:` link.
    pub security_contact: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: "Masthead".to_owned(),
            description: "Thoughts, stories and ideas".to_owned(),
            logo: None,
            icon: None,
            cover_image: None,
            accent_color: "#b3261e".to_owned(),
            locale: "en".to_owned(),
            timezone: "Etc/UTC".to_owned(),
            navigation: Vec::new(),
            secondary_navigation: Vec::new(),
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
            og_image: None,
            og_title: None,
            og_description: None,
            twitter_image: None,
            twitter_title: None,
            twitter_description: None,
            codeinjection_head: None,
            codeinjection_foot: None,
            posts_per_page: 15,
            members_enabled: false,
            slug_style: SlugStyle::Ascii,
            security_contact: None,
        }
    }
}

impl Settings {
    /// The time zone of all dates; UTC where the name is not known.
    #[must_use]
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.timezone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}
