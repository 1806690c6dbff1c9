//! Posts and pages.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Author, Site, Tag, Wanted};
use crate::domain::post::{self, Visibility};
use crate::domain::{self, PostKind, Status, paths};
use crate::services::reading::{Asker, Beside, BrowsedPost};
use crate::web::absolute;
use crate::web::api::params::{Format, Formats};

/// So many characters of a text stand for it where nobody wrote an excerpt.
const EXCERPT: usize = 500;

/// A post or a page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct Post {
    #[schemars(regex(pattern = "^[0-9a-f]{24}$"))]
    id: String,
    #[schemars(extend("format" = "uuid"))]
    uuid: String,
    comment_id: Option<String>,
    title: String,
    slug: String,
    /// The text as readers get it, every address in it absolute. There unless `formats` asks for others
    /// alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    /// The text without markup. There if `formats` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    plaintext: Option<String>,
    /// An absolute address, as every other in here.
    feature_image: Option<String>,
    feature_image_alt: Option<String>,
    /// HTML.
    feature_image_caption: Option<String>,
    featured: bool,
    visibility: Visibility,
    /// Whether the whole text is in here, for a reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<bool>,
    /// Whether this reader may comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    comments: Option<bool>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    /// Null where it never was.
    #[schemars(extend("format" = "date-time"))]
    published_at: Option<String>,
    custom_excerpt: Option<String>,
    /// Null where there is nothing to read.
    excerpt: Option<String>,
    /// Minutes; a text without words takes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reading_time: Option<i32>,
    codeinjection_head: Option<String>,
    codeinjection_foot: Option<String>,
    custom_template: Option<String>,
    canonical_url: Option<String>,
    /// In their order. There if `include` names `tags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Tag>>,
    /// The first tag, where that is public; there with `tags`.
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    primary_tag: Wanted<Tag>,
    /// In their order. There if `include` names `authors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    authors: Option<Vec<Author>>,
    /// The first author; there with `authors`.
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    primary_author: Wanted<Author>,
    /// Its page; of what is not published, a preview.
    url: String,
    og_image: Option<String>,
    og_title: Option<String>,
    og_description: Option<String>,
    twitter_image: Option<String>,
    twitter_title: Option<String>,
    twitter_description: Option<String>,
    meta_title: Option<String>,
    meta_description: Option<String>,
    /// Of posts alone; none was ever sent.
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    email_subject: Wanted<String>,
    frontmatter: Option<String>,
    /// Of pages alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    show_title_and_feature_image: Option<bool>,
}

impl Post {
    pub(in crate::web::api) fn of(
        site: &Site<'_>,
        browsed: &BrowsedPost,
        beside: Beside,
        formats: &Formats,
    ) -> Self {
        let BrowsedPost { post, tags, authors } = browsed;
        let (summary, social) = (&post.summary, &post.social);
        let is_reader = site.asker == Asker::Reader;
        let url = if summary.status == Status::Published {
            site.url(&paths::post(&summary.slug))
        } else {
            site.url(&paths::preview(&post.uuid))
        };
        let is_page = summary.kind == PostKind::Page;
        let is_open = !is_reader || summary.visibility == Visibility::Public;
        let text = |whole: &dyn Fn() -> String| if is_open { whole() } else { String::new() };
        let tag = |tag: &domain::Tag| Tag::of(site, tag, None);
        let author = |author: &domain::Author| Author::of(site, author, None);
        Self {
            id: summary.id.to_string(),
            uuid: post.uuid.clone(),
            comment_id: post.comment_id.clone(),
            title: summary.title.clone(),
            slug: summary.slug.to_string(),
            html: formats.has(Format::Html).then(|| text(&|| absolute::html(&post.html, &url))),
            plaintext: formats.has(Format::Plaintext).then(|| text(&|| post.plaintext.clone())),
            feature_image: site.absolute(summary.feature_image.as_ref()),
            feature_image_alt: summary.feature_image_alt.clone(),
            feature_image_caption: summary.feature_image_caption.clone(),
            featured: summary.featured,
            visibility: summary.visibility,
            access: is_reader.then_some(is_open),
            comments: is_reader.then_some(false),
            created_at: site.dates.write(summary.created_at),
            updated_at: site.dates.write(summary.updated_at),
            published_at: summary.published_at.map(|at| site.dates.write(at)),
            custom_excerpt: summary.custom_excerpt.clone(),
            excerpt: excerpt(post, is_open),
            reading_time: (!post.html.is_empty()).then_some(summary.reading_time),
            codeinjection_head: post.codeinjection_head.clone(),
            codeinjection_foot: post.codeinjection_foot.clone(),
            custom_template: post.custom_template.clone(),
            canonical_url: site.absolute(social.canonical_url.as_ref()),
            tags: beside.tags.then(|| tags.iter().map(tag).collect()),
            primary_tag: Wanted::when(beside.tags, || post::primary_tag(tags).map(tag)),
            authors: beside.authors.then(|| authors.iter().map(author).collect()),
            primary_author: Wanted::when(beside.authors, || authors.first().map(author)),
            url,
            og_image: site.absolute(social.og_image.as_ref()),
            og_title: social.og_title.clone(),
            og_description: social.og_description.clone(),
            twitter_image: site.absolute(social.twitter_image.as_ref()),
            twitter_title: social.twitter_title.clone(),
            twitter_description: social.twitter_description.clone(),
            meta_title: social.meta_title.clone(),
            meta_description: social.meta_description.clone(),
            email_subject: Wanted::when(!is_page, || None),
            frontmatter: post.frontmatter.clone(),
            show_title_and_feature_image: is_page.then_some(post.show_title_and_feature_image),
        }
    }
}

/// What the writer wrote, else how the text begins; of a text that is not open, what lists show of it.
fn excerpt(post: &domain::Post, is_open: bool) -> Option<String> {
    let excerpt = match &post.summary.custom_excerpt {
        Some(excerpt) => excerpt.clone(),
        None if is_open => post.plaintext.chars().take(EXCERPT).collect(),
        None => post.summary.excerpt.clone(),
    };
    (!excerpt.is_empty()).then_some(excerpt)
}
