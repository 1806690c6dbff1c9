//! One file, as far as it can be read without knowing the others.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::address::{self, Parts, Place};
use super::config::{Config, Engine};
use super::dates;
use super::fields::{Fields, list_of, text_of};
use super::front_matter::Parsed;
use super::topics::Topics;
use super::walk::slashed;
use crate::domain::slug::SlugStyle;
use crate::domain::{PostKind, Slug, Timestamp};

/// A file that becomes a post or a page.
#[derive(Debug)]
pub struct Page {
    /// The file, below the root.
    pub path: PathBuf,
    /// What its path says.
    pub place: Place,
    /// What nobody has taken yet.
    pub fields: Fields,
    /// The whole front matter, for templates.
    pub values: Map<String, Value>,
    /// The text.
    pub body: String,
    /// Its title.
    pub title: String,
    /// The slug that it wishes for.
    pub slug: Slug,
    /// When it was published, where the file says so; else when the file was last written to.
    pub date: Option<Timestamp>,
    /// Whether the date is that of the file.
    pub is_dated_by_file: bool,
    /// Post or page, where the file says so.
    pub kind: Option<PostKind>,
    /// Whether it is not to be shown yet.
    pub is_draft: bool,
    /// Its language, if not the site's.
    pub locale: Option<String>,
    /// Where it stood, the likeliest address first, then others.
    pub addresses: Vec<String>,
    /// What it is about.
    pub topics: Topics,
    /// What could not be kept as it was.
    pub warnings: Vec<String>,
}

/// The names of dates of publication, the surest first.
const DATES: [&str; 11] = [
    "date",
    "publishDate",
    "pubDate",
    "pubDatetime",
    "published_at",
    "publish_date",
    "datePublished",
    "published",
    "created",
    "created_at",
    "creation_date",
];

impl Page {
    /// Reads a file; `Err` tells why it is none.
    pub fn read(
        path: &Path,
        place: Place,
        parsed: Parsed,
        config: &Config,
        style: SlugStyle,
    ) -> Result<Self, &'static str> {
        let values = parsed.fields.clone();
        let mut fields = Fields::new(parsed.fields);
        let mut warnings = Vec::new();
        let mut body = if parsed.body.contains('\r') {
            parsed.body.replace("\r\n", "\n")
        } else {
            parsed.body
        };
        let given = fields.text(&["title"]);
        if given.is_none() && body.trim().is_empty() {
            return Err("neither a title nor a text");
        }
        let title = take_heading(given, &mut body).unwrap_or_else(|| spoken(&place.name));
        let wished = fields.text(&["slug"]);
        let address = fields
            .take(&["url", "permalink", "path"], |value| {
                text_of(value).filter(|text| text != "true" && text != "false")
            })
            .map(|text| path_of(&text));
        let date = date(&mut fields, &mut warnings)
            .or_else(|| place.date.and_then(dates::midnight))
            .or_else(|| address.as_deref().and_then(address::date_in).and_then(dates::midnight));
        let status = fields.take(&["status"], |value| {
            text_of(value).filter(|s| ["draft", "published", "hidden"].contains(&s.as_str()))
        });
        let unpublished = fields.flag(&["published"]) == Some(false);
        let is_draft = fields.flag(&["draft"]) == Some(true)
            || unpublished
            || status.is_some_and(|status| status != "published")
            || place.in_drafts;
        let kind = kind(&fields, &place, config.engine, date);
        let locale = fields.text(&["lang", "locale", "language"]).map(|l| l.replace('_', "-"));
        let topics = Topics::take(&mut fields, config.engine);
        let slug = wished
            .as_deref()
            .and_then(address::last_part)
            .or_else(|| address.as_deref().and_then(address::last_part))
            .and_then(|text| slug_of(text, style))
            .or_else(|| slug_of(&place.name, style))
            .or_else(|| slug_of(&title, style))
            .or_else(|| slug_of("untitled", style))
            .ok_or("no slug can be made of its name")?;
        let mut page = Self {
            path: path.to_owned(),
            place,
            fields,
            values,
            body,
            title,
            slug,
            date,
            kind,
            is_dated_by_file: false,
            is_draft,
            locale,
            addresses: Vec::new(),
            topics,
            warnings,
        };
        page.addresses = page.old_addresses(config, wished.as_deref(), address);
        Ok(page)
    }

    /// What names the file within its source: its path, or of a bundle the path of its folder.
    pub fn key(&self) -> String {
        match self.path.parent() {
            Some(folder) if self.place.is_bundle && self.place.suffix.is_none() => slashed(folder),
            _ => slashed(&self.path),
        }
    }

    /// The folder that the file lies in, below the root.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn old_addresses(
        &mut self,
        config: &Config,
        wished: Option<&str>,
        given: Option<String>,
    ) -> Vec<String> {
        let date = self.place.date.or_else(|| {
            let instant = self.date?;
            Some(instant.in_zone(&jiff::tz::TimeZone::UTC).date())
        });
        let parts = Parts {
            place: &self.place,
            date,
            slug: wished.unwrap_or(&self.place.name),
            categories: &self.topics.categories,
        };
        let pattern = match (given.as_deref(), wished) {
            (Some(given), _) if given.contains(':') => Some(given.to_owned()),
            _ => config.permalink(self.place.section()),
        };
        let mut addresses = match (given, wished) {
            (Some(given), _) if !given.contains([':', '{']) => {
                // Zola serves every page as a folder.
                let is_file = given.rsplit('/').next().is_some_and(|last| last.contains(".html"));
                let is_folder = config.engine == Engine::Zola && !is_file;
                vec![address::tidy(&if is_folder { format!("{given}/") } else { given })]
            }
            (_, Some(wished)) if wished.contains('/') => {
                let section = self.place.folders.join("/");
                vec![address::tidy(wished), address::tidy(&format!("/{section}/{wished}"))]
            }
            _ => address::by_default(config.engine, pattern.as_deref(), parts),
        };
        let section = format!("/{}/", self.place.folders.join("/"));
        let names = ["aliases", "alias", "redirect_from", "redirects"];
        for alias in self.fields.take(&names, list_of).unwrap_or_default() {
            let alias = path_of(&alias);
            let is_relative = config.engine == Engine::Hugo && !alias.starts_with('/');
            let alias = if is_relative { format!("{section}{alias}") } else { alias };
            addresses.push(address::tidy(&alias));
        }
        let base = config.base_path();
        if !base.is_empty() {
            // What the site lay under is part of every old address, if this site takes its host.
            let with_base: Vec<String> = addresses.iter().map(|a| format!("{base}{a}")).collect();
            addresses.extend(with_base);
        }
        let mut seen = Vec::new();
        addresses.retain(|address| {
            let is_new = address.len() < 2_000 && address != "/" && !seen.contains(address);
            seen.push(address.clone());
            is_new
        });
        addresses.truncate(100);
        addresses
    }
}

