//! Authors: who the front matter names, and what the data files of the site say of them.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::config::read_data;
use super::fields::{list_of, text_of};
use crate::domain::slug::SlugStyle;
use crate::domain::{Author, Slug, Timestamp, UserId};
use crate::formats::SourceAuthor;

/// The most authors of one post.
const MAX_AUTHORS: usize = 50;
/// The longest name, in characters (Ghost's limit).
const MAX_NAME: usize = 191;

/// The authors of a site, each once, in the order in which they were first named.
#[derive(Debug)]
pub struct People {
    style: SlugStyle,
    now: Timestamp,
    /// What data files say, by key and by name in lower case.
    known: HashMap<String, Map<String, Value>>,
    authors: Vec<SourceAuthor>,
    places: HashMap<String, usize>,
}

impl People {
    /// Nobody yet.
    pub fn new(style: SlugStyle, now: Timestamp) -> Self {
        let (known, places) = (HashMap::new(), HashMap::new());
        Self { style, now, known, authors: Vec::new(), places }
    }

    /// Reads the data files of authors of a site; what cannot be read comes back as warnings.
    pub fn read_data_files(&mut self, bases: &[std::path::PathBuf]) -> Vec<String> {
        const FOLDERS: [&str; 7] =
            ["_data", "src/_data", "data", "data/authors", "_data/authors", "blog", "."];
        let mut warnings = Vec::new();
        for base in bases {
            for folder in FOLDERS {
                let Ok(entries) = std::fs::read_dir(base.join(folder)) else { continue };
                let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
                paths.sort();
                for path in paths.into_iter().filter(|path| path.is_file()) {
                    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
                    let is_data = path.extension().is_some_and(|e| {
                        ["yml", "yaml", "json", "toml"].iter().any(|extension| e == *extension)
                    });
                    let of_one = folder.ends_with("/authors");
                    let of_all = stem.to_lowercase().contains("author") || stem == "people";
                    if !is_data || !(of_one || of_all) {
                        continue;
                    }
                    match read_data(&path) {
                        Ok(value) if of_one && !of_all => self.learn(stem, &value),
                        Ok(value) => self.learn_all(&value),
                        Err(reason) => warnings.push(format!("{}: {reason}", file_name(&path))),
                    }
                }
            }
        }
        warnings
    }

