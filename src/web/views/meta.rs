//! What a page says of itself to search engines, networks and feed readers: the head of the page.

use serde_json::Value;

use crate::domain::media::Picture;
use crate::domain::paths;
use crate::domain::{Author, Settings, Social, Timestamp};

use super::story::Link;
use super::{Site, json_ld, urls};

/// The head of a page.
#[derive(Debug, Clone)]
pub(super) struct Meta {
    /// The text of `<title>`.
    pub title: String,
    /// For search engines.
    pub description: Option<String>,
    /// The one address of the page.
    pub canonical: String,
    /// Whether search engines may list it.
    pub index: bool,
    /// The page before and the page behind, in a list of several.
    pub previous: Option<String>,
    /// See `previous`.
    pub next: Option<String>,
    /// The feeds of the page, the most special one first.
    pub feeds: Vec<Feed>,
    /// The source of the text.
    pub markdown: Option<String>,
    /// What Open Graph calls the page.
    pub kind: Kind,
    /// What a shared link shows.
    pub card: Card,
    /// What the Twitter card shows.
    pub twitter: Card,
    /// What more Open Graph says of a post.
    pub article: Option<Article>,
    /// Lines of the Twitter card: label and text.
    pub lines: Vec<(String, String)>,
    /// The address on X of who wrote it.
    pub creator: Option<String>,
    /// The scripts of JSON-LD, escaped.
    pub json_ld: Vec<String>,
}

/// The types of Open Graph that a site has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Website,
    Article,
    Profile,
}

impl Kind {
    /// The word of Open Graph.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Website => "website",
            Self::Article => "article",
            Self::Profile => "profile",
        }
    }
}

/// A feed.
#[derive(Debug, Clone)]
pub(super) struct Feed {
    pub title: String,
    pub content_type: &'static str,
    pub href: String,
}

/// What a shared link shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Card {
    pub title: String,
    pub description: Option<String>,
    pub image: Option<CardImage>,
}

/// The picture of a shared link.
#[derive(Debug, Clone)]
pub(super) struct CardImage {
    /// Absolute.
    pub src: String,
    pub size: Option<(u32, u32)>,
    pub alt: Option<String>,
}

/// What Open Graph says of an article.
#[derive(Debug, Clone)]
pub(super) struct Article {
    pub published: Option<String>,
    pub modified: String,
    pub authors: Vec<String>,
    pub tags: Vec<String>,
}

impl Meta {
    /// The head of a page of the site that has no words of its own for it.
    pub(super) fn new(site: Site<'_>, title: &str, path: &str) -> Self {
        let settings = site.settings;
        let image = CardImage::of_site(site);
        let card = |title: Option<&str>, description: Option<&str>, own: &Option<String>| Card {
            title: title.unwrap_or_default().to_owned(),
            description: description.map(str::to_owned),
            image: own.as_deref().map(|src| CardImage::at(site, src)).or_else(|| image.clone()),
        };
        Self {
            title: if title == settings.title {
                title.to_owned()
            } else {
                format!("{title} – {}", settings.title)
            },
            description: None,
            canonical: urls::absolute(site.base_url, path),
            index: true,
            previous: None,
            next: None,
            feeds: Feed::of_site(site),
            markdown: None,
            kind: Kind::Website,
            card: card(Some(title), None, &settings.og_image),
            twitter: card(Some(title), None, &settings.twitter_image),
            article: None,
            lines: Vec::new(),
            creator: None,
            json_ld: Vec::new(),
        }
    }

    /// Adds what the writer said of the page, each field falling back to the one before it:
    /// its own, the one for search engines, the content.
    pub(super) fn describe(
        mut self,
        site: Site<'_>,
        social: &Social,
        title: &str,
        description: Option<&str>,
        picture: Option<&CardImage>,
    ) -> Self {
        if let Some(title) = filled(social.meta_title.as_deref()) {
            title.clone_into(&mut self.title);
        }
        let meta_title = filled(social.meta_title.as_deref()).unwrap_or(title);
        let meta_description = filled(social.meta_description.as_deref())
            .or(description.filter(|d| !d.trim().is_empty()));
        self.description = meta_description.map(str::to_owned);
        let card = |title: &Option<String>,
                    description: &Option<String>,
                    image: &Option<String>,
                    fallback: &Card| Card {
            title: filled(title.as_deref()).unwrap_or(meta_title).to_owned(),
            description: filled(description.as_deref()).or(meta_description).map(str::to_owned),
            image: filled(image.as_deref())
                .map(|src| CardImage::at(site, src))
                .or_else(|| picture.cloned())
                .or_else(|| fallback.image.clone()),
        };
        self.card = card(&social.og_title, &social.og_description, &social.og_image, &self.card);
        self.twitter = card(
            &social.twitter_title,
            &social.twitter_description,
            &social.twitter_image,
            &self.twitter,
        );
        if let Some(url) = filled(social.canonical_url.as_deref()).and_then(urls::safe) {
            self.canonical = urls::absolute(site.base_url, url);
        }
        self
    }

