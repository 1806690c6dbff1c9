//! Where a page stood on the old site: what its path says, and which addresses follow from it.

use std::path::Path;

use jiff::civil::Date;

use super::config::Engine;
use super::dates::numeric_date;
use super::walk::slashed;
use crate::domain::Slug;
use crate::domain::slug::SlugStyle;

/// What the path of a file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The folders from the top of the site's content down, without dates and `_posts`.
    pub folders: Vec<String>,
    /// The name without date, language and extension; of a bundle, the name of its folder.
    pub name: String,
    /// The date in the name or in the folders.
    pub date: Option<Date>,
    /// Whether the file is the text of a folder of its own.
    pub is_bundle: bool,
    /// The language at the end of the name (`post.de.md`), not yet known to be one.
    pub suffix: Option<String>,
    /// Whether the file lies in Jekyll's `_posts`.
    pub in_posts: bool,
    /// Whether the file lies in Jekyll's `_drafts`.
    pub in_drafts: bool,
}

/// Folders that only hold the content of a site.
const WRAPPERS: [&str; 6] = ["content", "src", "source", "site", "website", "pages"];

impl Place {
    /// Reads a path below the root; `base` names the folders between the site's content and the root.
    pub fn of(path: &Path, base: &[String]) -> Self {
        let mut parts: Vec<String> = slashed(path).split('/').map(str::to_owned).collect();
        let file = parts.pop().unwrap_or_default();
        let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
        let (stem, suffix) = match stem.rsplit_once('.') {
            Some((name, end)) if is_language(end) => (name, Some(end.to_owned())),
            _ => (stem, None),
        };
        let mut place = Self { suffix, ..Self::default() };
        place.is_bundle = stem.eq_ignore_ascii_case("index") && !parts.is_empty();
        let named = if place.is_bundle { parts.pop().unwrap_or_default() } else { stem.to_owned() };
        (place.date, place.name) = dated_name(&named);
        if base.is_empty() {
            let wrappers = parts.iter().take_while(|p| WRAPPERS.contains(&p.as_str())).count();
            parts.drain(..wrappers);
            if parts.first().is_some_and(|p| p == "docs")
                && parts.get(1).is_some_and(|p| p.starts_with('_'))
            {
                parts.remove(0);
            }
        }
        let is_in = |name: &str| base.iter().chain(&parts).any(|part| part == name);
        place.in_posts = is_in("_posts");
        place.in_drafts = is_in("_drafts");
        parts.retain(|part| part != "_posts" && part != "_drafts");
        if let Some((date, start, length)) = dated_folders(&parts, &place.name) {
            place.date = place.date.or(Some(date));
            if start + length > parts.len() {
                // `2014/12/12-slug.md`: the day stands in the name.
                let digits = place.name.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
                place.name = place.name.split_off(digits);
                let dashes = place.name.len() - place.name.trim_start_matches(['-', '_']).len();
                place.name.drain(..dashes);
            }
            parts.drain(start..(start + length).min(parts.len()));
        }
        let base = base.iter().filter(|part| *part != "_posts" && *part != "_drafts");
        place.folders = base.cloned().chain(parts).collect();
        place
    }

    /// The first folder: a section of Hugo.
    pub fn section(&self) -> &str {
        self.folders.first().map_or("", String::as_str)
    }
}

/// `YYYY-MM-DD-name`, or a name alone.
fn dated_name(name: &str) -> (Option<Date>, String) {
    let head: String = name.chars().take(10).collect();
    let date = head.is_ascii().then(|| numeric_date(&head.replace('_', "-"))).flatten();
    match date.filter(|_| head.len() == 10) {
        Some(date) => {
            let rest = name[10..].trim_start_matches(['-', '_', ' ', '.']);
            let rest = if rest.is_empty() { name } else { rest };
            (Some(date), rest.to_owned())
        }
        None => (None, name.to_owned()),
    }
}

/// `YYYY/MM/DD`, `YYYY/MM` or `YYYY-MM-DD` among folders: the date, the first folder, and how many.
fn dated_folders(folders: &[String], name: &str) -> Option<(Date, usize, usize)> {
    for (start, folder) in folders.iter().enumerate() {
        if let Some(date) = numeric_date(folder).filter(|_| folder.len() == 10) {
            return Some((date, start, 1));
        }
        let year = folder.parse::<i16>().ok().filter(|y| (1970..=2200).contains(y));
        let month = folders.get(start + 1).and_then(|m| m.parse::<i8>().ok());
        let (Some(year), Some(month)) = (year, month) else { continue };
        let leading = name.split(['-', '_']).next().unwrap_or_default();
        let day = folders.get(start + 2).map_or(leading, String::as_str);
        let exact = day.parse().ok().and_then(|day| Date::new(year, month, day).ok());
        match exact {
            Some(date) if day.len() <= 2 => return Some((date, start, 3)),
            _ => {
                if let Ok(date) = Date::new(year, month, 1) {
                    return Some((date, start, 2));
                }
            }
        }
    }
    None
}