    /// Learns a map of authors by key, or a list of authors.
    fn learn_all(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    self.learn(key, value);
                }
            }
            Value::Array(items) => {
                for item in items {
                    let key = ["key", "username", "id", "slug", "short_name", "name"]
                        .iter()
                        .find_map(|name| item.get(*name).and_then(text_of));
                    if let Some(key) = key {
                        self.learn(&key, item);
                    }
                }
            }
            _ => {}
        }
    }

    /// Learns what is known of one author; what was learned first stays.
    pub fn learn(&mut self, key: &str, value: &Value) {
        let map = match value {
            Value::Object(map) => map.clone(),
            Value::String(name) => Map::from_iter([("name".to_owned(), name.clone().into())]),
            _ => return,
        };
        if let Some(name) = map.get("name").and_then(text_of) {
            self.known.entry(name.to_lowercase()).or_insert_with(|| map.clone());
        }
        self.known.entry(key.to_lowercase()).or_insert(map);
    }

    /// The keys of the authors that a value of front matter names, in order.
    pub fn named_by(&mut self, value: &Value) -> Vec<String> {
        let mut keys = Vec::new();
        let mut add = |key: Option<String>| {
            if let Some(key) = key.filter(|key| !keys.contains(key) && keys.len() < MAX_AUTHORS) {
                keys.push(key);
            }
        };
        let items: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            value => vec![value],
        };
        for item in items {
            match item {
                Value::Object(map) => add(self.of_map(map)),
                value => {
                    for text in list_of(value).unwrap_or_default() {
                        for person in self.people_in(&text) {
                            add(self.of_map(&person));
                        }
                    }
                }
            }
        }
        keys
    }

    /// All authors that were named, with their pictures as the site wrote them.
    pub fn finish(self) -> Vec<SourceAuthor> {
        self.authors
    }

    /// Those whom a text names: keys, links, or names.
    fn people_in(&self, text: &str) -> Vec<Map<String, Value>> {
        if let Some(map) = self.known.get(&text.to_lowercase()) {
            let mut map = map.clone();
            map.entry("name").or_insert_with(|| text.into());
            return vec![map];
        }
        let links = linked_names(text);
        if !links.is_empty() {
            return links.into_iter().map(|(name, url)| person(&name, Some(&url))).collect();
        }
        let keys: Vec<&str> = text.split([',', ';']).map(str::trim).collect();
        if keys.len() > 1 && keys.iter().all(|key| self.known.contains_key(&key.to_lowercase())) {
            return keys.into_iter().flat_map(|key| self.people_in(key)).collect();
        }
        names_in(text)
            .into_iter()
            .map(|name| match self.known.get(&name.to_lowercase()) {
                Some(map) => map.clone(),
                None => person(&name, None),
            })
            .collect()
    }

    /// The key of an author of whom a map tells, who is made or completed by it.
    fn of_map(&mut self, map: &Map<String, Value>) -> Option<String> {
        let text = |names: &[&str]| names.iter().find_map(|name| map.get(*name).and_then(text_of));
        if let Some(known) =
            text(&["key"]).and_then(|key| self.known.get(&key.to_lowercase()).cloned())
        {
            return self.of_map(&known);
        }
        let name = text(&["name", "display_name", "full_name", "username", "title"])?;
        let (name, email) = match name.split_once('<') {
            Some((name, email)) if email.contains('@') => {
                (name.trim().to_owned(), Some(email.trim_end_matches('>').to_owned()))
            }
            _ => (name, None),
        };
        let name: String = name.trim_start_matches('@').chars().take(MAX_NAME).collect();
        let slug = Slug::from_text(&name, self.style)
            .or_else(|| Slug::from_text(&name, SlugStyle::Unicode))?;
        let key = slug.to_string();
        let at = *self.places.entry(key.clone()).or_insert_with(|| {
            let author = Author::named(UserId::derived(&key), &name, slug, self.now);
            self.authors.push(SourceAuthor { key: key.clone(), author, files: Vec::new() });
            self.authors.len() - 1
        });
        let author = &mut self.authors[at].author;
        fill(author, map, email);
        Some(key)
    }
}

/// Completes an author by what a map tells; what is known already stays.
fn fill(author: &mut Author, map: &Map<String, Value>, email: Option<String>) {
    let socials = map.get("socials").or_else(|| map.get("social")).or_else(|| map.get("links"));
    let text = |names: &[&str]| {
        names.iter().find_map(|name| {
            let nested = || socials.and_then(|socials| socials.get(*name));
            map.get(*name).or_else(nested).and_then(text_of)
        })
    };
    let set = |field: &mut Option<String>, value: Option<String>| {
        if field.is_none() {
            *field = value;
        }
    };
    let email = email.or_else(|| text(&["email", "mail"])).map(|email| email.to_lowercase());
    set(&mut author.email, email.filter(|email| email.contains('@')));
    set(
        &mut author.bio,
        text(&["bio", "description", "about"]).or_else(|| text(&["title", "role"])),
    );
    let website = text(&["website", "url", "uri", "homepage", "web", "site", "link"]);
    set(&mut author.website, website.filter(|url| url.starts_with("http")));
    set(&mut author.location, text(&["location"]));
    let picture = [
        "profile_image",
        "avatar_url",
        "avatar",
        "image_url",
        "imageURL",
        "image",
        "picture",
        "photo",
        "gravatar_url",
    ];
    set(&mut author.profile_image, text(&picture));
    set(&mut author.cover_image, text(&["cover_image", "cover"]));
    set(&mut author.twitter, text(&["twitter_username", "twitter", "x"]));
    set(&mut author.mastodon, text(&["mastodon_url", "mastodon"]));
    set(&mut author.bluesky, text(&["bluesky_url", "bluesky"]));
    set(&mut author.linkedin, text(&["linkedin_url", "linkedin_username", "linkedin"]));
    set(&mut author.facebook, text(&["facebook_url", "facebook"]));
    set(&mut author.instagram, text(&["instagram_url", "instagram"]));
    set(&mut author.youtube, text(&["youtube_url", "youtube"]));
    set(&mut author.threads, text(&["threads"]));
    set(&mut author.tiktok, text(&["tiktok"]));
    let github = text(&["github_username", "github"]).map(|name| {
        if name.starts_with("http") { name } else { format!("https://github.com/{name}") }
    });
    set(&mut author.website, github);
}

