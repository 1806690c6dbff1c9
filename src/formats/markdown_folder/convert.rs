//! A page with its links followed: what the reader hands on.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::address::percent_decode;
use super::assets::Assets;
use super::config::{Config, Engine};
use super::fields::text_of;
use super::index::{Index, join};
use super::page::Page;
use super::templates::{self, Scope};
use super::walk::{is_markdown, slashed};
use super::{Options, links, plain_text};
use crate::domain::post::Draft;
use crate::domain::{PostId, PostKind, Status, ids};
use crate::formats::{SourceFile, SourcePost};

/// What all pages of a folder share.
pub struct Shared<'a> {
    /// How to read.
    pub options: &'a Options,
    /// The site.
    pub config: &'a Config,
    /// Its files.
    pub assets: &'a Assets,
    /// Its pages.
    pub index: &'a Index,
}

/// Endings of what is a file of the site and not one of its pages.
const FILES: [&str; 26] = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "tiff", "mp4", "webm", "mov",
    "mp3", "ogg", "wav", "m4a", "pdf", "zip", "gz", "tgz", "csv", "txt", "json", "epub", "pptx",
];

/// What a name in a text turned out to mean.
enum Meaning {
    /// Another page, by its new address.
    Page(String),
    /// A file that lies in the source.
    File(SourceFile),
    /// A file that should lie there and does not.
    Missing,
    /// Something elsewhere, or nothing to be followed.
    Other,
}

/// The page at its place in the index as a post of the source.
pub fn post(
    mut page: Page,
    section: Option<&str>,
    authors: Vec<String>,
    shared: &Shared<'_>,
) -> SourcePost {
    let key = page.key();
    let mut files: Vec<SourceFile> = Vec::new();
    let mut warnings: BTreeSet<String> = page.warnings.drain(..).collect();
    let text = expand(&page, shared, &mut warnings);
    let mut add = |file: SourceFile| {
        let placeholder = file.placeholder.clone();
        if !files.contains(&file) {
            files.push(file);
        }
        placeholder
    };
    let markdown = links::replace(&text, |old, destination| {
        let new = match meaning(old, destination.shown, &page, shared) {
            Meaning::Page(address) => address,
            Meaning::File(file) => add(file),
            Meaning::Missing => {
                warnings.insert(format!("the file `{old}` is missing"));
                return None;
            }
            Meaning::Other => return None,
        };
        Some(new)
    });
    let mut draft = Draft {
        kind: page.kind.unwrap_or_default(),
        title: page.title.clone(),
        slug: Some(page.slug.to_string()),
        markdown,
        status: status(&page, shared.options),
        featured: page.fields.flag(&["featured", "pinned", "sticky"]).unwrap_or_default(),
        locale: page.locale.clone().filter(|l| Some(l) != shared.config.locale().as_ref()),
        published_at: page.date.filter(|_| !page.is_dated_by_file),
        show_title_and_feature_image: true,
        trusted: shared.options.trusted,
        tags: page.topics.all(section),
        ..Draft::default()
    };
    if let Some(address) = picture(&mut draft, &mut page) {
        draft.feature_image = match meaning(&address, true, &page, shared) {
            Meaning::File(file) => Some(add(file)),
            // A post without a picture is better than one with a broken picture.
            Meaning::Missing => {
                warnings.insert(format!("the picture `{address}` is missing"));
                page.fields.put_back("image", address);
                None
            }
            _ => Some(address),
        };
    }
    if excerpt(&mut draft, &mut page) {
        warnings.insert("the excerpt was longer than 500 characters and was cut".to_owned());
    }
    social(&mut draft, &mut page);
    let updated_at = page.fields.take(&UPDATED, super::dates::of_value);
    let created_at = page.fields.take(&["created_at", "created"], super::dates::of_value);
    let comment_id = page.fields.text(&["comment_id", "disqus_identifier"]);
    let feed_guid = page.fields.text(&["guid"]).or_else(|| feed_guid(&page, shared.config));
    let now = format!("/{}", page.slug);
    let aliases = std::mem::take(&mut page.addresses);
    let aliases = aliases.into_iter().filter(|a| a.trim_end_matches('/') != now).collect();
    draft.frontmatter = std::mem::take(&mut page.fields).rest();
    SourcePost {
        file_date: page.date.filter(|_| page.is_dated_by_file),
        id: PostId::derived(&key),
        uuid: ids::derived_uuid(&key),
        origin: slashed(&page.path),
        key,
        comment_id,
        feed_guid,
        draft,
        authors,
        created_at,
        updated_at,
        aliases,
        files,
        warnings: warnings.into_iter().collect(),
    }
}

