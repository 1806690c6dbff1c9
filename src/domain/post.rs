//! Posts and pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use super::author::Author;
use super::ids::{PostId, UserId, derived_uuid};
use super::media::Picture;
use super::slug::Slug;
use super::social::Social;
use super::tag::Tag;
use crate::clock::Timestamp;

/// A post stands in listings and feeds; a page stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum PostKind {
    /// Dated, listed, in the feeds.
    #[default]
    Post,
    /// Timeless, reached by links.
    Page,
}

/// Where a post is on its way to the readers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, sqlx::Type,
)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Only writers see it.
    #[default]
    Draft,
    /// The publishing task makes it `Published` at its `published_at`.
    Scheduled,
    /// Readers see it.
    Published,
}

/// Which readers see the whole of a published post.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, sqlx::Type,
)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody.
    #[default]
    Public,
    /// Members; others see title and excerpt.
    Members,
}

/// What a list shows of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct PostSummary {
    /// Its id.
    pub id: PostId,
    /// Post or page.
    #[sqlx(rename = "type")]
    #[serde(rename = "type")]
    pub kind: PostKind,
    /// Its title.
    pub title: String,
    /// Its slug, unique within its kind.
    pub slug: Slug,
    /// Where it is on its way to the readers.
    pub status: Status,
    /// Which readers see all of it.
    pub visibility: Visibility,
    /// Whether it leads the home page.
    pub featured: bool,
    /// The excerpt that the writer wrote.
    pub custom_excerpt: Option<String>,
    /// The writer's excerpt, else the beginning of the text; plain text.
    pub excerpt: String,
    /// Minutes.
    pub reading_time: i32,
    /// The address of its picture.
    pub feature_image: Option<String>,
    /// What the picture shows, for those who do not see it.
    pub feature_image_alt: Option<String>,
    /// The line under the picture; sanitised HTML.
    pub feature_image_caption: Option<String>,
    /// The language it is written in, if not the site's (BCP 47).
    pub locale: Option<String>,
    /// When it was, or will be, published.
    pub published_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A post with everything that belongs to it alone; field names are those of Ghost's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Post {
    /// What lists show of it.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub summary: PostSummary,
    /// Lower-case v4 UUID; names the preview.
    pub uuid: String,
    /// What comment systems know it by: the id, unless it was imported with another.
    pub comment_id: Option<String>,
    /// The guid of its feed item, if it was imported with one; else the id stands there.
    pub feed_guid: Option<String>,
    /// For search engines and social networks.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub social: Social,
    /// HTML for the head of its page.
    pub codeinjection_head: Option<String>,
    /// HTML for the end of its page.
    pub codeinjection_foot: Option<String>,
    /// The name of a template of its own.
    pub custom_template: Option<String>,
    /// Pages only: whether the title and the picture stand above the text.
    pub show_title_and_feature_image: bool,
    /// Whether embeds (`iframe`) of the writer's raw HTML stay.
    pub trusted: bool,
    /// Front matter of an imported file that has no field here; kept word for word, as JSON.
    pub frontmatter: Option<String>,
    /// Counts the changes; for optimistic locking.
    pub revision: i64,
    /// The source of the text, and of all that follows.
    pub markdown: String,
    /// The text as readers get it, made at save.
    pub html: String,
    /// The text without markup, made at save.
    pub plaintext: String,
    /// The headings, made at save.
    pub headings: Json<Vec<Heading>>,
}

impl PostSummary {
    /// That of a draft that has nothing but a title.
    #[must_use]
    pub fn titled(id: PostId, kind: PostKind, title: &str, slug: Slug, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            title: title.to_owned(),
            slug,
            status: Status::Draft,
            visibility: Visibility::Public,
            featured: false,
            custom_excerpt: None,
            excerpt: String::new(),
            reading_time: 0,
            feature_image: None,
            feature_image_alt: None,
            feature_image_caption: None,
            locale: None,
            published_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}

impl Post {
    /// The post that nothing but a summary is known of.
    #[must_use]
    pub fn of(summary: PostSummary) -> Self {
        Self {
            uuid: derived_uuid(summary.id.as_str()),
            summary,
            comment_id: None,
            feed_guid: None,
            social: Social::default(),
            codeinjection_head: None,
            codeinjection_foot: None,
            custom_template: None,
            show_title_and_feature_image: true,
            trusted: false,
            frontmatter: None,
            revision: 1,
            markdown: String::new(),
            html: String::new(),
            plaintext: String::new(),
            headings: Json(Vec::new()),
        }
    }

