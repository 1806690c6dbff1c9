//! The file of an export: where it lies, and the rows of its tables.
//!
//! Unknown tables and columns are ignored; every known column may be absent, since versions
//! differ. The rows are what one of the versions 0.x to 6.x wrote, old names beside new ones.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use super::cell::Cell;
use crate::domain::Social;
use crate::formats::Problem;

/// The longest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 30;

/// An export in memory.
#[derive(Debug)]
pub(super) struct Export {
    /// The folder it lies in.
    pub(super) folder: PathBuf,
    /// Its tables.
    pub(super) tables: Tables,
}

/// The tables that are read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tables {
    #[serde(deserialize_with = "rows")]
    pub(super) posts: Vec<PostRow>,
    #[serde(deserialize_with = "rows")]
    pub(super) posts_meta: Vec<MetaRow>,
    #[serde(deserialize_with = "rows")]
    pub(super) posts_tags: Vec<LinkRow>,
    #[serde(deserialize_with = "rows")]
    pub(super) posts_authors: Vec<LinkRow>,
    #[serde(deserialize_with = "rows")]
    pub(super) tags: Vec<TagRow>,
    #[serde(deserialize_with = "rows")]
    pub(super) users: Vec<UserRow>,
    #[serde(deserialize_with = "rows")]
    pub(super) roles: Vec<RoleRow>,
    #[serde(deserialize_with = "rows")]
    pub(super) roles_users: Vec<RoleUserRow>,
    #[serde(deserialize_with = "rows")]
    pub(super) settings: Vec<SettingRow>,
}

/// A post or a page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PostRow {
    pub(super) id: Cell,
    pub(super) uuid: Cell,
    pub(super) title: Cell,
    pub(super) slug: Cell,
    pub(super) lexical: Cell,
    pub(super) mobiledoc: Cell,
    pub(super) html: Cell,
    /// 0.x.
    pub(super) markdown: Cell,
    pub(super) comment_id: Cell,
    /// 1.x kept the comment id here.
    pub(super) amp: Cell,
    pub(super) feature_image: Cell,
    /// 0.x: the feature image.
    pub(super) image: Cell,
    pub(super) featured: Cell,
    #[serde(rename = "type")]
    pub(super) kind: Cell,
    /// Before 2.x: whether it is a page.
    pub(super) page: Cell,
    pub(super) status: Cell,
    pub(super) visibility: Cell,
    pub(super) locale: Cell,
    pub(super) created_at: Cell,
    pub(super) updated_at: Cell,
    pub(super) published_at: Cell,
    pub(super) custom_excerpt: Cell,
    pub(super) codeinjection_head: Cell,
    pub(super) codeinjection_foot: Cell,
    pub(super) custom_template: Cell,
    pub(super) show_title_and_feature_image: Cell,
    /// Before 3.x: the only author.
    pub(super) author_id: Cell,
    #[serde(flatten)]
    pub(super) social: SocialCells,
}

/// What 3.x moved out of the table of posts, or added since.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MetaRow {
    pub(super) post_id: Cell,
    pub(super) feature_image_alt: Cell,
    pub(super) feature_image_caption: Cell,
    pub(super) email_only: Cell,
    pub(super) frontmatter: Cell,
    #[serde(flatten)]
    pub(super) social: SocialCells,
}

/// What search engines and social networks are told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SocialCells {
    meta_title: Cell,
    meta_description: Cell,
    og_image: Cell,
    og_title: Cell,
    og_description: Cell,
    twitter_image: Cell,
    twitter_title: Cell,
    twitter_description: Cell,
    canonical_url: Cell,
}

impl SocialCells {
    /// The fields, each from the first row that has it.
    pub(super) fn merge(&self, older: Option<&Self>) -> Social {
        let first = |cell: fn(&Self) -> &Cell| cell(self).owned().or_else(|| cell(older?).owned());
        Social {
            meta_title: first(|s| &s.meta_title),
            meta_description: first(|s| &s.meta_description),
            og_image: first(|s| &s.og_image),
            og_title: first(|s| &s.og_title),
            og_description: first(|s| &s.og_description),
            twitter_image: first(|s| &s.twitter_image),
            twitter_title: first(|s| &s.twitter_title),
            twitter_description: first(|s| &s.twitter_description),
            canonical_url: first(|s| &s.canonical_url),
        }
    }
}

/// A post's tag, or a post's author.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LinkRow {
    pub(super) post_id: Cell,
    pub(super) tag_id: Cell,
    pub(super) author_id: Cell,
    pub(super) sort_order: Cell,
}

