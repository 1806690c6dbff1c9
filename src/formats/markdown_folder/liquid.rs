//! The part of Liquid that texts use: tags, and expressions with a few filters.

use serde_json::{Map, Value};

use super::config::Config;
use super::fields::text_of;

/// The longest tag, in bytes.
const MAX_TAG: usize = 4_000;
/// The longest text between an opening and a closing tag, in bytes.
const MAX_BODY: usize = 128 << 10;
/// The most tags between an opening and a closing tag.
const MAX_TAGS: usize = 200;

/// A tag `{% name arguments %}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Its name.
    pub name: &'a str,
    /// What follows the name.
    pub arguments: &'a str,
    /// Bytes of the whole tag.
    pub length: usize,
}

/// The tag at the start of a text.
pub fn tag(text: &str) -> Option<Tag<'_>> {
    let rest = cut(text.strip_prefix("{%")?, MAX_TAG);
    let end = rest.find("%}")?;
    let inner = rest[..end].trim_matches('-').trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let split = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
    let (name, arguments) = inner.split_at(split);
    (!name.is_empty()).then(|| Tag { name, arguments: arguments.trim(), length: end + 4 })
}

/// What stands before the next tag of a name, and where that tag ends.
pub fn up_to<'a>(text: &'a str, name: &str) -> Option<(&'a str, usize)> {
    let text = cut(text, MAX_BODY);
    for (next, _) in text.match_indices("{%").take(MAX_TAGS) {
        // The name is looked at first, so that a far `%}` is not searched for again and again.
        let begins = text[next + 2..].trim_start_matches('-').trim_start().starts_with(name);
        if let Some(tag) = begins.then(|| tag(&text[next..])).flatten()
            && tag.name == name
        {
            return Some((&text[..next], next + tag.length));
        }
    }
    None
}

/// At most so many bytes of a text, which bounds every search.
pub fn cut(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text without `raw` tags; what is between them stays.
pub fn without_raw(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, end)) = up_to(rest, "raw") {
        out.push_str(before);
        rest = &rest[end..];
        if let Some((inner, end)) = up_to(rest, "endraw") {
            out.push_str(inner);
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

/// The value of an expression, if it is one that the site and the page can answer.
pub fn evaluate(expression: &str, config: &Config, page: &Map<String, Value>) -> Option<String> {
    let mut parts = expression.split('|').map(str::trim);
    let mut value = term(parts.next()?, config, page)?;
    for filter in parts {
        let (name, argument) = filter.split_once(':').unwrap_or((filter, ""));
        let argument = || term(argument.trim(), config, page);
        match name.trim() {
            // The site moves to the top of its host, so a path is right in both cases.
            "relative_url" | "absolute_url" | "url" => {
                if !value.starts_with("http") && !value.starts_with('/') {
                    value.insert(0, '/');
                }
            }
            "prepend" => value = format!("{}{value}", argument()?),
            "append" => value = format!("{value}{}", argument()?),
            "strip" => value = value.trim().to_owned(),
            "downcase" => value = value.to_lowercase(),
            "upcase" => value = value.to_uppercase(),
            "escape" | "xml_escape" | "safe" | "slug" if !value.contains(['<', '&', '"']) => {}
            _ => return None,
        }
        if value.len() > 10_000 {
            return None;
        }
    }
    Some(value)
}

/// A quoted text, or a value of the site or the page.
fn term(text: &str, config: &Config, page: &Map<String, Value>) -> Option<String> {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote)) {
            return (!inner.contains(quote)).then(|| inner.to_owned());
        }
    }
    let (root, path) = text.split_once('.')?;
    match (root, path) {
        ("site", "url" | "baseurl" | "github.url") => Some(String::new()),
        ("site", path) => text_of(look_up(&config.values, path)?),
        ("page", path) => text_of(look_up(page, path)?),
        _ => None,
    }
}

fn look_up<'a>(map: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut value = map.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value)
}
