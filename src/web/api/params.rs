//! The parameters of a request: what a client may choose, read the way Ghost reads it.
//!
//! What is not known is left out without a word, as long as it asks for no other rows.

use super::error::{ApiError, Doing, Kind};
use crate::nql::{self, Filter};
use crate::services::reading::By;

/// The names of all parameters that decide on an answer.
pub(super) const BROWSE: &[&str] =
    &["after", "fields", "filter", "formats", "include", "limit", "order", "page"];
/// The same where one thing is read.
pub(super) const READ: &[&str] = &["fields", "formats", "include"];
/// The same where it is read if a filter chooses it.
pub(super) const READ_IF: &[&str] = &["fields", "filter", "formats", "include"];

/// So many there are where nobody says how many.
pub(super) const DEFAULT_LIMIT: u32 = 15;
/// So many are all: whoever wants more asks for the next page of all.
pub(super) const ALL: u32 = 10_000;
/// More rules than columns order nothing.
pub(super) const MAX_RULES: usize = 16;
/// More words than fields name nothing new.
pub(super) const MAX_WORDS: usize = 100;

/// The parameters as they came.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

/// How many rows a client may ask for at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListLimits {
    /// So many there may be.
    pub max: u32,
    /// Whether `limit=all` is all, and no more than [`Self::max`] otherwise.
    pub allows_all: bool,
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageOf {
    pub(super) limit: Limit,
    /// From 1 on.
    pub(super) page: u64,
}

/// How many rows a page has at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// So many.
    Rows(u32),
    /// All that one answer holds.
    All,
}

/// A form of the text of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// As readers see it.
    Html,
    /// Without markup.
    Plaintext,
    /// As a document of Ghost's editor; for writers.
    Lexical,
    /// As one of its editor of old; for writers, who get none.
    Mobiledoc,
    /// As it was written; for writers.
    Markdown,
}

/// In which forms the text of a post is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Formats(Vec<Format>);

impl Params {
    pub(super) fn of(query: &str) -> Self {
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The first words of a list, in lower case.
    fn list(&self, name: &str) -> Vec<String> {
        let given = self.get(name).unwrap_or_default();
        let words = given.split(',').map(|word| word.trim().to_ascii_lowercase());
        words.filter(|word| !word.is_empty()).take(MAX_WORDS).collect()
    }

    /// What is to stand beside each row.
    pub(super) fn includes(&self, name: &str) -> bool {
        self.list("include").iter().any(|word| word == name)
    }

    /// The fields that are wanted; all where there is no word of it.
    pub(super) fn fields(&self) -> Option<Vec<String>> {
        Some(self.list("fields")).filter(|fields| !fields.is_empty())
    }

    /// In which form a body brings a text along.
    pub(super) fn source(&self) -> Option<&str> {
        self.get("source")
    }

    /// In which forms the text is wanted. A form for writers is not given to readers; then they get the
    /// usual one.
    pub(super) fn formats(&self, doing: Doing) -> Result<Formats, ApiError> {
        let mut formats =
            self.known_formats(doing, &["html", "plaintext", "mobiledoc", "lexical"])?;
        formats.retain(|format| matches!(format, Format::Html | Format::Plaintext));
        Ok(if formats.is_empty() { Formats::readers() } else { Formats(formats) })
    }

    /// The same for writers, who get a document to edit unless they ask for something else.
    pub(super) fn formats_to_edit(&self, doing: Doing) -> Result<Formats, ApiError> {
        let names = ["html", "plaintext", "mobiledoc", "lexical", "markdown"];
        let formats = self.known_formats(doing, &names)?;
        Ok(if formats.is_empty() { Formats::writers() } else { Formats(formats) })
    }

    fn known_formats(&self, doing: Doing, names: &[&str]) -> Result<Vec<Format>, ApiError> {
        let words = self.list("formats");
        let formats = words.iter().map(|word| {
            let format = Format::named(word).filter(|_| names.contains(&word.as_str()));
            format.ok_or_else(|| doing.refuses("formats", "AllowedValues"))
        });
        formats.collect()
    }

    pub(super) fn page(&self, doing: Doing, limits: ListLimits) -> Result<PageOf, ApiError> {
        let limit = match self.get("limit") {
            None => Limit::Rows(DEFAULT_LIMIT.min(limits.max)),
            Some(text) => limit(text, limits).ok_or_else(|| doing.refuses("limit", "matches"))?,
        };
        let page = match self.get("page") {
            None => 1,
            Some(text) => page(text).ok_or_else(|| doing.refuses("page", "matches"))?,
        };
        Ok(PageOf { limit, page })
    }

    /// The cursor behind which a list goes on; an empty one is its beginning.
    pub(super) fn after(&self) -> Option<&str> {
        self.get("after").map(str::trim)
    }

    /// The filter and the order, as they came.
    pub(super) fn choice(&self) -> [&str; 2] {
        ["filter", "order"].map(|name| self.get(name).unwrap_or_default())
    }

    pub(super) fn filter(&self, doing: Doing) -> Result<Option<Filter>, ApiError> {
        let text = self.get("filter").unwrap_or_default();
        nql::parse(text).map_err(|error| {
            doing.fails(Kind::BadRequest, format!("Error parsing filter: {error}"))
        })
    }

    /// The rules of the order. One without a direction counts for nothing.
    pub(super) fn order(&self, doing: Doing) -> Result<Vec<By>, ApiError> {
        let text = self.get("order").unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_,. ".contains(c);
        if !text.chars().all(is_plain) {
            return Err(doing.refuses("order", "matches"));
        }
        Ok(text.split(',').filter_map(rule).take(MAX_RULES).collect())
    }
}

impl Format {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "html" => Self::Html,
            "plaintext" => Self::Plaintext,
            "lexical" => Self::Lexical,
            "mobiledoc" => Self::Mobiledoc,
            "markdown" => Self::Markdown,
            _ => return None,
        })
    }
}