fn person(name: &str, url: Option<&str>) -> Map<String, Value> {
    let mut map = Map::from_iter([("name".to_owned(), name.into())]);
    if let Some(url) = url {
        map.insert("url".to_owned(), url.into());
    }
    map
}

/// `[Name](https://…)` and `<a href="https://…">Name</a>`, as names and addresses.
fn linked_names(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', '<']) {
        let link = &rest[at..];
        let read = if link.starts_with('[') { markdown_link(link) } else { html_link(link) };
        match read {
            Some((name, url, length)) => {
                found.push((name, url));
                rest = &link[length..];
            }
            None => rest = &link[1..],
        }
        if found.len() >= MAX_AUTHORS {
            break;
        }
    }
    found
}

fn markdown_link(text: &str) -> Option<(String, String, usize)> {
    let (name, rest) = text[1..].split_once("](")?;
    let (url, _) = rest.split_once(')')?;
    let length = 1 + name.len() + 2 + url.len() + 1;
    (!name.trim().is_empty() && !name.contains('['))
        .then(|| (name.trim().to_owned(), url.trim().to_owned(), length))
}

fn html_link(text: &str) -> Option<(String, String, usize)> {
    if !text.starts_with("<a ") {
        return None;
    }
    let (tag, rest) = text.split_once('>')?;
    let (name, _) = rest.split_once("</a>")?;
    let (_, url) = tag.split_once("href=")?;
    let quote = url.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let url = url[1..].split(quote).next()?;
    let length = tag.len() + 1 + name.len() + 4;
    Some((name.trim().to_owned(), url.to_owned(), length))
}

/// The names in a text, apart only where each part is clearly a name.
fn names_in(text: &str) -> Vec<String> {
    let spelled = text.replace(", and ", ", ").replace(" and ", ", ").replace(" & ", ", ");
    let has_conjunction = spelled != text;
    let parts: Vec<&str> =
        spelled.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let single = parts.iter().filter(|part| is_word(part)).count();
    let reversed = parts.len() == 2 && single > 0 && !has_conjunction;
    let plural = parts.len() > 1 && !reversed && parts.iter().all(|part| is_name(part));
    if plural || text.contains(';') {
        return parts.into_iter().map(capitalised).collect();
    }
    vec![text.to_owned()]
}

/// `the Web Team` opens with a capital as a name of its own.
fn capitalised(part: &str) -> String {
    part.strip_prefix("the ").map_or_else(|| part.to_owned(), |rest| format!("The {rest}"))
}

fn is_word(part: &str) -> bool {
    !part.contains(' ') && part.chars().all(|c| c.is_alphanumeric() || "@-_.'".contains(c))
}

