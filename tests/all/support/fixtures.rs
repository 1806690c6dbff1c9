//! Content to put into a database: the least that is one, made from a name.

use masthead::domain::post::Heading;
use masthead::domain::slug::SlugStyle;
use masthead::domain::{
    Author, Post, PostId, PostKind, PostSummary, Slug, Status, Tag, TagId, Timestamp, UserId, ids,
};

/// Noon of 1 May 2026, UTC.
pub const NOON: Timestamp = Timestamp(1_777_636_800_000_000);

/// SQL that adds an owner, so that there is an author.
pub const OWNER: &str = "
    insert into users (id, name, slug, status, role, created_at, updated_at)
    values ('000000000000000000000001', 'Ada', 'ada', 'active', 'owner', 1, 1)";

/// The slug of a name that is one.
pub fn slug(name: &str) -> Slug {
    Slug::from_text(name, SlugStyle::Ascii).unwrap()
}

/// A draft whose id, uuid, slug and title follow from its name.
pub fn draft(name: &str) -> Post {
    let (id, slug) = (PostId::derived(name), slug(name));
    let heading = Heading { level: 1, id: slug.to_string(), text: name.to_owned() };
    let summary = PostSummary {
        excerpt: format!("About {name}"),
        reading_time: 1,
        ..PostSummary::titled(id, PostKind::Post, name, slug, NOON)
    };
    Post {
        uuid: ids::derived_uuid(name),
        markdown: format!("# {name}"),
        html: format!("<h1>{name}</h1>"),
        plaintext: name.to_owned(),
        headings: sqlx::types::Json(vec![heading]),
        ..Post::of(summary)
    }
}

/// A post that readers see.
pub fn published(name: &str, at: Timestamp) -> Post {
    let mut post = draft(name);
    post.summary.status = Status::Published;
    post.summary.published_at = Some(at);
    post
}

/// A tag whose id and slug follow from its name.
pub fn tag(name: &str) -> Tag {
    Tag::named(TagId::derived(name), name, slug(name), NOON)
}

/// An author whose id and slug follow from their name.
pub fn author(name: &str) -> Author {
    Author::named(UserId::derived(name), name, slug(name), NOON)
}
