//! The whole folder: its files, its settings, its authors, and then every page.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::address::{Place, is_language};
use super::assets::Assets;
use super::config::{Config, Engine};
use super::convert::{self, Shared};
use super::fields::{Fields, text_of};
use super::front_matter::{self, Fault, Parsed};
use super::index::Index;
use super::page::Page;
use super::people::People;
use super::{MARKER, Options, export, learned, walk};
use crate::domain::{PostKind, Slug, Timestamp};
use crate::formats::{Problem, SourceFile, SourceSite};

/// Names of the field that tells who wrote a page.
const AUTHORS: [&str; 3] = ["authors", "author", "byline"];

/// Reads a folder.
pub fn read(root: &Path, options: &Options) -> Result<SourceSite, Problem> {
    let found = walk::texts(root)?;
    let mut site =
        SourceSite { problems: found.problems, skipped: found.skipped, ..SourceSite::default() };
    let is_export = root.join(MARKER).is_file();
    if is_export {
        export::read_data(root, &mut site);
    }
    let mut files = Vec::new();
    for path in found.texts {
        match load(&root.join(&path)) {
            Ok(parsed) => {
                match is_export.then(|| export::read_post(root, &path, &parsed)).flatten() {
                    Some(Ok(post)) => site.posts.push(post),
                    Some(Err(reason)) => site.problems.push(problem(&path, None, reason)),
                    None => files.push((path, parsed)),
                }
            }
            Err(fault) => site.problems.push(problem(&path, fault.line, fault.reason)),
        }
    }
    if is_export {
        export::read_unused_media(root, &mut site);
        if files.is_empty() {
            return Ok(site);
        }
    }
    Reader::new(root, options, &files, &mut site).read(files, &mut site);
    Ok(site)
}

fn load(path: &Path) -> Result<Parsed, Fault> {
    let bytes = std::fs::read(path)
        .map_err(|e| Fault { line: None, reason: format!("the file cannot be read: {e}") })?;
    front_matter::parse(&front_matter::decode(bytes)?)
}

fn problem(path: &Path, line: Option<usize>, reason: impl Into<String>) -> Problem {
    Problem { origin: walk::slashed(path), line, reason: reason.into() }
}

struct Reader<'a> {
    root: &'a Path,
    options: &'a Options,
    config: Config,
    assets: Assets,
    people: People,
    /// Folders between the site's content and the root.
    base: Vec<String>,
    /// Titles of sections by folder.
    sections: HashMap<PathBuf, String>,
}

impl<'a> Reader<'a> {
    fn new(
        root: &'a Path,
        options: &'a Options,
        files: &[(PathBuf, Parsed)],
        site: &mut SourceSite,
    ) -> Self {
        let mut config = Config::read(root);
        if config.engine == Engine::Unknown {
            config.engine = guess(root, files);
        }
        let assets = Assets::new(root, options.assets.as_deref(), &config.bases);
        let mut people = People::new(options.slug_style, options.now);
        let unread = people.read_data_files(&config.bases);
        for reason in config.warnings.iter().cloned().chain(unread) {
            let origin = root.display().to_string();
            site.problems.push(Problem { origin, line: None, reason });
        }
        if site.settings.is_empty() {
            site.settings = config.settings();
        }
        let base = base_of(root);
        Self { root, options, config, assets, people, base, sections: HashMap::new() }
    }

    fn read(mut self, files: Vec<(PathBuf, Parsed)>, site: &mut SourceSite) {
        let files = self.sections_of(files, site);
        let mut pages = self.pages_of(files, site);
        settle_kinds(&mut pages);
        for page in &mut pages {
            self.date_by_file(page);
        }
        settle_slugs(&mut pages);
        if self.config.permalink("").is_none() {
            learned::add_addresses(&mut pages);
        }
        let index = Index::new(&pages);
        let sections = self.sections_used(&pages);
        let default_author = self.config.values.get("author").cloned();
        for (mut page, section) in pages.into_iter().zip(sections) {
            let named = page.fields.take(&AUTHORS, |value| Some(value.clone()));
            let named = named.filter(|value| !value.is_null());
            let value = named
                .or_else(|| default_author.clone().filter(|_| page.kind == Some(PostKind::Post)));
            let authors = value.map(|value| self.people.named_by(&value)).unwrap_or_default();
            let shared = Shared {
                options: self.options,
                config: &self.config,
                assets: &self.assets,
                index: &index,
            };
            site.posts.push(convert::post(page, section.as_deref(), authors, &shared));
        }
        let Self { people, assets, .. } = self;
        let known: HashSet<String> = site.authors.iter().map(|a| a.key.clone()).collect();
        for mut author in people.finish() {
            let picture = author.author.profile_image.clone().filter(|p| !p.contains("://"));
            if let Some(file) = picture.and_then(|p| assets.at_top(&p)).map(SourceFile::new) {
                author.author.profile_image = Some(file.placeholder.clone());
                author.files.push(file);
            }
            if !known.contains(&author.key) {
                site.authors.push(author);
            }
        }
    }

