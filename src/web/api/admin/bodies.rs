//! What the body of a request may say, for the description: [`fields`](super::fields) reads it, field by
//! field, and a test holds the two against each other.

use schemars::JsonSchema;

/// A post or a page that is new.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
pub(super) struct NewPost {
    #[schemars(length(min = 1, max = 255))]
    title: String,
    #[schemars(flatten)]
    rest: PostBody,
}

/// What is to change of a post or a page. What is not in it stays as it is.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
pub(super) struct ChangedPost {
    /// As it was when it was read. If somebody else saved it since, there is a 409, and nothing changes.
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    #[schemars(length(min = 1, max = 255))]
    title: Option<String>,
    #[schemars(flatten)]
    rest: PostBody,
}

/// A content tag that is new.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
pub(super) struct NewTag {
    /// If it begins with `#`, the tag is for the site's own use.
    #[schemars(length(min = 1, max = 191))]
    name: String,
    #[schemars(flatten)]
    rest: TagBody,
}

/// What is to change of a content tag. What is not in it stays as it is.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
pub(super) struct ChangedTag {
    #[schemars(length(min = 1, max = 191))]
    name: Option<String>,
    #[schemars(flatten)]
    rest: TagBody,
}

/// A webhook that is new.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
pub(super) struct NewHook {
    /// Of what it is told, like `post.published`.
    #[schemars(length(min = 1, max = 191))]
    event: String,
    /// Where it is told.
    #[schemars(length(min = 1, max = 2000))]
    target_url: String,
    #[schemars(flatten)]
    rest: HookBody,
}

/// What is to change of a webhook. What is not in it stays as it is.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
pub(super) struct ChangedHook {
    #[schemars(length(min = 1, max = 191))]
    event: Option<String>,
    #[schemars(length(min = 1, max = 2000))]
    target_url: Option<String>,
    #[schemars(flatten)]
    rest: HookBody,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
struct HookBody {
    #[schemars(length(max = 191))]
    name: Option<String>,
    /// What signs the messages.
    #[schemars(length(max = 191))]
    secret: Option<String>,
    #[schemars(length(max = 191))]
    api_version: Option<String>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
struct PostBody {
    /// If it is left out, one is made of the title.
    #[schemars(length(max = 1000))]
    slug: Option<String>,
    status: Option<Status>,
    visibility: Option<Visibility>,
    featured: Option<bool>,
    #[schemars(extend("format" = "date-time"))]
    published_at: Option<String>,
    /// The text, if `source` is `html`.
    html: Option<String>,
    /// The text, if `source` is `markdown`.
    markdown: Option<String>,
    /// The text as a document of Ghost's editor, as JSON in a string.
    lexical: Option<String>,
    /// The same of its editor of old.
    mobiledoc: Option<String>,
    /// In their order; the first one is the most important. Those that are not there are made.
    #[schemars(length(max = 100))]
    tags: Option<Vec<TagName>>,
    /// In their order; the owner, where there are none.
    #[schemars(length(max = 100))]
    authors: Option<Vec<AuthorName>>,
    #[schemars(length(max = 300))]
    custom_excerpt: Option<String>,
    #[schemars(length(max = 2000))]
    feature_image: Option<String>,
    #[schemars(length(max = 191))]
    feature_image_alt: Option<String>,
    #[schemars(length(max = 65_535))]
    feature_image_caption: Option<String>,
    #[schemars(length(max = 35))]
    locale: Option<String>,
    #[schemars(length(max = 65_535))]
    codeinjection_head: Option<String>,
    #[schemars(length(max = 65_535))]
    codeinjection_foot: Option<String>,
    #[schemars(length(max = 100))]
    custom_template: Option<String>,
    #[schemars(length(max = 65_535))]
    frontmatter: Option<String>,
    /// Of pages alone.
    show_title_and_feature_image: Option<bool>,
    #[schemars(flatten)]
    social: SocialBody,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
struct TagBody {
    /// If it is left out, one is made of the name.
    #[schemars(length(max = 1000))]
    slug: Option<String>,
    #[schemars(length(max = 500))]
    description: Option<String>,
    #[schemars(length(max = 2000))]
    feature_image: Option<String>,
    /// Like `#b3261e`.
    #[schemars(length(max = 7))]
    accent_color: Option<String>,
    #[schemars(length(max = 65_535))]
    codeinjection_head: Option<String>,
    #[schemars(length(max = 65_535))]
    codeinjection_foot: Option<String>,
    #[schemars(flatten)]
    social: SocialBody,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
struct SocialBody {
    #[schemars(length(max = 300))]
    meta_title: Option<String>,
    #[schemars(length(max = 500))]
    meta_description: Option<String>,
    #[schemars(length(max = 2000))]
    og_image: Option<String>,
    #[schemars(length(max = 300))]
    og_title: Option<String>,
    #[schemars(length(max = 500))]
    og_description: Option<String>,
    #[schemars(length(max = 2000))]
    twitter_image: Option<String>,
    #[schemars(length(max = 300))]
    twitter_title: Option<String>,
    #[schemars(length(max = 500))]
    twitter_description: Option<String>,
    #[schemars(length(max = 2000))]
    canonical_url: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
#[expect(dead_code, reason = "it is described, and read by another way")]
enum Status {
    Draft,
    Scheduled,
    Published,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
#[expect(dead_code, reason = "it is described, and read by another way")]
enum Visibility {
    Public,
    Members,
    Paid,
    Tiers,
}

/// A content tag, by its name or by something else that it has.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it is described, and read by another way")]
enum TagName {
    Name(String),
    Something { id: Option<String>, slug: Option<String>, name: Option<String> },
}

/// An author, by the address for mail or by something else.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it is described, and read by another way")]
enum AuthorName {
    Address(String),
    Something { id: Option<String>, slug: Option<String>, email: Option<String> },
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use schemars::{JsonSchema, schema_for};
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::PostKind;
    use crate::domain::post::Draft;
    use crate::services::tagging::TagDraft;
    use crate::web::api::admin::fields;
    use crate::web::api::asked::Names;
    use crate::web::api::body::{Body, Fields};
    use crate::web::api::error::Doing;
    use crate::web::api::params::Params;

