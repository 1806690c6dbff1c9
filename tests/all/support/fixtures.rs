//! Content to put into a database: the least that is one, made from a name.

use masthead::domain::post::Heading;
use masthead::domain::slug::SlugStyle;
use masthead::domain::{
    Author, Post, PostId, PostKind, PostSummary, Slug, Social, Status, Tag, TagId, Timestamp,
    UserId, Visibility, ids,
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
    Post {
        summary: PostSummary {
            id: PostId::derived(name),
            kind: PostKind::Post,
            title: name.to_owned(),
            slug: slug(name),
            status: Status::Draft,
            visibility: Visibility::Public,
            featured: false,
            custom_excerpt: None,
            excerpt: format!("About {name}"),
            reading_time: 1,
            feature_image: None,
            feature_image_alt: None,
            feature_image_caption: None,
            locale: None,
            published_at: None,
            created_at: NOON,
            updated_at: NOON,
        },
        uuid: ids::derived_uuid(name),
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
        markdown: format!("# {name}"),
        html: format!("<h1>{name}</h1>"),
        plaintext: name.to_owned(),
        headings: sqlx::types::Json(vec![Heading {
            level: 1,
            id: slug(name).to_string(),
            text: name.to_owned(),
        }]),
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