impl Formats {
    /// What those are told who do not ask.
    pub(super) fn told() -> Self {
        Self(vec![Format::Html, Format::Plaintext])
    }

    /// What readers get unless they ask for something else.
    pub(super) fn readers() -> Self {
        Self(vec![Format::Html])
    }

    /// The same for writers: a document to edit.
    pub(super) fn writers() -> Self {
        Self(vec![Format::Lexical, Format::Mobiledoc])
    }

    /// Whether this one is wanted.
    pub(super) fn has(&self, format: Format) -> bool {
        self.0.contains(&format)
    }

    /// These, and those for readers that are named among some fields.
    pub(super) fn and(mut self, fields: &[String]) -> Self {
        let named = fields.iter().filter_map(|field| Format::named(field));
        self.0.extend(named.filter(|format| matches!(format, Format::Html | Format::Plaintext)));
        self
    }
}

impl PageOf {
    /// How many rows are left out before it.
    pub(super) const fn skip(self) -> u64 {
        (self.page - 1).saturating_mul(self.limit.rows() as u64)
    }
}

impl Limit {
    /// The number.
    pub(super) const fn rows(self) -> u32 {
        match self {
            Self::Rows(rows) => rows,
            Self::All => ALL,
        }
    }
}

/// Whatever asks for too many, in whatever words, gets as many as there may be.
fn limit(text: &str, limits: ListLimits) -> Option<Limit> {
    let text = text.trim();
    let rows = match text.parse::<i64>() {
        Ok(0) => DEFAULT_LIMIT,
        Ok(number) if number < 0 => return None,
        Ok(number) => u32::try_from(number).unwrap_or(u32::MAX),
        Err(_) if text.is_empty() || text.starts_with('-') => return None,
        Err(_) if limits.allows_all && text.eq_ignore_ascii_case("all") => return Some(Limit::All),
        Err(_) => u32::MAX,
    };
    Some(Limit::Rows(rows.min(limits.max)))
}

fn page(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX).max(1))
}

