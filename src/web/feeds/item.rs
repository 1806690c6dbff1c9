//! What the three formats say of a post, worked out once.

use askama::Template;

use super::Feed;
use crate::domain::paths;
use crate::domain::post::{FullPost, Visibility};
use crate::domain::{Author, Tag, Timestamp};
use crate::web::absolute;

/// A post in a feed. Every address is absolute.
pub(super) struct Item<'a> {
    /// What readers know it by, for ever: the guid it was imported with, else its id.
    pub guid: &'a str,
    /// Lower-case v4 UUID.
    pub uuid: &'a str,
    /// The address of its page.
    pub url: String,
    pub title: &'a str,
    /// Plain text.
    pub summary: &'a str,
    /// The whole text, or its beginning where only members may read the rest.
    pub html: String,
    pub authors: Vec<Person<'a>>,
    /// Public tags only.
    pub categories: Vec<Category<'a>>,
    pub picture: Option<FeedPicture<'a>>,
    /// The language, if not the feed's.
    pub language: Option<&'a str>,
    pub published: Timestamp,
    pub updated: Timestamp,
}

/// Who wrote a post.
pub(super) struct Person<'a> {
    pub name: &'a str,
    /// The address of their page.
    pub url: String,
    /// The address of their picture.
    pub avatar: Option<String>,
}

/// What a post is about.
pub(super) struct Category<'a> {
    pub name: &'a str,
    pub slug: &'a str,
}

/// The picture on top of a post.
pub(super) struct FeedPicture<'a> {
    pub url: String,
    /// Guessed from the name.
    pub media_type: Option<&'static str>,
    /// Pixels.
    pub size: Option<(u32, u32)>,
    /// What it shows.
    pub alt: Option<&'a str>,
    /// The line under it; HTML.
    pub caption: Option<&'a str>,
}

/// The text of an item, before its addresses are made absolute.
#[derive(Template)]
#[template(path = "feeds/item.html")]
struct Body<'a> {
    picture: Option<&'a FeedPicture<'a>>,
    /// The text, if everybody may read it.
    text: Option<&'a str>,
    excerpt: &'a str,
    url: &'a str,
    members_only: &'a str,
}

impl<'a> Item<'a> {
    pub(super) fn new(feed: &Feed<'a>, full: &'a FullPost) -> Self {
        let post = &full.post;
        let summary = &post.summary;
        let url = feed.absolute(&paths::post(&summary.slug));
        let picture = FeedPicture::of(feed, full);
        let body = Body {
            picture: picture.as_ref(),
            text: (summary.visibility == Visibility::Public).then_some(&*post.html),
            excerpt: &summary.excerpt,
            url: &url,
            members_only: feed.members_only,
        };
        let body = body.render().expect("strings and numbers always render");
        let published = summary.published_at.unwrap_or(summary.created_at);
        Self {
            guid: post.feed_guid.as_deref().unwrap_or(summary.id.as_str()),
            uuid: &post.uuid,
            title: &summary.title,
            summary: &summary.excerpt,
            html: absolute::html(&body, &url),
            authors: full.authors.iter().map(|author| Person::of(feed, author)).collect(),
            categories: full.tags.iter().filter(|tag| tag.is_public()).map(Category::of).collect(),
            picture,
            language: summary.locale.as_deref(),
            published,
            // A scheduled post last changed before it was published.
            updated: summary.updated_at.max(published),
            url,
        }
    }
}

impl<'a> Person<'a> {
    fn of(feed: &Feed<'_>, author: &'a Author) -> Self {
        Self {
            name: &author.name,
            url: feed.absolute(&paths::author(&author.slug)),
            avatar: author.profile_image.as_deref().map(|image| feed.absolute(image)),
        }
    }
}

impl<'a> Category<'a> {
    fn of(tag: &'a Tag) -> Self {
        Self { name: &tag.name, slug: tag.slug.as_str() }
    }
}

impl<'a> FeedPicture<'a> {
    fn of(feed: &Feed<'_>, full: &'a FullPost) -> Option<Self> {
        let picture = full.picture.as_ref()?;
        let path = picture.src.split(['?', '#']).next().unwrap_or_default();
        let summary = &full.post.summary;
        Some(Self {
            url: feed.absolute(&picture.src),
            media_type: mime_guess::from_path(path).first_raw().filter(|t| t.starts_with("image/")),
            size: picture.size,
            alt: summary.feature_image_alt.as_deref(),
            caption: summary.feature_image_caption.as_deref(),
        })
    }
}
