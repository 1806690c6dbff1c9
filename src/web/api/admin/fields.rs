//! What the body of a request may say of a post, a page or a tag.

use serde_json::Value;

use super::Result;
use crate::domain::post::Draft;
use crate::domain::{PostKind, Social, Status, Visibility};
use crate::services::editing::{AuthorWish, Source, TagWish};
use crate::services::tagging::TagDraft;
use crate::web::api::body::Fields;
use crate::web::api::params::Params;

/// What a post is called whose title says nothing, as Ghost has it.
const UNTITLED: &str = "(Untitled)";
/// The longest title that search engines and networks are told, in characters; this and what follows are
/// Ghost's limits.
const MAX_TITLE: usize = 300;
/// The longest description.
const MAX_DESCRIPTION: usize = 500;
/// The longest HTML that is put into a page.
const MAX_CODE: usize = 65_535;
/// The most tags, or authors, of one post.
const MAX_MEMBERS: usize = 100;

/// Writes what a body says of a post over what it was. The text, the tags and the authors are for others
/// to read: [`source`], [`tags`], [`authors`].
pub(super) fn post(fields: &Fields, base_url: &str, draft: &mut Draft) -> Result<()> {
    let before = (draft.status, draft.published_at);
    fields.text("title", 255, &mut draft.title)?;
    if fields.get("title").is_some() && draft.title.trim().is_empty() {
        UNTITLED.clone_into(&mut draft.title);
    }
    fields.optional("slug", 1_000, &mut draft.slug)?;
    fields.flag("featured", &mut draft.featured)?;
    fields.optional("custom_excerpt", 300, &mut draft.custom_excerpt)?;
    fields.address("feature_image", base_url, &mut draft.feature_image)?;
    fields.optional("feature_image_alt", 191, &mut draft.feature_image_alt)?;
    fields.optional("feature_image_caption", MAX_CODE, &mut draft.feature_image_caption)?;
    fields.optional("locale", 35, &mut draft.locale)?;
    fields.date("published_at", &mut draft.published_at)?;
    fields.optional("codeinjection_head", MAX_CODE, &mut draft.codeinjection_head)?;
    fields.optional("codeinjection_foot", MAX_CODE, &mut draft.codeinjection_foot)?;
    fields.optional("custom_template", 100, &mut draft.custom_template)?;
    fields.optional("frontmatter", MAX_CODE, &mut draft.frontmatter)?;
    social(fields, base_url, &mut draft.social)?;
    if draft.kind == PostKind::Page {
        let shows = &mut draft.show_title_and_feature_image;
        fields.flag("show_title_and_feature_image", shows)?;
    }
    if let Some(word) = fields.words("visibility")? {
        draft.visibility = match word {
            "public" => Visibility::Public,
            // There is one kind of member, so whatever is for some of them is for all.
            "members" | "paid" | "tiers" => Visibility::Members,
            _ => return Err(fields.refuses("visibility", "enum")),
        };
    }
    if let Some(word) = fields.words("status")? {
        draft.status = match word {
            "draft" => Status::Draft,
            "scheduled" => Status::Scheduled,
            "published" => Status::Published,
            _ => return Err(fields.refuses("status", "enum")),
        };
    }
    // What readers see has a date, and nobody can take that away.
    if (draft.status, draft.published_at) == (before.0, None) && before.0 == Status::Published {
        draft.published_at = before.1;
    }
    Ok(())
}

/// Writes what a body says of a tag over what it was.
pub(super) fn tag(fields: &Fields, base_url: &str, draft: &mut TagDraft) -> Result<()> {
    fields.text("name", 191, &mut draft.name)?;
    fields.optional("slug", 1_000, &mut draft.slug)?;
    fields.optional("description", MAX_DESCRIPTION, &mut draft.description)?;
    fields.address("feature_image", base_url, &mut draft.feature_image)?;
    fields.optional("accent_color", 7, &mut draft.accent_color)?;
    fields.optional("codeinjection_head", MAX_CODE, &mut draft.codeinjection_head)?;
    fields.optional("codeinjection_foot", MAX_CODE, &mut draft.codeinjection_foot)?;
    social(fields, base_url, &mut draft.social)
}

/// What search engines and networks are told.
fn social(fields: &Fields, base_url: &str, social: &mut Social) -> Result<()> {
    fields.optional("meta_title", MAX_TITLE, &mut social.meta_title)?;
    fields.optional("meta_description", MAX_DESCRIPTION, &mut social.meta_description)?;
    fields.address("og_image", base_url, &mut social.og_image)?;
    fields.optional("og_title", MAX_TITLE, &mut social.og_title)?;
    fields.optional("og_description", MAX_DESCRIPTION, &mut social.og_description)?;
    fields.address("twitter_image", base_url, &mut social.twitter_image)?;
    fields.optional("twitter_title", MAX_TITLE, &mut social.twitter_title)?;
    fields.optional("twitter_description", MAX_DESCRIPTION, &mut social.twitter_description)?;
    fields.address("canonical_url", base_url, &mut social.canonical_url)
}

/// The text of a post, in the form that the request says it has. HTML that nobody announced is what an
/// answer once showed, and nothing to save.
pub(super) fn source(fields: &Fields, params: &Params) -> Result<Option<Source>> {
    let in_form = |name, make: fn(String) -> Source| {
        Ok(fields.words(name)?.map(|text| make(text.to_owned())))
    };
    let announced = match params.source() {
        Some("html") => in_form("html", Source::Html)?,
        Some("markdown") => in_form("markdown", Source::Markdown)?,
        _ => None,
    };
    if announced.is_some() {
        return Ok(announced);
    }
    match in_form("lexical", Source::Lexical)? {
        Some(source) => Ok(Some(source)),
        None => in_form("mobiledoc", Source::Mobiledoc),
    }
}

/// The tags of a post: each a name, or an object that has an id, a slug or a name.
pub(super) fn tags(fields: &Fields) -> Result<Option<Vec<TagWish>>> {
    members(fields, "tags", |value| match value {
        Value::String(name) => Some(TagWish { name: Some(name.clone()), ..TagWish::default() }),
        Value::Object(_) => {
            let wish = TagWish {
                id: text(value, "id"),
                slug: text(value, "slug"),
                name: text(value, "name"),
            };
            (wish != TagWish::default()).then_some(wish)
        }
        _ => None,
    })
}

/// The authors of a post: each an address, or an object that has an id, a slug or an address.
pub(super) fn authors(fields: &Fields) -> Result<Option<Vec<AuthorWish>>> {
    members(fields, "authors", |value| match value {
        Value::String(email) => {
            Some(AuthorWish { email: Some(email.clone()), ..AuthorWish::default() })
        }
        Value::Object(_) => {
            let wish = AuthorWish {
                id: text(value, "id"),
                slug: text(value, "slug"),
                email: text(value, "email"),
            };
            (wish != AuthorWish::default()).then_some(wish)
        }
        _ => None,
    })
}

fn members<T>(
    fields: &Fields,
    name: &'static str,
    wish: impl Fn(&Value) -> Option<T>,
) -> Result<Option<Vec<T>>> {
    let Some(list) = fields.list(name)? else { return Ok(None) };
    if list.len() > MAX_MEMBERS {
        return Err(fields.refuses(name, "maxItems"));
    }
    let wishes = list.iter().map(|value| wish(value).ok_or_else(|| fields.refuses(name, "type")));
    wishes.collect::<Result<_>>().map(Some)
}

fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?;
    (!text.is_empty() && !text.contains('\0')).then(|| text.to_owned())
}
