//! Ids within a text: every one once, and none that belongs to the page around.

use std::collections::{HashMap, HashSet};

use super::tree::Tree;

/// Ids that begin like this are the page's own; a text never makes one.
pub const RESERVED_ID_PREFIX: &str = "site-";

/// The longest id, in characters.
const MAX_CHARS: usize = 200;

/// The ids that are taken.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
    next_suffix: HashMap<String, usize>,
}

impl Ids {
    /// Reads the ids that the writer gave; those that cannot stand lose their attribute.
    pub(super) fn of(tree: &mut Tree) -> Self {
        let mut ids = Self::default();
        for node in tree.ids() {
            let Some(element) = tree.element_mut(node) else { continue };
            let Some(id) = element.get("id") else { continue };
            let can_stand = !id.is_empty()
                && !id.contains(char::is_whitespace)
                && !id.starts_with(RESERVED_ID_PREFIX);
            if !can_stand || !ids.taken.insert(id.to_owned()) {
                element.take("id");
            }
        }
        ids
    }

    /// Takes the id if it is free, else the same with `-1`, `-2` … behind it.
    pub(super) fn claim(&mut self, wanted: &str) -> String {
        if self.taken.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        let next = self.next_suffix.entry(wanted.to_owned()).or_insert(1);
        loop {
            let id = format!("{wanted}-{next}");
            *next += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The id that a heading's words give, as GitHub makes it: lower case, blanks become dashes, and
/// letters, digits, dashes and underscores of every script stay.
pub(super) fn from_words(words: &str) -> String {
    let id: String = words
        .trim()
        .chars()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            c if c.is_alphanumeric() => Some(c),
            c if unicode_normalization::char::is_combining_mark(c) => Some(c),
            _ => None,
        })
        .take(MAX_CHARS)
        .collect();
    if id.chars().all(|c| c == '-') {
        "section".to_owned()
    } else if id.starts_with(RESERVED_ID_PREFIX) {
        format!("text-{id}")
    } else {
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_ids() {
        let cases = [
            ("Ticks aren't in", "ticks-arent-in"),
            ("Was ist größer?", "was-ist-größer"),
            ("東京の 天気", "東京の-天気"),
            ("हिन्दी", "हिन्दी"),
            ("???", "section"),
            ("Site main", "text-site-main"),
        ];
        for (words, id) in cases {
            assert_eq!(from_words(words), id);
        }
    }

    #[test]
    fn no_id_is_given_twice() {
        let mut ids = Ids::default();
        assert_eq!(ids.claim("a"), "a");
        assert_eq!(ids.claim("a-1"), "a-1");
        assert_eq!(ids.claim("a"), "a-2");
        assert_eq!(ids.claim("a"), "a-3");
    }

    #[test]
    fn the_writers_ids_stand_once() {
        let html = "<p id=\"a\"></p><p id=\"a\"></p><p id=\"b c\"></p><p id=\"site-x\"></p>";
        let mut tree = Tree::parse(html);
        Ids::of(&mut tree);
        assert_eq!(tree.to_html(), "<p id=\"a\"></p><p></p><p></p><p></p>");
    }
}
