//! Reads back what the export wrote: fields word for word, with their ids and instants.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use walkdir::WalkDir;

use super::super::config::read_data as read_file;
use super::super::dates;
use super::super::front_matter::Parsed;
use super::super::walk::slashed;
use super::MEDIA;
use crate::domain::media::IMAGES_PATH;
use crate::domain::post::Draft;
use crate::domain::{Author, PostId, PostKind, Social, Status, Tag, Timestamp, Visibility};
use crate::formats::{Problem, SourceAuthor, SourceFile, SourcePost, SourceSite, SourceTag};

/// The fields under common names.
#[derive(Debug, Deserialize)]
struct CommonFields {
    title: String,
    slug: String,
    #[serde(default, deserialize_with = "instant")]
    date: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    lastmod: Option<Timestamp>,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    authors: Vec<String>,
    image: Option<String>,
    image_alt: Option<String>,
    image_caption: Option<String>,
    lang: Option<String>,
    canonical_url: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    masthead: OwnFields,
}

/// The fields that only we have.
#[derive(Debug, Deserialize)]
struct OwnFields {
    id: String,
    uuid: String,
    #[serde(rename = "type")]
    kind: PostKind,
    status: Status,
    visibility: Visibility,
    #[serde(default)]
    featured: bool,
    #[serde(default, deserialize_with = "instant")]
    created_at: Option<Timestamp>,
    comment_id: Option<String>,
    feed_guid: Option<String>,
    codeinjection_head: Option<String>,
    codeinjection_foot: Option<String>,
    custom_template: Option<String>,
    #[serde(default)]
    show_title_and_feature_image: bool,
    #[serde(default)]
    trusted: bool,
    frontmatter: Option<String>,
    #[serde(flatten)]
    social: Social,
}

/// An instant in any form that a person may have typed.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let date = dates::of_value(&value);
    date.map(Some).ok_or_else(|| D::Error::custom(format!("{value} is no date")))
}

/// Reads a post that the export wrote; `None` where the file is another one.
pub fn read_post(root: &Path, path: &Path, parsed: &Parsed) -> Option<Result<SourcePost, String>> {
    parsed.fields.contains_key("masthead").then(|| post(root, path, parsed))
}

fn post(root: &Path, path: &Path, parsed: &Parsed) -> Result<SourcePost, String> {
    let fields = Value::Object(parsed.fields.clone());
    let common: CommonFields = serde_json::from_value(fields).map_err(|e| e.to_string())?;
    let own = common.masthead;
    let id: PostId = own.id.parse().map_err(|e| format!("`masthead.id`: {e}"))?;
    let body = parsed.body.strip_prefix('\n').unwrap_or(&parsed.body);
    let draft = Draft {
        kind: own.kind,
        title: common.title,
        slug: Some(common.slug),
        markdown: body.strip_suffix('\n').unwrap_or(body).to_owned(),
        status: own.status,
        visibility: own.visibility,
        featured: own.featured,
        custom_excerpt: common.description,
        feature_image: common.image,
        feature_image_alt: common.image_alt,
        feature_image_caption: common.image_caption,
        locale: common.lang,
        published_at: common.date,
        social: Social { canonical_url: common.canonical_url, ..own.social },
        codeinjection_head: own.codeinjection_head,
        codeinjection_foot: own.codeinjection_foot,
        custom_template: own.custom_template,
        show_title_and_feature_image: own.show_title_and_feature_image,
        trusted: own.trusted,
        frontmatter: own.frontmatter,
        tags: common.tags,
        authors: Vec::new(),
    };
    let texts = serde_json::to_string(&draft).map_err(|e| e.to_string())?;
    Ok(SourcePost {
        key: id.to_string(),
        origin: slashed(path),
        id,
        uuid: own.uuid,
        comment_id: own.comment_id,
        feed_guid: own.feed_guid,
        draft,
        authors: common.authors,
        file_date: None,
        created_at: own.created_at,
        updated_at: common.lastmod,
        aliases: common.aliases,
        files: media_in(root, &texts),
        warnings: Vec::new(),
    })
}

/// Reads settings, authors and tags into the site.
pub fn read_data(root: &Path, site: &mut SourceSite) {
    let mut problems = Vec::new();
    let mut read = |name: &str| {
        let path = format!("data/{name}.json");
        let file = root.join(&path);
        let value = file.is_file().then(|| read_file(&file))?;
        value.map_err(|reason| problems.push(Problem { origin: path, line: None, reason })).ok()
    };
    let (settings, authors, tags) = (read("settings"), read("authors"), read("tags"));
    if let Some(Value::Object(settings)) = settings {
        site.files = media_in(root, &Value::Object(settings.clone()).to_string());
        site.settings = settings;
    }
    let mut check = |origin: &str, e: serde_json::Error| {
        problems.push(Problem { origin: origin.to_owned(), line: None, reason: e.to_string() });
    };
    for value in items(authors) {
        let files = media_in(root, &value.to_string());
        match serde_json::from_value::<Author>(value) {
            Ok(author) => {
                let key = author.slug.to_string();
                site.authors.push(SourceAuthor { key, author, files });
            }
            Err(e) => check("data/authors.json", e),
        }
    }
    for value in items(tags) {
        let files = media_in(root, &value.to_string());
        match serde_json::from_value::<Tag>(value) {
            Ok(tag) => site.tags.push(SourceTag { tag, files }),
            Err(e) => check("data/tags.json", e),
        }
    }
    site.problems.append(&mut problems);
}

/// Adds the media files that nothing in the site refers to: they were in the library all the same.
pub fn read_unused_media(root: &Path, site: &mut SourceSite) {
    let used: HashSet<&Path> = site
        .posts
        .iter()
        .flat_map(|post| &post.files)
        .chain(site.authors.iter().flat_map(|author| &author.files))
        .chain(site.tags.iter().flat_map(|tag| &tag.files))
        .chain(&site.files)
        .map(|file| file.path.as_path())
        .collect();
    let mut unused: Vec<PathBuf> = WalkDir::new(root.join(MEDIA))
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file() && !used.contains(entry.path()))
        .map(walkdir::DirEntry::into_path)
        .collect();
    unused.sort();
    site.files.extend(unused.into_iter().map(SourceFile::new));
}

fn items(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// The media files that a text calls by their address, which stands for itself: where the store
/// gives a file the same name again, the text stays as it is.
fn media_in(root: &Path, text: &str) -> Vec<SourceFile> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices(IMAGES_PATH) {
        let rest = &text[at + IMAGES_PATH.len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "-._~%/".contains(c)));
        let name = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
        if !name.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
            names.insert(name);
        }
    }
    let media = root.join(MEDIA);
    let file = |name: &str| {
        let path = media.join(name);
        let is_plain = path.symlink_metadata().is_ok_and(|m| m.is_file());
        is_plain.then(|| SourceFile { placeholder: format!("{IMAGES_PATH}{name}"), path })
    };
    names.into_iter().filter_map(file).collect()
}