    /// Names the neighbours in a list of several pages.
    pub(super) fn between(mut self, site: Site<'_>, pager: Option<&super::pager::Pager>) -> Self {
        let absolute = |path: &String| urls::absolute(site.base_url, path);
        self.previous = pager.and_then(|pager| pager.newer.as_ref()).map(absolute);
        self.next = pager.and_then(|pager| pager.older.as_ref()).map(absolute);
        self
    }

    /// Puts a feed in front of those of the site.
    pub(super) fn feed(mut self, site: Site<'_>, title: &str, path: &str) -> Self {
        self.feeds.insert(0, Feed::rss(site, title, path));
        self
    }

    /// Adds a piece of structured data.
    pub(super) fn data(mut self, value: &Value) -> Self {
        self.json_ld.push(json_ld::script(value));
        self
    }

    /// Keeps the page out of search engines.
    pub(super) fn unlisted(mut self) -> Self {
        self.index = false;
        self
    }
}

impl Feed {
    fn rss(site: Site<'_>, title: &str, path: &str) -> Self {
        Self {
            title: title.to_owned(),
            content_type: "application/rss+xml",
            href: urls::absolute(site.base_url, path),
        }
    }

    fn of_site(site: Site<'_>) -> Vec<Self> {
        let feed = |content_type, path| Self {
            content_type,
            ..Self::rss(site, &site.settings.title, path)
        };
        vec![
            feed("application/rss+xml", paths::RSS),
            feed("application/atom+xml", paths::ATOM),
            feed("application/feed+json", paths::JSON_FEED),
        ]
    }
}

impl CardImage {
    /// A picture of a page.
    pub(super) fn new(site: Site<'_>, picture: &Picture, alt: Option<&str>) -> Self {
        Self {
            src: urls::absolute(site.base_url, &picture.src),
            size: picture.size,
            alt: alt.map(str::to_owned),
        }
    }

    fn at(site: Site<'_>, src: &str) -> Self {
        Self { src: urls::absolute(site.base_url, src), size: None, alt: None }
    }

    fn of_site(site: Site<'_>) -> Option<Self> {
        filled(site.settings.cover_image.as_deref()).map(|src| Self::at(site, src))
    }
}

/// The fields of the settings in the form that posts and tags have them, for the front page.
pub(super) fn of_settings(settings: &Settings) -> Social {
    Social {
        meta_title: settings.meta_title.clone(),
        meta_description: settings.meta_description.clone(),
        og_image: settings.og_image.clone(),
        og_title: settings.og_title.clone(),
        og_description: settings.og_description.clone(),
        twitter_image: settings.twitter_image.clone(),
        twitter_title: settings.twitter_title.clone(),
        twitter_description: settings.twitter_description.clone(),
        canonical_url: None,
    }
}

/// The fields of an author in the form that posts and tags have them.
pub(super) fn of_author(author: &Author) -> Social {
    Social {
        meta_title: author.meta_title.clone(),
        meta_description: author.meta_description.clone(),
        ..Social::default()
    }
}

/// A handle on X as the Twitter card wants it: `@name`.
pub(super) fn handle(account: Option<&String>) -> Option<String> {
    let account = account?.trim().trim_end_matches('/');
    let name = account.rsplit('/').next()?.trim_start_matches('@');
    let valid = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    valid.then(|| format!("@{name}"))
}

/// The instant as Open Graph writes it.
pub(super) fn instant(instant: Option<Timestamp>) -> Option<String> {
    instant.map(Timestamp::to_rfc3339)
}

/// A line of the card.
pub(super) fn line(label: String, links: &[Link]) -> Option<(String, String)> {
    let labels: Vec<_> = links.iter().map(|link| link.label.as_str()).collect();
    (!labels.is_empty()).then(|| (label, labels.join(", ")))
}

/// A field that somebody filled in.
fn filled(field: Option<&str>) -> Option<&str> {
    field.map(str::trim).filter(|text| !text.is_empty())
}