/// The date in an address such as `2014/12/12/1.0-Timeline`.
pub fn date_in(address: &str) -> Option<Date> {
    let parts: Vec<String> =
        address.split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    dated_folders(&parts, "").filter(|(_, _, length)| *length != 2).map(|(date, ..)| date)
}

/// Whether a text has the form of a language: `de`, `pt-br`.
pub fn is_language(text: &str) -> bool {
    let (language, region) = text.split_once(['-', '_']).unwrap_or((text, "xx"));
    let known = LANGUAGES.split(' ').any(|code| code == language);
    known && matches!(region.len(), 2 | 4) && region.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The languages of ISO 639-1 that blogs are written in.
const LANGUAGES: &str = "af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu \
    he hi hr hu hy id is it ja ka kk km kn ko ky lt lv mk ml mn mr ms my nb ne nl nn no pa pl ps pt \
    ro ru sa si sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh zu";

/// What a permalink is made of.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// Where the file lies.
    pub place: &'a Place,
    /// When it was published, by the calendar of the site.
    pub date: Option<Date>,
    /// The slug that its writer gave, else its name.
    pub slug: &'a str,
    /// Its categories.
    pub categories: &'a [String],
}

/// The addresses under which a generator shows a page that names none, the likeliest first.
pub fn by_default(engine: Engine, pattern: Option<&str>, parts: Parts<'_>) -> Vec<String> {
    let folders = parts.place.folders.join("/");
    let plain = tidy(&format!("/{folders}/{}/", parts.slug));
    let dated = |pattern: &str| fill(pattern, parts);
    match engine {
        Engine::Jekyll if parts.place.in_posts || parts.place.in_drafts => {
            let named = match pattern {
                Some("pretty") => Some("/:categories/:year/:month/:day/:title/"),
                Some("none") => Some("/:categories/:title.html"),
                Some("ordinal") => Some("/:categories/:year/:y_day/:title.html"),
                Some("date") | None => None,
                Some(pattern) => Some(pattern),
            };
            match named {
                Some(pattern) => vec![dated(pattern)],
                None => vec![
                    dated("/:categories/:year/:month/:day/:title.html"),
                    dated("/:categories/:year/:month/:day/:title/"),
                ],
            }
        }
        Engine::Jekyll => {
            let folders = folders.trim_start_matches('_');
            vec![
                tidy(&format!("/{folders}/{}.html", parts.slug)),
                tidy(&format!("/{folders}/{}/", parts.slug)),
            ]
        }
        Engine::Hugo => vec![pattern.map_or(plain, |pattern| fill(pattern, parts))],
        Engine::Zola => vec![plain],
        Engine::Docusaurus => {
            let mut found = vec![plain];
            if parts.date.is_some() {
                found.push(dated(&format!("/{folders}/:year/:month/:day/:title/")));
            }
            found
        }
        Engine::Eleventy | Engine::Unknown => {
            let mut found = vec![plain];
            if parts.date.is_some() && !parts.place.folders.is_empty() {
                found.push(dated(&format!("/{folders}/:year/:month/:title/")));
                found.push(dated(&format!("/{folders}/:year/:month/:day/:title/")));
            }
            found
        }
    }
}

/// Fills a pattern of Jekyll or Hugo.
pub fn fill(pattern: &str, parts: Parts<'_>) -> String {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        filled.push_str(&rest[..at]);
        let name = &rest[at + 1..];
        let end = name.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(name.len());
        let (word, after) = name.split_at(end);
        let number = |f: fn(Date) -> i16, width: usize| {
            parts.date.map_or(String::new(), |date| format!("{:0width$}", f(date)))
        };
        match word {
            "year" => filled.push_str(&number(Date::year, 4)),
            "short_year" => filled.push_str(&number(|d| d.year() % 100, 2)),
            "month" => filled.push_str(&number(|d| d.month().into(), 2)),
            "i_month" => filled.push_str(&number(|d| d.month().into(), 1)),
            "day" => filled.push_str(&number(|d| d.day().into(), 2)),
            "i_day" => filled.push_str(&number(|d| d.day().into(), 1)),
            "y_day" | "yearday" => filled.push_str(&number(Date::day_of_year, 3)),
            "title" | "slug" | "slugorfilename" | "slugorcontentbasename" => {
                filled.push_str(parts.slug);
            }
            "filename" | "contentbasename" | "basename" => filled.push_str(&parts.place.name),
            "categories" | "category" => {
                let categories: Vec<String> = parts
                    .categories
                    .iter()
                    .filter_map(|c| Slug::from_text(c, SlugStyle::Unicode))
                    .map(|slug| slug.to_string())
                    .collect();
                let folders = parts.place.folders.iter().cloned();
                filled.push_str(&folders.chain(categories).collect::<Vec<_>>().join("/"));
            }
            "section" => filled.push_str(parts.place.section()),
            "sections" | "path" => filled.push_str(&parts.place.folders.join("/")),
            "output_ext" => filled.push_str(".html"),
            _ => {}
        }
        rest = after;
    }
    filled.push_str(rest);
    tidy(&filled)
}

