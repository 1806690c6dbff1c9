//! What integrations see beyond what readers do: the state of a post, and of people what they may do.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Author, Count, Post, Site, Tag, Wanted};
use crate::domain::author::{Role, UserStatus};
use crate::domain::{self, PostKind, Status, UserId, post};
use crate::services::editing;
use crate::services::reading::{Beside, BrowsedPost};
use crate::web::api::params::{Format, Formats};

/// A post or a page in whatever state.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct EditedPost {
    #[serde(flatten)]
    post: Post,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<EditedTag>>,
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    primary_tag: Wanted<EditedTag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authors: Option<Vec<User>>,
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    primary_author: Wanted<User>,
    status: Status,
    /// A document of Ghost's editor, as JSON in a string, with one card, which holds the Markdown. There
    /// if `formats` names it, and if `formats` names nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    lexical: Option<String>,
    /// A document of Ghost's editor of old: there is none.
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    mobiledoc: Wanted<String>,
    /// The text as it was written. There if `formats` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
    /// Of posts alone, as what follows: how it was sent, and none ever was.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_segment: Option<&'static str>,
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    email: Wanted<String>,
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    newsletter: Wanted<String>,
    tiers: [&'static str; 0],
    count: Echo,
}

/// What came of it. Nobody counts that.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
struct Echo {
    #[serde(skip_serializing_if = "Option::is_none")]
    clicks: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signups: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_conversions: Option<u32>,
    positive_feedback: u32,
    negative_feedback: u32,
}

/// A content tag.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct EditedTag {
    #[serde(flatten)]
    tag: Tag,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
}

/// A user: an author, and what they may do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct User {
    #[serde(flatten)]
    author: Author,
    email: Option<String>,
    status: UserStatus,
    roles: [UserRole; 1],
    last_seen: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
struct UserRole {
    id: String,
    name: &'static str,
    description: &'static str,
}

impl EditedPost {
    pub(in crate::web::api) fn of(
        site: &Site<'_>,
        browsed: &BrowsedPost,
        beside: Beside,
        formats: &Formats,
    ) -> Self {
        let markdown = &browsed.post.markdown;
        let tag = |tag: &domain::Tag| EditedTag::of(site, tag, None);
        let author = |author: &domain::Author| User::of(site, author, None);
        let (tags, authors) = (&browsed.tags, &browsed.authors);
        let is_post = browsed.post.summary.kind == PostKind::Post;
        Self {
            // Of what belongs to it there is more to tell than readers are told.
            post: Post::of(site, browsed, Beside::default(), formats),
            tags: beside.tags.then(|| tags.iter().map(tag).collect()),
            primary_tag: Wanted::when(beside.tags, || post::primary_tag(tags).map(tag)),
            authors: beside.authors.then(|| authors.iter().map(author).collect()),
            primary_author: Wanted::when(beside.authors, || authors.first().map(author)),
            status: browsed.post.summary.status,
            lexical: formats.has(Format::Lexical).then(|| editing::lexical(markdown)),
            mobiledoc: Wanted::when(formats.has(Format::Mobiledoc), || None),
            markdown: formats.has(Format::Markdown).then(|| markdown.clone()),
            email_only: is_post.then_some(false),
            email_segment: is_post.then_some("all"),
            email: Wanted::when(is_post, || None),
            newsletter: Wanted::when(is_post, || None),
            tiers: [],
            count: Echo {
                clicks: is_post.then_some(0),
                signups: (!is_post).then_some(0),
                paid_conversions: (!is_post).then_some(0),
                positive_feedback: 0,
                negative_feedback: 0,
            },
        }
    }
}

impl EditedTag {
    pub(in crate::web::api) fn of(
        site: &Site<'_>,
        tag: &domain::Tag,
        count: Option<Count>,
    ) -> Self {
        Self {
            tag: Tag::of(site, tag, count),
            created_at: site.dates.write(tag.created_at),
            updated_at: site.dates.write(tag.updated_at),
        }
    }
}

impl User {
    pub(in crate::web::api) fn of(
        site: &Site<'_>,
        author: &domain::Author,
        count: Option<Count>,
    ) -> Self {
        Self {
            author: Author::of(site, author, count),
            email: author.email.clone(),
            status: author.status,
            roles: [UserRole::of(author.role)],
            last_seen: None,
            created_at: site.dates.write(author.created_at),
            updated_at: site.dates.write(author.updated_at),
        }
    }
}

impl UserRole {
    fn of(role: Role) -> Self {
        let (name, description) = match role {
            Role::Owner => ("Owner", "Owns the site"),
            Role::Administrator => ("Administrator", "Sees to everything"),
            Role::Editor => ("Editor", "Sees to all posts"),
            Role::Author => ("Author", "Sees to posts of their own"),
            Role::Contributor => ("Contributor", "Hands drafts in"),
        };
        Self { id: UserId::derived(name).to_string(), name, description }
    }
}
