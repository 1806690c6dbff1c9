//! Ghost's JSON export: the whole of a site but its pictures, as versions 0.x to 6.x write it.
//!
//! [`read`] takes one, [`mod@write`] makes one, and between them stand the documents of Ghost's
//! editors ([`lexical`], [`mobiledoc`]) and its HTML ([`html`]), which become Markdown.

mod addresses;
mod body;
mod cards;
mod cell;
mod dates;
mod export_file;
pub mod html;
pub mod lexical;
pub mod mobiledoc;
mod people;
mod percent;
mod posts;
mod settings;
mod tags;
pub mod write;

use std::path::{Path, PathBuf};

use crate::domain::slug::SlugStyle;
use crate::domain::{Slug, Social, Timestamp};
use crate::formats::{Problem, SourceSite};

pub use addresses::rooted;
use addresses::{Addresses, Found};
use cell::Cell;

/// How an export is to be read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The present, for what has no date or a wrong one.
    pub now: Timestamp,
    /// The address that the exported site had. Links to it become paths from the root.
    pub old_site: Option<String>,
    /// A folder that holds `content/images` and the like, if it is not the folder of the export.
    pub assets: Option<PathBuf>,
    /// What becomes of posts that not everybody may read.
    pub members: MembersPosts,
    /// Whether the HTML that the settings put on every page is taken over.
    pub code_injection: bool,
    /// Whether embeds of the texts stay.
    pub trusted: bool,
    /// How names become slugs where the export has none.
    pub slug_style: SlugStyle,
}

impl Options {
    /// The cautious way.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            old_site: None,
            assets: None,
            members: MembersPosts::Draft,
            code_injection: false,
            trusted: false,
            slug_style: SlugStyle::Ascii,
        }
    }
}

/// What becomes of posts that only members, or those who pay, may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MembersPosts {
    /// They become drafts, for members.
    #[default]
    Draft,
    /// They keep their status, for members.
    Keep,
}

/// Reads an export: a `.json` file, or the folder that holds one.
///
/// A zip archive is refused with the advice to unpack it. A file that is no JSON names its line.
/// What can be read is read; the rest stands in [`SourceSite::problems`].
pub fn read(path: &Path, options: &Options) -> Result<SourceSite, Problem> {
    let export = export_file::open(path)?;
    let folders: Vec<&Path> =
        options.assets.iter().map(PathBuf::as_path).chain([export.folder.as_path()]).collect();
    let addresses = Addresses::new(options.old_site.as_deref(), &folders);
    let reading = Reading { options, addresses, now: options.now };
    let mut site = SourceSite::default();
    site.authors = people::read(&export.tables, &reading, &mut site.problems);
    site.tags = tags::read(&export.tables, &reading, &mut site.problems);
    (site.settings, site.files) = settings::read(&export.tables.settings, &reading);
    posts::read(export.tables, &reading, &mut site);
    Ok(site)
}

/// What every table is read with.
struct Reading<'a> {
    options: &'a Options,
    addresses: Addresses,
    now: Timestamp,
}

impl Reading<'_> {
    /// When a row was made, and when it last changed.
    fn dates(&self, created_at: &Cell, updated_at: &Cell) -> (Timestamp, Timestamp) {
        let created = created_at.date().and_then(Result::ok).unwrap_or(self.now);
        (created, updated_at.date().and_then(Result::ok).unwrap_or(created))
    }

    /// The slug of a row, else one of its name, else its id.
    fn slug(&self, cell: &Cell, name: &str, id: &str) -> Slug {
        self.slug_of_row(cell)
            .or_else(|| Slug::from_text(name, self.options.slug_style))
            .unwrap_or_else(|| Slug::from_text(id, SlugStyle::Ascii).expect("an id is hexadecimal"))
    }

    /// The same for a tag, whose name may start with `#`.
    fn tag_slug(&self, cell: &Cell, name: &str, id: &str) -> Slug {
        self.slug_of_row(cell)
            .or_else(|| Slug::from_tag_name(name, self.options.slug_style))
            .unwrap_or_else(|| Slug::from_text(id, SlugStyle::Ascii).expect("an id is hexadecimal"))
    }

    fn slug_of_row(&self, cell: &Cell) -> Option<Slug> {
        let text = cell.text()?;
        Slug::parse(text).or_else(|| Slug::from_text(text, self.options.slug_style))
    }

    /// Makes the addresses within some HTML paths of this site.
    fn code(&self, code: &mut Option<String>) {
        if let Some(code) = code {
            *code = self.addresses.rooted(code);
        }
    }

    fn social(&self, social: &mut Social, found: &mut Found) {
        self.addresses.field(&mut social.og_image, found);
        self.addresses.field(&mut social.twitter_image, found);
        if let Some(url) = &mut social.canonical_url {
            *url = self.addresses.rooted(url);
        }
    }
}

#[cfg(test)]
mod tests;