/// A content tag.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TagRow {
    pub(super) id: Cell,
    pub(super) name: Cell,
    pub(super) slug: Cell,
    pub(super) description: Cell,
    pub(super) feature_image: Cell,
    /// 0.x: the feature image.
    pub(super) image: Cell,
    pub(super) visibility: Cell,
    pub(super) accent_color: Cell,
    pub(super) codeinjection_head: Cell,
    pub(super) codeinjection_foot: Cell,
    pub(super) created_at: Cell,
    pub(super) updated_at: Cell,
    #[serde(flatten)]
    pub(super) social: SocialCells,
}

/// A user. The password has no field here: nothing reads it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UserRow {
    pub(super) id: Cell,
    pub(super) name: Cell,
    pub(super) slug: Cell,
    pub(super) email: Cell,
    pub(super) profile_image: Cell,
    /// 0.x: the profile image.
    pub(super) image: Cell,
    pub(super) cover_image: Cell,
    /// 0.x: the cover image.
    pub(super) cover: Cell,
    pub(super) bio: Cell,
    pub(super) website: Cell,
    pub(super) location: Cell,
    pub(super) facebook: Cell,
    pub(super) twitter: Cell,
    pub(super) threads: Cell,
    pub(super) bluesky: Cell,
    pub(super) mastodon: Cell,
    pub(super) tiktok: Cell,
    pub(super) youtube: Cell,
    pub(super) instagram: Cell,
    pub(super) linkedin: Cell,
    pub(super) meta_title: Cell,
    pub(super) meta_description: Cell,
    /// Names of roles, in files made by hand.
    pub(super) roles: Cell,
    pub(super) created_at: Cell,
    pub(super) updated_at: Cell,
}

/// A role.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RoleRow {
    pub(super) id: Cell,
    pub(super) name: Cell,
}

/// A user's role.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RoleUserRow {
    pub(super) role_id: Cell,
    pub(super) user_id: Cell,
}

/// A setting.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SettingRow {
    pub(super) key: Cell,
    pub(super) value: Cell,
}

/// A table that is `null` is empty.
fn rows<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

/// The two envelopes: Ghost wraps the tables in `db`, files made by hand often do not.
#[derive(Deserialize)]
struct Envelope {
    db: Option<Vec<Database>>,
    data: Option<Tables>,
}

#[derive(Deserialize)]
struct Database {
    data: Tables,
}

/// Reads an export: a `.json` file, or the folder that holds one.
pub(super) fn open(path: &Path) -> Result<Export, Problem> {
    let problem = |path: &Path, line, reason: String| Problem {
        origin: path.display().to_string(),
        line,
        reason,
    };
    let unreadable = |error: std::io::Error| problem(path, None, error.to_string());
    let file = if path.is_dir() { find(path)? } else { path.to_owned() };
    let handle = File::open(&file).map_err(unreadable)?;
    if handle.metadata().map_err(unreadable)?.len() > MAX_BYTES {
        return Err(problem(&file, None, "it is larger than 1 GiB".to_owned()));
    }
    // The size may grow while it is read.
    let mut reader = BufReader::with_capacity(1 << 16, handle.take(MAX_BYTES));
    let start = std::io::BufRead::fill_buf(&mut reader).map_err(unreadable)?;
    if start.starts_with(b"PK\x03\x04") {
        return Err(problem(
            &file,
            None,
            "it is a zip archive; unpack it and import the folder".to_owned(),
        ));
    }
    let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    std::io::BufRead::consume(&mut reader, mark);
    let envelope: Envelope = serde_json::from_reader(reader)
        .map_err(|error| problem(&file, Some(error.line()), reason(&error)))?;
    let tables = match (envelope.db, envelope.data) {
        (Some(databases), _) if !databases.is_empty() => {
            databases.into_iter().next().map(|db| db.data)
        }
        (_, data) => data,
    };
    let tables = tables.ok_or_else(|| {
        problem(&file, None, "it holds no “data”: is it a Ghost export?".to_owned())
    })?;
    let folder = file.parent().unwrap_or(Path::new(".")).to_owned();
    Ok(Export { folder, tables })
}

/// What is wrong, without the line, which a [`Problem`] has a field for.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    format!("column {}: {text}", error.column())
}

/// The one export in a folder.
fn find(folder: &Path) -> Result<PathBuf, Problem> {
    let problem = |reason: &str| Problem {
        origin: folder.display().to_string(),
        line: None,
        reason: reason.to_owned(),
    };
    let entries = std::fs::read_dir(folder).map_err(|error| problem(&error.to_string()))?;
    let mut exports: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("json")))
        .filter(|path| path.is_file() && !path.ends_with("redirects.json"))
        .collect();
    let is_named_so = |path: &PathBuf| path.to_string_lossy().contains(".ghost.");
    if exports.iter().any(is_named_so) {
        exports.retain(is_named_so);
    }
    match exports.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(problem("no .json export lies in this folder (a zip must be unpacked first)")),
        _ => Err(problem("several .json files lie in this folder; name the one to import")),
    }
}
