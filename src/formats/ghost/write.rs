//! Writes a Ghost JSON export, a post at a time.
//!
//! What Ghost's format has a place for comes back by [`super::read`]. It has none for: whether a
//! post is `trusted`, its former paths, a feed guid other than its id, pictures themselves; the
//! settings `members_enabled`, `slug_style` and `security_contact`. Every user comes back locked,
//! and the owner as an administrator; a password is never written. Tags and authors need their
//! rows: posts refer to them by id.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{dates, lexical, settings};
use crate::domain::author::{Role, UserStatus};
use crate::domain::post::{FullPost, PostSummary};
use crate::domain::tag::TagVisibility;
use crate::domain::{
    Author, PostId, PostKind, Settings, Social, Status, Tag, Timestamp, Visibility,
};

/// The version of Ghost whose tables are written.
const VERSION: &str = "6.65.0";

/// The roles that users refer to.
const ROLES: [(Role, &str); 5] = [
    (Role::Owner, "Owner"),
    (Role::Administrator, "Administrator"),
    (Role::Editor, "Editor"),
    (Role::Author, "Author"),
    (Role::Contributor, "Contributor"),
];

/// An export that is being written.
///
/// Posts go straight out. Of each, only a few hundred bytes stay in memory: the rows of the small
/// tables that come after.
#[derive(Debug)]
pub struct ExportWriter<W> {
    out: W,
    has_posts: bool,
    meta: Vec<Value>,
    authors: Vec<Value>,
    tags: Vec<Value>,
}

impl<W: Write> ExportWriter<W> {
    /// Begins an export.
    pub fn new(mut out: W, now: Timestamp) -> io::Result<Self> {
        let meta = json!({"exported_on": now.0.div_euclid(1_000), "version": VERSION});
        write!(out, "{{\"db\":[{{\"meta\":{meta},\"data\":{{\"posts\":[")?;
        Ok(Self { out, has_posts: false, meta: Vec::new(), authors: Vec::new(), tags: Vec::new() })
    }

    /// Writes a post or a page.
    pub fn post(&mut self, post: &FullPost) -> io::Result<()> {
        self.out.write_all(if self.has_posts { b",\n" } else { b"\n" })?;
        self.has_posts = true;
        serde_json::to_writer(&mut self.out, &post_row(post))?;
        let id = &post.post.summary.id;
        self.meta.push(meta_row(post));
        for (order, author) in post.authors.iter().enumerate() {
            self.authors.push(json!({
                "id": PostId::derived(&format!("posts_authors {id} {}", author.id)),
                "post_id": id, "author_id": author.id, "sort_order": order
            }));
        }
        for (order, tag) in post.tags.iter().enumerate() {
            self.tags.push(json!({
                "id": PostId::derived(&format!("posts_tags {id} {}", tag.id)),
                "post_id": id, "tag_id": tag.id, "sort_order": order
            }));
        }
        Ok(())
    }