fn rule(text: &str) -> Option<By> {
    let mut words = text.split_whitespace();
    let (field, direction) = (words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let is_descending = match direction.to_ascii_lowercase().as_str() {
        "asc" => false,
        "desc" => true,
        _ => return None,
    };
    Some(By { field: field.to_ascii_lowercase(), is_descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOING: Doing = Doing::List("posts");
    const GHOSTS: ListLimits = ListLimits { max: 100, allows_all: false };

    #[test]
    fn a_limit_is_what_ghost_makes_of_it() {
        for (query, limit) in [
            ("", Some(15)),
            ("limit=0", Some(15)),
            ("limit=1", Some(1)),
            ("limit=100", Some(100)),
            ("limit=101", Some(100)),
            ("limit=1000000", Some(100)),
            ("limit=99999999999999999999", Some(100)),
            ("limit=all", Some(100)),
            ("limit=ten", Some(100)),
            ("limit=", None),
            ("limit=-1", None),
            ("limit=-99999999999999999999", None),
        ] {
            let page = Params::of(query).page(DOING, GHOSTS).ok();
            assert_eq!(page.map(|page| page.limit), limit.map(Limit::Rows), "{query}");
        }
    }

    #[test]
    fn an_owner_may_allow_more_or_all() {
        let of = |query: &str, max, allows_all| {
            let page = Params::of(query).page(DOING, ListLimits { max, allows_all }).unwrap();
            page.limit
        };
        assert_eq!(of("limit=all", 100, true), Limit::All);
        assert_eq!(of("limit=ALL", 100, true), Limit::All);
        assert_eq!(of("limit=ten", 100, true), Limit::Rows(100));
        assert_eq!(of("limit=250", 200, true), Limit::Rows(200));
        assert_eq!(of("", 10, false), Limit::Rows(10));
        let page =
            Params::of("limit=all&page=3").page(DOING, ListLimits { max: 1, allows_all: true });
        assert_eq!(page.unwrap().skip(), 20_000);
    }

    #[test]
    fn a_page_is_a_number() {
        for (query, page) in [
            ("", Some(1)),
            ("page=0", Some(1)),
            ("page=7", Some(7)),
            ("page=99999999999999999999999", Some(u64::MAX)),
            ("page=", None),
            ("page=-1", None),
            ("page=+1", None),
            ("page=%2B1", None),
            ("page=one", None),
            ("page=1.5", None),
        ] {
            let found = Params::of(query).page(DOING, GHOSTS).ok();
            assert_eq!(found.map(|found| found.page), page, "{query}");
        }
        let skip = |rows, page| PageOf { limit: Limit::Rows(rows), page }.skip();
        assert_eq!(skip(15, 3), 30);
        assert_eq!(skip(100, u64::MAX), u64::MAX);
    }

    #[test]
    fn an_order_is_a_list_of_rules() {
        let by = |field: &str, is_descending| By { field: field.to_owned(), is_descending };
        for (query, rules) in [
            ("", vec![]),
            ("order=title+asc", vec![by("title", false)]),
            ("order=Title%20DESC", vec![by("title", true)]),
            ("order=a+asc,b+desc,+c+asc", vec![by("a", false), by("b", true), by("c", false)]),
            ("order=count.posts+desc", vec![by("count.posts", true)]),
            ("order=title", vec![]),
            ("order=title+up", vec![]),
            ("order=title+asc+please,slug+asc", vec![by("slug", false)]),
        ] {
            assert_eq!(Params::of(query).order(DOING).ok(), Some(rules), "{query}");
        }
        for query in ["order=title;drop", "order=a(b)+asc", "order='+asc", "order=%C3%A4+asc"] {
            assert!(Params::of(query).order(DOING).is_err(), "{query}");
        }
        let many = format!("order={}", vec!["a+asc"; 1_000].join(","));
        assert_eq!(Params::of(&many).order(DOING).ok().map(|rules| rules.len()), Some(MAX_RULES));
    }

    #[test]
    fn formats_are_html_unless_something_else_is_asked_for() {
        for (query, formats) in [
            ("", Some((true, false))),
            ("formats=", Some((true, false))),
            ("formats=html", Some((true, false))),
            ("formats=plaintext", Some((false, true))),
            ("formats=HTML,+plaintext", Some((true, true))),
            ("formats=lexical", Some((true, false))),
            ("formats=mobiledoc,plaintext", Some((false, true))),
            ("formats=pdf", None),
            ("formats=html,pdf", None),
        ] {
            let found = Params::of(query).formats(DOING).ok();
            let found = found.map(|f| (f.has(Format::Html), f.has(Format::Plaintext)));
            assert_eq!(found, formats, "{query}");
        }
    }

    #[test]
    fn lists_are_trimmed_and_in_lower_case() {
        let params = Params::of("include=Tags,+authors&fields=ID,%20url,,");
        assert!(params.includes("tags") && params.includes("authors"));
        assert!(!params.includes("tag"));
        assert_eq!(params.fields(), Some(vec!["id".to_owned(), "url".to_owned()]));
        assert_eq!(Params::of("fields=").fields(), None);
        let many = format!("fields={}", vec!["id"; 10_000].join(","));
        assert_eq!(Params::of(&many).fields().map(|fields| fields.len()), Some(MAX_WORDS));
    }
}
