//! What can be filtered and sorted by: names of Ghost's API, and what each is in the database.

/// What a name of a filter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// A column of the row itself.
    Column(Column),
    /// A column of rows that belong to the row.
    Related(Relation, Column),
    /// Nobody may ask for it; whatever a filter says of it counts for nothing.
    Hidden,
}

/// A column, as SQL names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) sql: &'static str,
    pub(super) kind: Kind,
    pub(super) is_nullable: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Bool,
    Instant,
}

/// What belongs to a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Tags,
    Authors,
    PrimaryTag,
    PrimaryAuthor,
}

/// What is browsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Posts or pages, by the alias `p`.
    Posts,
    /// Content tags, by the alias `t`.
    Tags,
    /// Authors, by the alias `u`.
    Authors,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Anybody.
    Reader,
    /// An integration, which may see drafts.
    Integration,
}

impl Resource {
    /// What a name means; `None` where it means nothing.
    pub(super) fn field(self, asker: Asker, name: &str) -> Option<Field> {
        match self {
            Self::Posts => post_field(asker, name),
            Self::Tags => tag_field(asker, name),
            Self::Authors => author_field(asker, name),
        }
    }

    /// The column of the ids, which decide where nothing else does.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Posts => "p.id",
            Self::Tags => "t.id",
            Self::Authors => "u.id",
        }
    }

    /// The column of the slugs.
    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Posts => "p.slug",
            Self::Tags => "t.slug",
            Self::Authors => "u.slug",
        }
    }
}

impl Relation {
    /// The ids of posts that have a related row; what it has to be like follows.
    pub(super) const fn posts(self) -> &'static str {
        match self {
            Self::Tags => {
                "select r.post_id from posts_tags r join tags t on t.id = r.tag_id where "
            }
            Self::Authors => {
                "select r.post_id from posts_authors r join users u on u.id = r.user_id where "
            }
            Self::PrimaryTag => {
                "select r.post_id from posts_tags r join tags t on t.id = r.tag_id \
                 where r.sort_order = 0 and t.visibility = 'public' and "
            }
            Self::PrimaryAuthor => {
                "select r.post_id from posts_authors r join users u on u.id = r.user_id \
                 where r.sort_order = 0 and "
            }
        }
    }
}

const fn column(sql: &'static str, kind: Kind) -> Field {
    Field::Column(Column { sql, kind, is_nullable: false })
}

const fn perhaps(sql: &'static str, kind: Kind) -> Field {
    Field::Column(Column { sql, kind, is_nullable: true })
}

/// Finds the first name that is right; `sql` is the alias and the name.
macro_rules! named {
    ($name:expr, $alias:literal, $make:ident, $kind:expr, [$($column:literal),+ $(,)?]) => {
        match $name {
            $($column => Some($make(concat!($alias, ".", $column), $kind)),)+
            _ => None,
        }
    };
}

fn post_field(asker: Asker, name: &str) -> Option<Field> {
    let is_hidden = match asker {
        Asker::Reader => matches!(
            name,
            // What is published is all that a reader can ask for, whatever they say.
            "status"
                | "password"
                | "email"
                | "email_only"
                | "email_segment"
                | "email_recipient_filter"
                | "newsletter"
                | "newsletter_id"
                | "html"
                | "lexical"
                | "mobiledoc"
                | "plaintext"
                | "locale"
                | "published_by"
        ),
        Asker::Integration => matches!(name, "password" | "token" | "secret"),
    };
    if is_hidden || name.starts_with("post_revisions") || name.starts_with("mobiledoc_revisions") {
        return Some(Field::Hidden);
    }
    let path = |relation, field: Option<Field>| match field? {
        Field::Column(column) => Some(Field::Related(relation, column)),
        other => Some(other),
    };
    let (relation, within) = name.split_once('.').unwrap_or((name, "slug"));
    match relation {
        "tag" | "tags" => return path(Relation::Tags, tag_field(asker, within)),
        "author" | "authors" => return path(Relation::Authors, author_field(asker, within)),
        "primary_tag" => return path(Relation::PrimaryTag, tag_field(asker, within)),
        "primary_author" => return path(Relation::PrimaryAuthor, author_field(asker, within)),
        _ => {}
    }
    let name = name.strip_prefix("posts_meta.").unwrap_or(name);
    named!(
        name,
        "p",
        column,
        Kind::Text,
        ["id", "uuid", "slug", "title", "type", "visibility", "status"]
    )
    .or_else(|| {
        named!(
            name,
            "p",
            perhaps,
            Kind::Text,
            [
                "comment_id",
                "custom_excerpt",
                "feature_image",
                "feature_image_alt",
                "feature_image_caption",
                "canonical_url",
                "custom_template",
                "codeinjection_head",
                "codeinjection_foot",
                "og_image",
                "og_title",
                "og_description",
                "twitter_image",
                "twitter_title",
                "twitter_description",
                "meta_title",
                "meta_description",
                "frontmatter",
                "locale",
            ]
        )
    })
    .or_else(|| named!(name, "p", column, Kind::Bool, ["featured", "show_title_and_feature_image"]))
    .or_else(|| named!(name, "p", column, Kind::Instant, ["created_at", "updated_at"]))
    .or_else(|| named!(name, "p", perhaps, Kind::Instant, ["published_at"]))
    .or_else(|| named!(name, "p", column, Kind::Number, ["reading_time"]))
    // Posts are never sent by email.
    .or_else(|| (name == "email_subject").then_some(perhaps("cast(null as text)", Kind::Text)))
}

fn tag_field(asker: Asker, name: &str) -> Option<Field> {
    let is_hidden = matches!(name, "parent" | "parent_id")
        || asker == Asker::Reader && matches!(name, "created_at" | "updated_at");
    if is_hidden {
        return Some(Field::Hidden);
    }
    named!(name, "t", column, Kind::Text, ["id", "name", "slug", "visibility"])
        .or_else(|| {
            named!(
                name,
                "t",
                perhaps,
                Kind::Text,
                [
                    "description",
                    "feature_image",
                    "accent_color",
                    "canonical_url",
                    "codeinjection_head",
                    "codeinjection_foot",
                    "og_image",
                    "og_title",
                    "og_description",
                    "twitter_image",
                    "twitter_title",
                    "twitter_description",
                    "meta_title",
                    "meta_description",
                ]
            )
        })
        .or_else(|| named!(name, "t", column, Kind::Instant, ["created_at", "updated_at"]))
}

fn author_field(asker: Asker, name: &str) -> Option<Field> {
    let is_hidden = matches!(name, "password" | "token" | "secret" | "tour" | "accessibility")
        || asker == Asker::Reader
            && (matches!(
                name,
                "email"
                    | "status"
                    | "last_seen"
                    | "created_at"
                    | "updated_at"
                    | "visibility"
                    | "role"
            ) || name.starts_with("roles")
                || name.contains("notification"));
    if is_hidden {
        return Some(Field::Hidden);
    }
    named!(name, "u", column, Kind::Text, ["id", "name", "slug", "status"])
        .or_else(|| {
            named!(
                name,
                "u",
                perhaps,
                Kind::Text,
                [
                    "email",
                    "profile_image",
                    "cover_image",
                    "bio",
                    "website",
                    "location",
                    "facebook",
                    "twitter",
                    "threads",
                    "bluesky",
                    "mastodon",
                    "tiktok",
                    "youtube",
                    "instagram",
                    "linkedin",
                    "meta_title",
                    "meta_description",
                ]
            )
        })
        .or_else(|| named!(name, "u", column, Kind::Instant, ["created_at", "updated_at"]))
}