const UPDATED: [&str; 9] = [
    "updated_at",
    "lastmod",
    "updated",
    "modified",
    "last_modified_at",
    "last_modified",
    "updatedDate",
    "modDatetime",
    "lastUpdated",
];

const PICTURES: [&str; 14] = [
    "feature_image",
    "featured_image",
    "image",
    "hero",
    "hero_image",
    "cover",
    "cover_image",
    "banner",
    "header_image",
    "social_image",
    "thumbnail",
    "thumb",
    "images",
    "header",
];

/// The body with its template tags turned into Markdown.
fn expand(page: &Page, shared: &Shared<'_>, warnings: &mut BTreeSet<String>) -> String {
    let link = |name: &str| shared.index.named(name).map(|at| shared.index.address(at).to_owned());
    let scope = Scope {
        config: shared.config,
        page: &page.values,
        trusted: shared.options.trusted,
        link: &link,
    };
    let body = if is_mdx(page, shared.config.engine) {
        without_imports(&page.body)
    } else {
        page.body.clone()
    };
    let (text, unknown) = templates::expand(&body, &scope);
    warnings.extend(unknown.into_iter().map(|kind| format!("left as text: {kind}")));
    text.trim_matches('\n').to_owned()
}

fn is_mdx(page: &Page, engine: Engine) -> bool {
    engine == Engine::Docusaurus || page.path.extension().is_some_and(|e| e == "mdx")
}

/// MDX without the lines in front that load components.
fn without_imports(body: &str) -> String {
    let is_import = |line: &&str| {
        line.trim().is_empty() || line.starts_with("import ") && line.contains(['"', '\''])
    };
    let skipped: usize = body.split_inclusive('\n').take_while(is_import).map(str::len).sum();
    body[skipped..].to_owned()
}

fn status(page: &Page, options: &Options) -> Status {
    match page.date {
        _ if page.is_draft => Status::Draft,
        Some(date) if date > options.now => Status::Scheduled,
        _ => Status::Published,
    }
}

/// Sets the words to the picture of the page; the address of the picture comes back.
fn picture(draft: &mut Draft, page: &mut Page) -> Option<String> {
    const ALTS: [&str; 7] = [
        "feature_image_alt",
        "featured_image_alt",
        "image_alt",
        "cover_alt",
        "hero_alt",
        "thumbnail_alt",
        "banner_alt",
    ];
    const CAPTIONS: [&str; 4] =
        ["feature_image_caption", "image_caption", "cover_caption", "hero_caption"];
    draft.feature_image_alt = page.fields.text(&ALTS);
    draft.feature_image_caption = page.fields.text(&CAPTIONS);
    let picture = page.fields.take(&PICTURES, picture_of)?;
    draft.feature_image_alt = draft.feature_image_alt.take().or(picture.alt);
    draft.feature_image_caption = draft.feature_image_caption.take().or(picture.caption);
    Some(picture.address)
}

/// Sets the excerpt; tells whether it was cut.
fn excerpt(draft: &mut Draft, page: &mut Page) -> bool {
    const NAMES: [&str; 7] =
        ["custom_excerpt", "excerpt", "description", "summary", "teaser", "subtitle", "abstract"];
    let Some(text) = page.fields.text(&NAMES) else { return false };
    let (excerpt, was_cut) = plain_text::excerpt(&text);
    draft.custom_excerpt = Some(excerpt).filter(|excerpt| !excerpt.is_empty());
    was_cut
}

/// Fields that search engines and social networks are told.
fn social(draft: &mut Draft, page: &mut Page) {
    let social = &mut draft.social;
    let fields = &mut page.fields;
    social.canonical_url = fields.text(&[
        "canonical_url",
        "canonical",
        "canonicalUrl",
        "crosspost_url",
        "original_url",
    ]);
    social.meta_title = fields.text(&["meta_title", "seo_title"]);
    social.meta_description = fields.text(&["meta_description", "seo_description"]);
    social.og_title = fields.text(&["og_title"]);
    social.og_description = fields.text(&["og_description"]);
    social.twitter_title = fields.text(&["twitter_title"]);
    social.twitter_description = fields.text(&["twitter_description"]);
}