/// One word, or two to five that each open with a capital, particles aside.
fn is_name(part: &str) -> bool {
    const PARTICLES: [&str; 17] = [
        "de", "da", "di", "do", "dos", "del", "la", "le", "van", "von", "der", "den", "ter", "bin",
        "al", "el", "y",
    ];
    const GROUPS: [&str; 9] =
        ["team", "group", "wg", "inc", "inc.", "foundation", "department", "staff", "project"];
    let is_team = part.starts_with("the ") || part.starts_with("The ");
    let words: Vec<&str> = part.split_whitespace().skip(usize::from(is_team)).collect();
    let group = words.last().is_some_and(|word| GROUPS.contains(&word.to_lowercase().as_str()));
    if group != is_team {
        return false;
    }
    if words.len() == 1 && !is_team {
        return is_word(part);
    }
    (1..=5).contains(&words.len())
        && words.iter().all(|word| {
            PARTICLES.contains(word)
                || word.chars().next().is_some_and(|c| !c.is_lowercase() && !c.is_ascii_digit())
                || word.starts_with("d'")
                || word.starts_with("d’")
        })
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn people() -> People {
        People::new(SlugStyle::Ascii, Timestamp(0))
    }

    #[test]
    fn only_clear_lists_come_apart() {
        for (text, names) in [
            ("Ada Lovelace and Grace Hopper", vec!["Ada Lovelace", "Grace Hopper"]),
            (
                "Ada Lovelace, Grace Hopper, and Amanieu d'Antras",
                vec!["Ada Lovelace", "Grace Hopper", "Amanieu d'Antras"],
            ),
            ("Eric, Felix and Mara", vec!["Eric", "Felix", "Mara"]),
            ("Ada Lovelace & TC", vec!["Ada Lovelace", "TC"]),
            ("Ada Lovelace and the Engine Team", vec!["Ada Lovelace", "The Engine Team"]),
            ("Lovelace, Ada", vec!["Lovelace, Ada"]),
            ("The Research and Development Team", vec!["The Research and Development Team"]),
            ("Ada Lovelace, Director of Engines", vec!["Ada Lovelace, Director of Engines"]),
            (
                "Ada on behalf of the team and friends",
                vec!["Ada on behalf of the team and friends"],
            ),
            ("Ludwig van Beethoven", vec!["Ludwig van Beethoven"]),
        ] {
            assert_eq!(names_in(text), names, "{text}");
        }
    }

    #[test]
    fn every_form_names_authors() {
        let mut people = people();
        people.learn(
            "ada",
            &json!({"name": "Ada Lovelace", "twitter_username": "ada", "title": "Poet"}),
        );
        for (value, keys) in [
            (json!("ada"), vec!["ada-lovelace"]),
            (json!(["ada", "Grace Hopper"]), vec!["ada-lovelace", "grace-hopper"]),
            (json!([{"name": "Grace Hopper", "url": "https://g.example"}]), vec!["grace-hopper"]),
            (json!("[A B](https://a.example) (X), [C D](https://c.example)"), vec!["a-b", "c-d"]),
            (json!("<a href=\"https://e.example\">E F</a>"), vec!["e-f"]),
            (json!("Jo Doe <Jo@Doe.example>"), vec!["jo-doe"]),
            (json!(null), vec![]),
            (json!({"x": 1}), vec![]),
        ] {
            assert_eq!(people.named_by(&value), keys, "{value}");
        }
        let authors = people.finish();
        let find = |key: &str| &authors.iter().find(|a| a.key == key).unwrap().author;
        assert_eq!(find("ada-lovelace").twitter.as_deref(), Some("ada"));
        assert_eq!(find("ada-lovelace").bio.as_deref(), Some("Poet"));
        assert_eq!(find("grace-hopper").website.as_deref(), Some("https://g.example"));
        assert_eq!(find("e-f").website.as_deref(), Some("https://e.example"));
        assert_eq!(find("jo-doe").email.as_deref(), Some("jo@doe.example"));
        assert_eq!(authors.len(), 6);
    }

    proptest! {
        #[test]
        fn no_name_panics(text in "\\PC{0,60}", like in "[a<>=\"'\\[\\]() ,;@é]{0,60}") {
            let _ = people().named_by(&json!([text, like]));
        }
    }
}