    /// Writes the small tables and gives back what was written to.
    pub fn finish(
        mut self,
        authors: &[Author],
        tags: &[Tag],
        settings: &Settings,
    ) -> io::Result<W> {
        write!(self.out, "]")?;
        let role_id = |role: Role| {
            let name = ROLES.iter().find(|(r, _)| *r == role).map_or("", |(_, name)| name);
            PostId::derived(&format!("role {name}"))
        };
        let roles = ROLES.iter().map(|(role, name)| json!({"id": role_id(*role), "name": name}));
        let roles_users = authors.iter().map(|author| {
            json!({
                "id": PostId::derived(&format!("roles_users {}", author.id)),
                "role_id": role_id(author.role), "user_id": author.id
            })
        });
        let roles: Vec<Value> = roles.collect();
        let roles_users: Vec<Value> = roles_users.collect();
        let tables = [
            ("posts_meta", std::mem::take(&mut self.meta)),
            ("posts_authors", std::mem::take(&mut self.authors)),
            ("posts_tags", std::mem::take(&mut self.tags)),
            ("tags", tags.iter().map(tag_row).collect()),
            ("users", authors.iter().map(user_row).collect()),
            ("roles", roles),
            ("roles_users", roles_users),
            ("settings", setting_rows(settings)),
        ];
        for (name, rows) in tables {
            write!(self.out, ",\n\"{name}\":")?;
            serde_json::to_writer(&mut self.out, &rows)?;
        }
        write!(self.out, "}}}}]}}")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn post_row(post: &FullPost) -> Value {
    let FullPost { post, .. } = post;
    let PostSummary { id, slug, title, custom_excerpt, locale, .. } = &post.summary;
    let summary = &post.summary;
    json!({
        "id": id,
        "uuid": post.uuid,
        "title": title,
        "slug": slug,
        "mobiledoc": null,
        "lexical": lexical::of_markdown(&post.markdown),
        "html": post.html,
        "plaintext": post.plaintext,
        "comment_id": post.comment_id.as_deref().unwrap_or(id.as_str()),
        "feature_image": marked(summary.feature_image.as_deref()),
        "featured": flag(summary.featured),
        "type": match summary.kind {
            PostKind::Post => "post",
            PostKind::Page => "page",
        },
        "status": match summary.status {
            Status::Draft => "draft",
            Status::Scheduled => "scheduled",
            Status::Published => "published",
        },
        "visibility": match summary.visibility {
            Visibility::Public => "public",
            Visibility::Members => "members",
        },
        "locale": locale,
        "created_at": dates::format(summary.created_at),
        "updated_at": dates::format(summary.updated_at),
        "published_at": summary.published_at.map(dates::format),
        "custom_excerpt": custom_excerpt,
        "codeinjection_head": post.codeinjection_head,
        "codeinjection_foot": post.codeinjection_foot,
        "custom_template": post.custom_template,
        "canonical_url": post.social.canonical_url,
        "show_title_and_feature_image": flag(post.show_title_and_feature_image),
    })
}

fn meta_row(post: &FullPost) -> Value {
    let FullPost { post, .. } = post;
    let id = &post.summary.id;
    let mut row = social_cells(&post.social);
    row.insert("id".to_owned(), json!(PostId::derived(&format!("posts_meta {id}"))));
    row.insert("post_id".to_owned(), json!(id));
    row.insert("feature_image_alt".to_owned(), json!(post.summary.feature_image_alt));
    row.insert("feature_image_caption".to_owned(), json!(post.summary.feature_image_caption));
    row.insert("frontmatter".to_owned(), json!(post.frontmatter));
    row.insert("email_only".to_owned(), json!(0));
    Value::Object(row)
}

/// All of it but the canonical URL, which stands in other tables than the rest.
fn social_cells(social: &Social) -> Map<String, Value> {
    [
        ("meta_title", json!(social.meta_title)),
        ("meta_description", json!(social.meta_description)),
        ("og_image", json!(marked(social.og_image.as_deref()))),
        ("og_title", json!(social.og_title)),
        ("og_description", json!(social.og_description)),
        ("twitter_image", json!(marked(social.twitter_image.as_deref()))),
        ("twitter_title", json!(social.twitter_title)),
        ("twitter_description", json!(social.twitter_description)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}

fn tag_row(tag: &Tag) -> Value {
    let mut row = social_cells(&tag.social);
    let cells = json!({
        "id": tag.id,
        "name": tag.name,
        "slug": tag.slug,
        "description": tag.description,
        "feature_image": marked(tag.feature_image.as_deref()),
        "visibility": match tag.visibility {
            TagVisibility::Public => "public",
            TagVisibility::Internal => "internal",
        },
        "accent_color": tag.accent_color,
        "canonical_url": tag.social.canonical_url,
        "codeinjection_head": tag.codeinjection_head,
        "codeinjection_foot": tag.codeinjection_foot,
        "created_at": dates::format(tag.created_at),
        "updated_at": dates::format(tag.updated_at),
    });
    if let Value::Object(cells) = cells {
        row.extend(cells);
    }
    Value::Object(row)
}

fn user_row(author: &Author) -> Value {
    json!({
        "id": author.id,
        "name": author.name,
        "slug": author.slug,
        "email": author.email,
        "profile_image": marked(author.profile_image.as_deref()),
        "cover_image": marked(author.cover_image.as_deref()),
        "bio": author.bio,
        "website": author.website,
        "location": author.location,
        "facebook": author.facebook,
        "twitter": author.twitter,
        "threads": author.threads,
        "bluesky": author.bluesky,
        "mastodon": author.mastodon,
        "tiktok": author.tiktok,
        "youtube": author.youtube,
        "instagram": author.instagram,
        "linkedin": author.linkedin,
        "meta_title": author.meta_title,
        "meta_description": author.meta_description,
        "status": match author.status {
            UserStatus::Active => "active",
            UserStatus::Locked => "locked",
        },
        "visibility": "public",
        "created_at": dates::format(author.created_at),
        "updated_at": dates::format(author.updated_at),
    })
}

/// A row for every setting that the format knows and that has a value; all values are texts.
fn setting_rows(settings: &Settings) -> Vec<Value> {
    let values = serde_json::to_value(settings).unwrap_or_default();
    let row = |key: &str| {
        let value = match values.get(key)? {
            Value::Null => return None,
            Value::String(text) if key.ends_with("_image") || matches!(key, "logo" | "icon") => {
                marked(Some(text))?
            }
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let id = PostId::derived(&format!("setting {key}"));
        Some(json!({"id": id, "key": key, "value": value}))
    };
    settings::keys().filter_map(row).collect()
}

/// An address; a path from the root gets the mark that stands for the site in front.
fn marked(address: Option<&str>) -> Option<String> {
    address.map(|a| if a.starts_with('/') { format!("__GHOST_URL__{a}") } else { a.to_owned() })
}

fn flag(flag: bool) -> u8 {
    u8::from(flag)
}