/// The guid that the old site's feed gave a post, as its generator makes it.
fn feed_guid(page: &Page, config: &Config) -> Option<String> {
    if page.kind == Some(PostKind::Page) {
        return None;
    }
    let base = config.base_url()?;
    let host = base.find("://").map_or(0, |at| at + 3);
    let host = base[host..].find('/').map_or(base.as_str(), |at| &base[..host + at]);
    let path = format!("{}{}", config.base_path(), page.addresses.first()?);
    let path = match config.engine {
        Engine::Jekyll => path.strip_suffix(".html").unwrap_or(&path).trim_end_matches('/'),
        Engine::Hugo | Engine::Zola => &path,
        _ => return None,
    };
    Some(format!("{host}{path}"))
}

/// A picture of the front matter.
struct Picture {
    address: String,
    alt: Option<String>,
    caption: Option<String>,
}

/// An address, a map that holds one, or the first of a list.
fn picture_of(value: &Value) -> Option<Picture> {
    match value {
        Value::String(text) => {
            let address = text.trim().to_owned();
            (!address.is_empty()).then_some(Picture { address, alt: None, caption: None })
        }
        Value::Object(map) => {
            let names = [
                "src",
                "url",
                "image",
                "path",
                "file",
                "relative",
                "feature",
                "overlay_image",
                "teaser",
            ];
            let address = names.iter().find_map(|name| map.get(*name).and_then(text_of))?;
            let alt = map.get("alt").or_else(|| map.get("image_description")).and_then(text_of);
            Some(Picture { address, alt, caption: map.get("caption").and_then(text_of) })
        }
        Value::Array(items) => picture_of(items.first()?),
        _ => None,
    }
}

/// What a destination in a page means.
fn meaning(text: &str, shown: bool, page: &Page, shared: &Shared<'_>) -> Meaning {
    let text = text.trim();
    let text = match shared.config.base_url() {
        Some(base) if text.starts_with(&format!("{base}/")) => &text[base.len()..],
        _ => text,
    };
    if text.is_empty() || text.starts_with('#') || text.starts_with("//") || has_scheme(text) {
        return Meaning::Other;
    }
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    let fragment = rest.find('#').map_or("", |at| &rest[at..]);
    let path = percent_decode(&path.replace("&amp;", "&").replace("\\_", "_"));
    if path.is_empty() || path.len() > 2_000 || path.contains('\0') {
        return Meaning::Other;
    }
    if !shown && let Some(other) = page_of(&path, page, shared.index) {
        return Meaning::Page(format!("{}{fragment}", shared.index.address(other)));
    }
    if let Some(found) = file_of(&path, shown, page, shared.assets)
        && !is_markdown(&found)
    {
        return Meaning::File(SourceFile::new(found));
    }
    let ending = Path::new(&path).extension().and_then(|e| e.to_str()).unwrap_or_default();
    let is_file = FILES.contains(&ending.to_lowercase().as_str());
    let is_page = is_markdown(Path::new(&path)) && !path.starts_with('/');
    if shown || is_file || is_page { Meaning::Missing } else { Meaning::Other }
}

fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn page_of(path: &str, page: &Page, index: &Index) -> Option<usize> {
    if let Some(path) = path.strip_prefix("@/") {
        return index.at_path(path);
    }
    if path.starts_with('/') {
        let by_path = || is_markdown(Path::new(path)).then(|| index.at_path(path)).flatten();
        return by_path().or_else(|| index.at_address(path));
    }
    let by_path = join(&slashed(page.folder()), path).and_then(|path| index.at_path(&path));
    by_path.or_else(|| {
        // Browsers take a relative link from the address of the page, not from its file.
        let own = page.addresses.first()?;
        let folder = &own[..own.rfind('/').map_or(0, |at| at + 1)];
        index.at_address(&join(folder, path)?)
    })
}

fn file_of(path: &str, shown: bool, page: &Page, assets: &Assets) -> Option<std::path::PathBuf> {
    if path.starts_with('/') {
        return assets.at_top(path);
    }
    let is_bare = !path.contains('/');
    assets
        .beside(page.folder(), path)
        .or_else(|| assets.at_top(path).filter(|_| shown))
        .or_else(|| {
            // A link from the old address may climb out of what is a folder there only.
            let own = page.addresses.first()?;
            let folder = &own[..own.rfind('/').map_or(0, |at| at + 1)];
            assets.at_top(&join(folder, path)?)
        })
        .or_else(|| assets.by_name(path).filter(|_| shown && is_bare))
}