    /// What everybody may read of it, without markup.
    #[must_use]
    pub fn open_text(&self) -> &str {
        match self.summary.visibility {
            Visibility::Public => &self.plaintext,
            Visibility::Members => &self.summary.excerpt,
        }
    }
}

/// A heading of a text, for its table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The id of its anchor in the HTML.
    pub id: String,
    /// Its words, without markup.
    pub text: String,
}

/// A post in a list, with those who wrote it and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostCard {
    /// The post.
    pub post: PostSummary,
    /// In the order that the writer chose; the first is the primary tag.
    pub tags: Vec<Tag>,
    /// In the order that the writer chose; at least one.
    pub authors: Vec<Author>,
    /// Its picture.
    pub picture: Option<Picture>,
}

/// A post with those who wrote it and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullPost {
    /// The post.
    pub post: Post,
    /// In the order that the writer chose; the first is the primary tag.
    pub tags: Vec<Tag>,
    /// In the order that the writer chose; at least one.
    pub authors: Vec<Author>,
    /// Its picture.
    pub picture: Option<Picture>,
}

/// The first tag, if readers may see it (Ghost's rule: an internal first tag gives none).
#[must_use]
pub fn primary_tag(tags: &[Tag]) -> Option<&Tag> {
    tags.first().filter(|tag| tag.is_public())
}

/// What a writer decides about a post; the publishing service derives the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Post or page.
    #[serde(rename = "type")]
    pub kind: PostKind,
    /// Its title.
    pub title: String,
    /// The slug wished for; made from the title where there is none.
    pub slug: Option<String>,
    /// The text.
    pub markdown: String,
    /// Where it is on its way to the readers.
    pub status: Status,
    /// Which readers see all of it.
    pub visibility: Visibility,
    /// Whether it leads the home page.
    pub featured: bool,
    /// The excerpt that the writer wrote.
    pub custom_excerpt: Option<String>,
    /// The address of its picture.
    pub feature_image: Option<String>,
    /// What the picture shows.
    pub feature_image_alt: Option<String>,
    /// The line under the picture; HTML.
    pub feature_image_caption: Option<String>,
    /// The language it is written in, if not the site's.
    pub locale: Option<String>,
    /// When it was, or is to be, published; the present where a published post has none.
    pub published_at: Option<Timestamp>,
    /// For search engines and social networks.
    pub social: Social,
    /// HTML for the head of its page.
    pub codeinjection_head: Option<String>,
    /// HTML for the end of its page.
    pub codeinjection_foot: Option<String>,
    /// The name of a template of its own.
    pub custom_template: Option<String>,
    /// Pages only: whether the title and the picture stand above the text.
    pub show_title_and_feature_image: bool,
    /// Whether embeds of the writer's raw HTML stay.
    pub trusted: bool,
    /// Front matter that has no field here, as JSON.
    pub frontmatter: Option<String>,
    /// Names of content tags, in order; the first is the primary tag.
    pub tags: Vec<String>,
    /// Authors, in order; never empty once saved.
    pub authors: Vec<UserId>,
}

impl Draft {
    /// The draft that would make a post what it is.
    #[must_use]
    pub fn of(full: &FullPost) -> Self {
        let FullPost { post, tags, authors, .. } = full;
        let summary = &post.summary;
        Self {
            kind: summary.kind,
            title: summary.title.clone(),
            slug: Some(summary.slug.to_string()),
            markdown: post.markdown.clone(),
            status: summary.status,
            visibility: summary.visibility,
            featured: summary.featured,
            custom_excerpt: summary.custom_excerpt.clone(),
            feature_image: summary.feature_image.clone(),
            feature_image_alt: summary.feature_image_alt.clone(),
            feature_image_caption: summary.feature_image_caption.clone(),
            locale: summary.locale.clone(),
            published_at: summary.published_at,
            social: post.social.clone(),
            codeinjection_head: post.codeinjection_head.clone(),
            codeinjection_foot: post.codeinjection_foot.clone(),
            custom_template: post.custom_template.clone(),
            show_title_and_feature_image: post.show_title_and_feature_image,
            trusted: post.trusted,
            frontmatter: post.frontmatter.clone(),
            tags: tags.iter().map(|tag| tag.name.clone()).collect(),
            authors: authors.iter().map(|author| author.id.clone()).collect(),
        }
    }
}