    /// Takes out the files that describe a section or an author.
    fn sections_of(
        &mut self,
        files: Vec<(PathBuf, Parsed)>,
        site: &mut SourceSite,
    ) -> Vec<(PathBuf, Parsed)> {
        let folders: HashSet<PathBuf> = files
            .iter()
            .filter(|(path, _)| stem(path) != "index" && stem(path) != "_index")
            .filter_map(|(path, _)| path.parent().map(Path::to_owned))
            .collect();
        let mut rest = Vec::new();
        for (path, parsed) in files {
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            let in_authors = folder.iter().any(|part| part == "_authors");
            let name = stem(&path);
            let is_section = name == "_index" || name.starts_with("_index.");
            let is_home = name == "index" && Place::of(&path, &self.base).folders.is_empty();
            let is_home =
                is_home && folders.contains(&folder) || name == "index" && folder == Path::new("");
            let dated = parsed.fields.contains_key("date");
            if in_authors || is_section && folder.parent().is_some_and(|f| f.ends_with("authors")) {
                let key = if in_authors {
                    name
                } else {
                    folder.file_name().map_or(name, |f| f.to_string_lossy().into_owned())
                };
                self.people.learn(&key, &Value::Object(author_of(parsed, &key)));
                site.skipped.push(problem(&path, None, "an author, not a post"));
            } else if is_section {
                if let Some(title) = parsed.fields.get("title").and_then(text_of) {
                    self.sections.insert(folder, title);
                }
                site.skipped.push(problem(&path, None, "a section, not a post"));
            } else if is_home && !dated {
                site.skipped.push(problem(
                    &path,
                    None,
                    "the home page of the site or of a section",
                ));
            } else {
                rest.push((path, parsed));
            }
        }
        rest
    }

    fn pages_of(&self, files: Vec<(PathBuf, Parsed)>, site: &mut SourceSite) -> Vec<Page> {
        let mut places: Vec<Place> =
            files.iter().map(|(path, _)| Place::of(path, &self.base)).collect();
        self.settle_languages(&files, &mut places);
        let mut pages = Vec::new();
        for ((path, parsed), mut place) in files.into_iter().zip(places) {
            let mut language = place.suffix.clone();
            let own = self.config.locale();
            if language.is_none() && self.is_language_folder(place.section()) {
                language = Some(place.section().to_owned());
                if language == own {
                    place.folders.remove(0);
                }
            } else if let Some(language) = language.clone().filter(|l| Some(l) != own.as_ref()) {
                place.folders.insert(0, language);
            }
            match Page::read(&path, place, parsed, &self.config, self.options.slug_style) {
                Ok(mut page) => {
                    page.locale = page.locale.or(language);
                    pages.push(page);
                }
                Err(reason) => site.skipped.push(problem(&path, None, reason)),
            }
        }
        pages
    }

    /// A suffix is a language where the site knows it, or a sibling shares the name before it.
    fn settle_languages(&self, files: &[(PathBuf, Parsed)], places: &mut [Place]) {
        let languages = self.config.languages();
        let mut names: HashMap<(PathBuf, String), usize> = HashMap::new();
        let stem_before = |path: &Path| {
            let name = stem(path);
            let short = name
                .rsplit_once('.')
                .filter(|(_, end)| is_language(end))
                .map(|(s, _)| s.to_owned());
            (path.parent().unwrap_or(Path::new("")).to_owned(), short.unwrap_or(name))
        };
        for (path, _) in files {
            *names.entry(stem_before(path)).or_default() += 1;
        }
        for ((path, _), place) in files.iter().zip(places) {
            let Some(suffix) = &place.suffix else { continue };
            if !languages.contains(suffix) && names[&stem_before(path)] < 2 {
                place.name = format!("{}.{suffix}", place.name);
                place.suffix = None;
            }
        }
    }

    fn is_language_folder(&self, folder: &str) -> bool {
        is_language(folder)
            && (self.config.languages().iter().any(|l| l == folder)
                || self.config.locale().as_deref() == Some(folder))
    }

