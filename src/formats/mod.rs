//! How other systems, and our own export, write a site down.
//!
//! A reader turns a folder or a file into the plain values below; it opens files, but no database,
//! and decides nothing about what is in the site already. [`crate::services`] saves what it read.
//! Reading the same source twice gives the same keys, ids and uuids, so that an import can be
//! repeated.

pub mod ghost;
pub mod markdown_folder;

use std::path::{Path, PathBuf};

use crate::domain::post::Draft;
use crate::domain::{Author, PostId, Tag, Timestamp};

/// Which system wrote a source down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A folder of Markdown with front matter; our own export is one.
    MarkdownFolder,
    /// A Ghost export.
    Ghost,
}

impl Format {
    /// The format of what lies at a path: a file is a Ghost export, and so is a folder that holds a
    /// JSON file and no Markdown beside it.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        if path.is_file() {
            return Self::Ghost;
        }
        let beside = std::fs::read_dir(path).into_iter().flatten().flatten();
        let names: Vec<_> = beside.map(|entry| entry.path()).collect();
        let has =
            |extension: &str| names.iter().any(|n| n.extension().is_some_and(|e| e == extension));
        let is_ours = names.iter().any(|n| n.ends_with(markdown_folder::MARKER));
        let is_a_node_project = names.iter().any(|n| n.ends_with("package.json"));
        if has("json") && !has("md") && !is_ours && !is_a_node_project {
            Self::Ghost
        } else {
            Self::MarkdownFolder
        }
    }
}

/// A post or a page of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcePost {
    /// Names it within its source, whatever else changes: a path, or an id.
    pub key: String,
    /// Where it stands, for people: a path within the source, or a title.
    pub origin: String,
    /// Its id in the source, else one derived from the key.
    pub id: PostId,
    /// Its uuid in the source, else one derived from the key.
    pub uuid: String,
    /// What comment systems know it by.
    pub comment_id: Option<String>,
    /// The guid of its feed item, so that no feed reader shows it twice.
    pub feed_guid: Option<String>,
    /// What the writer decided. `authors` is empty here: see [`SourcePost::authors`].
    pub draft: Draft,
    /// Keys of [`SourceAuthor`]s, in order.
    pub authors: Vec<String>,
    /// When its file was last written to, for what has no other date. It is nothing that the source
    /// says: copying a file changes it.
    pub file_date: Option<Timestamp>,
    /// When it was made, where the source says so.
    pub created_at: Option<Timestamp>,
    /// When it last changed, where the source says so.
    pub updated_at: Option<Timestamp>,
    /// Paths under which it was found before (`/2014/12/12/1.0-Timeline.html`).
    pub aliases: Vec<String>,
    /// Files that it refers to and that lie in the source.
    pub files: Vec<SourceFile>,
    /// What could not be kept as it was.
    pub warnings: Vec<String>,
}

impl SourcePost {
    /// Whether the source gave the id, so that no other post has it; else it follows from the key.
    #[must_use]
    pub fn has_its_own_id(&self) -> bool {
        self.id != PostId::derived(&self.key)
    }
}

/// A file that a post, an author, a tag or the settings refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Stands in the text, or in the field, in place of the address that the file will get.
    pub placeholder: String,
    /// Where the file lies.
    pub path: PathBuf,
}

impl SourceFile {
    /// A file and the placeholder for it, which occurs in no text by chance.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        let id = PostId::derived(&path.to_string_lossy());
        Self { placeholder: format!("masthead-media:{id};"), path }
    }
}

/// An author of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAuthor {
    /// What posts name them by.
    pub key: String,
    /// The author, with the id and the dates of the source, or a derived id and the given present.
    pub author: Author,
    /// Pictures of them that lie in the source.
    pub files: Vec<SourceFile>,
}

/// A content tag of a source, where the source says more of it than its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTag {
    /// The tag, with the id and the dates of the source, or a derived id and the given present.
    pub tag: Tag,
    /// Pictures of it that lie in the source.
    pub files: Vec<SourceFile>,
}

/// A whole site as a source holds it.
#[derive(Debug, Default)]
pub struct SourceSite {
    /// Settings that the source has, by the keys of [`crate::domain::Settings`].
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Pictures that the settings refer to, or nothing does, and that lie in the source.
    pub files: Vec<SourceFile>,
    /// Authors, each before the posts that name them.
    pub authors: Vec<SourceAuthor>,
    /// Tags of which the source says more than the name.
    pub tags: Vec<SourceTag>,
    /// Posts and pages, in the order of the source.
    pub posts: Vec<SourcePost>,
    /// What could not be read at all.
    pub problems: Vec<Problem>,
    /// What was left out on purpose, and why: sections, templates, empty files.
    pub skipped: Vec<Problem>,
}

/// A part of a source that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}{}: {reason}", .line.map(|n| format!(":{n}")).unwrap_or_default())]
pub struct Problem {
    /// The path within the source.
    pub origin: String,
    /// The line of the file, from 1.
    pub line: Option<usize>,
    /// What is wrong, in a sentence.
    pub reason: String,
}