/// One slash in front, and no two together.
pub fn tidy(address: &str) -> String {
    let mut tidy = String::with_capacity(address.len() + 1);
    tidy.push('/');
    for c in address.chars() {
        if c != '/' || !tidy.ends_with('/') {
            tidy.push(c);
        }
    }
    tidy
}

/// What two spellings of one address have in common: `/a/B.html`, `/a/b/` and `/a/b/index.html`.
pub fn comparable(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let address = address.strip_suffix("index.html").unwrap_or(address);
    let address = address.trim_end_matches('/');
    let address = address.strip_suffix(".html").unwrap_or(address);
    percent_decode(&tidy(address)).to_lowercase()
}

/// Decodes `%20` and its like; what is no UTF-8 stays as it was.
pub fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let pair = after.first().copied().and_then(hex).zip(after.get(1).copied().and_then(hex));
        if let Some((high, low)) = pair.filter(|_| first == b'%') {
            bytes.push(high * 16 + low);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The last part of an address, without `.html`: what a slug is made of.
pub fn last_part(address: &str) -> Option<&str> {
    let address = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let address = address.strip_suffix("/index.html").unwrap_or(address);
    let last = address.rsplit('/').next().unwrap_or_default();
    let last = last.strip_suffix(".html").or_else(|| last.strip_suffix(".htm")).unwrap_or(last);
    let is_pattern = last.contains([':', '{', '}']);
    (!last.is_empty() && !is_pattern).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> (String, String, Option<String>) {
        let place = Place::of(Path::new(path), &[]);
        (place.folders.join("/"), place.name, place.date.map(|d| d.to_string()))
    }

    #[test]
    fn paths_tell_section_name_and_date() {
        for (path, folders, name, date) in [
            ("content/posts/hello.md", "posts", "hello", None),
            ("src/content/blog/2024-04-05-v9.0.md", "blog", "v9.0", Some("2024-04-05")),
            ("docs/_posts/2013-05-06-one.markdown", "", "one", Some("2013-05-06")),
            ("news/_posts/2013-05-06-one.markdown", "news", "one", Some("2013-05-06")),
            ("content/a-bundle/index.md", "", "a-bundle", None),
            ("content/2020-01-02-b/index.fr.md", "", "b", Some("2020-01-02")),
            ("blog/2019/12/31/bye.md", "blog", "bye", Some("2019-12-31")),
            ("blog/2019/12/31-bye.md", "blog", "bye", Some("2019-12-31")),
            ("blog/2019/12/bye.md", "blog", "bye", Some("2019-12-01")),
            ("2020-01-02.md", "", "2020-01-02", Some("2020-01-02")),
            ("node.js.md", "", "node.js", None),
            ("index.md", "", "index", None),
        ] {
            let expected = (folders.to_owned(), name.to_owned(), date.map(str::to_owned));
            assert_eq!(place(path), expected, "{path}");
        }
        assert_eq!(Place::of(Path::new("a.pt-br.md"), &[]).suffix.as_deref(), Some("pt-br"));
    }

    #[test]
    fn default_addresses_follow_the_generator() {
        let place = Place::of(Path::new("_posts/2013-05-06-One.md"), &[]);
        let categories = ["Big News".to_owned()];
        let parts = Parts { place: &place, date: place.date, slug: "One", categories: &categories };
        let first = |engine, pattern| by_default(engine, pattern, parts).remove(0);
        assert_eq!(first(Engine::Jekyll, None), "/big-news/2013/05/06/One.html");
        assert_eq!(first(Engine::Jekyll, Some("/n/:year/:i_month/:title/")), "/n/2013/5/One/");
        assert_eq!(first(Engine::Hugo, Some("/:year/:slug/")), "/2013/One/");
        assert_eq!(first(Engine::Zola, None), "/One/");
    }

    #[test]
    fn spellings_of_one_address_compare_equal() {
        for other in ["/A/B.html", "a/b", "/a/b/index.html?x#y", "//a/%62/"] {
            assert_eq!(comparable(other), "/a/b", "{other}");
        }
        assert_eq!(last_part("2014/12/12/1.0-Timeline"), Some("1.0-Timeline"));
        assert_eq!(last_part("/:year/:title.html"), None);
        assert_eq!(date_in("inside-rust/2023/10/06/x").unwrap().to_string(), "2023-10-06");
    }
}