/// A slug in the style of the site, else in any script.
pub fn slug_of(text: &str, style: SlugStyle) -> Option<Slug> {
    Slug::from_text(text, style).or_else(|| Slug::from_text(text, SlugStyle::Unicode))
}

/// The path of an address, without scheme and host.
fn path_of(address: &str) -> String {
    match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]).to_owned(),
        None => address.to_owned(),
    }
}

fn date(fields: &mut Fields, warnings: &mut Vec<String>) -> Option<Timestamp> {
    if let Some(date) = fields.take(&DATES, dates::of_value) {
        return Some(date);
    }
    for name in &DATES[..4] {
        if let Some(text) = fields.get(name).and_then(text_of) {
            warnings.push(format!("the date `{text}` was not understood"));
        }
    }
    None
}

fn kind(
    fields: &Fields,
    place: &Place,
    engine: Engine,
    date: Option<Timestamp>,
) -> Option<PostKind> {
    for name in ["layout", "type", "kind", "template"] {
        let word = fields.get(name).and_then(text_of).unwrap_or_default();
        match word.trim_end_matches(".html").to_lowercase().as_str() {
            "page" | "pages" => return Some(PostKind::Page),
            "post" | "posts" | "article" | "blog" => return Some(PostKind::Post),
            _ => {}
        }
    }
    let by_folder = place.in_posts || place.in_drafts;
    match engine {
        _ if by_folder || date.is_some() => Some(PostKind::Post),
        Engine::Jekyll => Some(PostKind::Page),
        _ => None,
    }
}

/// The title, and the body without the heading that says the same.
fn take_heading(given: Option<String>, body: &mut String) -> Option<String> {
    let text = body.trim_start_matches('\n');
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (heading, rest) = if let Some(heading) = first.strip_prefix("# ") {
        (heading.trim().trim_end_matches('#').trim_end(), rest)
    } else {
        let (under, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let under = under.trim_end();
        let is_line = under.len() >= 2 && under.bytes().all(|b| b == b'=');
        (if is_line { first.trim() } else { "" }, after)
    };
    let is_title = given.as_deref().is_none_or(|title| title == heading);
    if heading.is_empty() || !is_title {
        return given;
    }
    let title = super::plain_text::of(heading);
    let rest = rest.trim_start_matches('\n').to_owned();
    *body = rest;
    given.or(Some(title))
}

/// A file name as a title: `hello-world` becomes `Hello world`.
fn spoken(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut characters = words.trim().chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => "Untitled".to_owned(),
    }
}