    /// The title of the section of each page, where pages lie in more than one.
    fn sections_used(&self, pages: &[Page]) -> Vec<Option<String>> {
        let of = |page: &Page| {
            let mut folder = page.folder();
            if page.place.is_bundle {
                folder = folder.parent().unwrap_or(Path::new(""));
            }
            let section = folder.ancestors().find(|f| self.sections.contains_key(*f))?;
            let below_top = !Place::of(&section.join("x.md"), &self.base).folders.is_empty();
            below_top.then(|| self.sections[section].clone())
        };
        let sections: Vec<Option<String>> = pages.iter().map(of).collect();
        let distinct: BTreeSet<_> = sections.iter().collect();
        if distinct.len() > 1 { sections } else { vec![None; pages.len()] }
    }

    /// Gives a post without any date that of its file, which stays until somebody writes to it.
    fn date_by_file(&self, page: &mut Page) {
        if page.date.is_some() || page.is_draft {
            return;
        }
        let modified = std::fs::metadata(self.root.join(&page.path)).and_then(|m| m.modified());
        let instant = modified.ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
        page.date = instant.map(|instant| Timestamp::from(instant).min(self.options.now));
        page.is_dated_by_file = true;
        if page.kind != Some(PostKind::Page) {
            page.warnings.push("no date; it has the date of its file".to_owned());
        }
    }
}

/// The fields of a page about an author.
fn author_of(parsed: Parsed, key: &str) -> serde_json::Map<String, Value> {
    let mut map = parsed.fields;
    let bio = super::plain_text::of(&parsed.body);
    if !bio.is_empty() {
        map.entry("bio").or_insert(bio.into());
    }
    let title = map.shift_remove("title").unwrap_or_else(|| key.into());
    map.entry("name").or_insert(title);
    map
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The generator, where only the files tell.
fn guess(root: &Path, files: &[(PathBuf, Parsed)]) -> Engine {
    let has = |name: &str| files.iter().any(|(path, _)| path.iter().any(|part| part == name));
    if has("_posts") || has("_drafts") || base_of(root).iter().any(|part| part == "_posts") {
        return Engine::Jekyll;
    }
    let zola = |(_, parsed): &(PathBuf, Parsed)| {
        let fields = Fields::new(parsed.fields.clone());
        fields.get("taxonomies").is_some()
            || parsed.fields.contains_key("path") && parsed.fields.contains_key("aliases")
    };
    if files.iter().take(1_000).any(zola) { Engine::Zola } else { Engine::Unknown }
}

/// The folders below `content`, or from `_posts` on, that lead to the root.
fn base_of(root: &Path) -> Vec<String> {
    let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let parts: Vec<String> = root.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    match parts.iter().rposition(|part| part == "content" || part == "_posts") {
        Some(at) if parts[at] == "_posts" => parts[at..].to_vec(),
        Some(at) if parts.len() - at <= 4 => parts[at + 1..].to_vec(),
        _ => Vec::new(),
    }
}

/// A file without a date is a page, if its folder holds no dated file and other folders do.
fn settle_kinds(pages: &mut [Page]) {
    let dated: HashSet<String> =
        pages.iter().filter(|p| p.date.is_some()).map(|p| p.place.folders.join("/")).collect();
    for page in pages.iter_mut().filter(|page| page.kind.is_none()) {
        let alone = !dated.is_empty() && !dated.contains(&page.place.folders.join("/"));
        let is_page = alone && page.date.is_none() && !page.is_draft;
        page.kind = Some(if is_page { PostKind::Page } else { PostKind::Post });
    }
}

/// Gives every page a slug of its own, by its language, its section, its date, or a number.
fn settle_slugs(pages: &mut [Page]) {
    let mut taken: HashSet<Slug> = HashSet::new();
    let mut order: Vec<usize> = (0..pages.len()).collect();
    order.sort_by_key(|&at| (pages[at].locale.is_some(), at));
    for at in order {
        let page = &mut pages[at];
        let wished = page.slug.clone();
        let style = crate::domain::slug::SlugStyle::Unicode;
        let made = |text: String| Slug::from_text(&text, style);
        let mut choices = vec![Some(wished.clone())];
        if let Some(locale) = &page.locale {
            choices.push(made(format!("{wished}-{locale}")));
        } else if let Some(section) = page.place.folders.last() {
            choices.push(made(format!("{section}-{wished}")));
        }
        if let Some(date) = page.date {
            let date = date.in_zone(&jiff::tz::TimeZone::UTC).date();
            choices.push(made(format!("{wished}-{}", date.year())));
            choices.push(made(format!("{wished}-{date}")));
        }
        let numbered = (2..).map(|number| Some(wished.numbered(number)));
        let free = choices.into_iter().chain(numbered).flatten().find(|s| !taken.contains(s));
        page.slug = free.unwrap_or(wished);
        taken.insert(page.slug.clone());
    }
}
