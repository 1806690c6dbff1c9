//! A folder of Markdown with front matter, as Hugo, Jekyll, Zola, Eleventy and others write it,
//! and as our own export does.
//!
//! Reading goes in two passes: each file alone ([`page`]), then its links to the others
//! ([`convert`]), because a link can only be followed once every address is known. Nothing outside
//! the folder, its assets and its site's configuration is read, and nothing is ever written there.

mod address;
mod assets;
mod code;
mod config;
mod convert;
mod dates;
mod embed;
pub mod export;
mod fields;
mod front_matter;
mod index;
mod learned;
mod links;
mod liquid;
mod page;
mod people;
mod plain_text;
mod site;
mod templates;
#[cfg(test)]
mod tests;
mod topics;
mod walk;

use std::path::{Path, PathBuf};

use super::{Problem, SourceSite};
use crate::domain::Timestamp;
use crate::domain::slug::SlugStyle;

/// The file that marks a folder as our own export.
pub const MARKER: &str = "masthead.toml";

/// How to read a folder.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that site-root paths (`/assets/…`, `/images/…`) mean; guessed where it is not set.
    pub assets: Option<PathBuf>,
    /// The present: what is dated later is scheduled, and authors are made now.
    pub now: Timestamp,
    /// How names become slugs.
    pub slug_style: SlugStyle,
    /// Whether embeds of the texts stay.
    pub trusted: bool,
}

impl Options {
    /// The usual way, at a given present.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { assets: None, now, slug_style: SlugStyle::Ascii, trusted: false }
    }
}

/// Reads a folder, sorted by path, so that the same folder gives the same site.
///
/// A broken file is a problem of the site, not an error. The only error is a root that cannot be
/// read at all.
pub fn read(root: &Path, options: &Options) -> Result<SourceSite, Problem> {
    site::read(root, options)
}