    const POSTS: Names = Names { many: "posts", one: "post" };

    fn properties<T: JsonSchema>() -> Vec<(String, Value)> {
        let schema = schema_for!(T);
        let properties = schema.get("properties").and_then(Value::as_object).unwrap();
        properties.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect()
    }

    fn body(name: &str, value: &Value) -> Fields {
        let body = json!({ "posts": [{ name: value }] });
        Body::of(&body).one(POSTS, Doing::Save("post")).unwrap()
    }

    /// Whether a post takes a value for a field.
    fn post_takes(name: &str, value: &Value) -> bool {
        let fields = body(name, value);
        let mut draft = Draft { kind: PostKind::Page, ..Draft::default() };
        let source = |form| fields::source(&fields, &Params::of(form)).is_ok();
        fields::post(&fields, "https://example.org", &mut draft).is_ok()
            && source("source=html")
            && source("source=markdown")
            && fields::tags(&fields).is_ok()
            && fields::authors(&fields).is_ok()
            // The handler reads it.
            && fields.instants("updated_at").is_ok()
    }

    fn tag_takes(name: &str, value: &Value) -> bool {
        fields::tag(&body(name, value), "https://example.org", &mut TagDraft::default()).is_ok()
    }

    /// What is described is read, and no longer than it is described.
    fn is_read(name: &str, schema: &Value, takes: impl Fn(&str, &Value) -> bool) {
        assert!(!takes(name, &json!({ "no": "such" })), "{name} is not read");
        if let Some(longest) = schema["maxLength"].as_u64() {
            let text = |chars: u64| json!("/".repeat(usize::try_from(chars).unwrap()));
            assert!(takes(name, &text(longest)), "{name} may be as long");
            assert!(!takes(name, &text(longest + 1)), "{name} may not be longer");
        }
    }

    #[test]
    fn what_is_described_is_read() {
        for (name, schema) in properties::<NewPost>().into_iter().chain(properties::<ChangedPost>())
        {
            is_read(&name, &schema, post_takes);
        }
        for (name, schema) in properties::<NewTag>() {
            is_read(&name, &schema, tag_takes);
        }
        for word in ["draft", "scheduled", "published"] {
            assert!(post_takes("status", &json!(word)));
        }
        for word in ["public", "members", "paid", "tiers"] {
            assert!(post_takes("visibility", &json!(word)));
        }
    }

    #[test]
    fn what_is_read_is_described() {
        let calls = include_str!("fields.rs")
            .split('(')
            .filter_map(|call| call.strip_prefix('"').or_else(|| call.strip_prefix("fields, \"")));
        let read: BTreeSet<&str> = calls.filter_map(|call| call.split('"').next()).collect();
        assert!(read.len() > 30 && read.contains("tags"), "{read:?}");
        let described = [properties::<NewPost>(), properties::<NewTag>()].concat();
        let described: BTreeSet<&str> = described.iter().map(|(name, _)| name.as_str()).collect();
        let silent: Vec<_> = read.difference(&described).collect();
        assert!(silent.is_empty(), "{silent:?}");
    }
}
