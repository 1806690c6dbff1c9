//! Slugs: the part of an address that names a post, a tag or an author.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The longest slug, in characters (Ghost's limit).
pub const MAX_CHARS: usize = 185;

/// How a title becomes a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlugStyle {
    /// Transliterated to ASCII: `Zürich 東京` becomes `zurich-dong-jing`.
    #[default]
    Ascii,
    /// Letters and digits of every script stay: `zürich-東京`.
    Unicode,
}

/// A slug: lower-case letters and digits in groups joined by single dashes, never empty.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type,
)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// Makes a slug of any text; `None` where nothing of it can stand in one.
    ///
    /// Apostrophes vanish (`don't` becomes `dont`), every other run of characters that are not
    /// letters or digits becomes one dash, and what is longer than [`MAX_CHARS`] is cut.
    #[must_use]
    pub fn from_text(text: &str, style: SlugStyle) -> Option<Self> {
        // Beyond this nothing can reach the slug; it bounds the work on a hostile title.
        let bounded: String = text.chars().take(MAX_CHARS * 8).collect();
        let spelled: String = match style {
            SlugStyle::Ascii => deunicode::deunicode_with_tofu(&bounded, " "),
            SlugStyle::Unicode => bounded.nfc().collect(),
        };
        let mut slug = String::new();
        let mut gap = false;
        let mut length = 0;
        for c in spelled.chars().flat_map(char::to_lowercase) {
            if matches!(c, '\'' | '’' | '‘') {
                continue;
            }
            let is_mark = unicode_normalization::char::is_combining_mark(c);
            let continues_a_word = is_mark && !slug.is_empty() && !gap;
            if !c.is_alphanumeric() && !continues_a_word {
                gap = true;
                continue;
            }
            let dash = gap && !slug.is_empty();
            if length + usize::from(dash) + 1 > MAX_CHARS {
                break;
            }
            if dash {
                slug.push('-');
                length += 1;
            }
            gap = false;
            slug.push(c);
            length += 1;
        }
        (!slug.is_empty()).then_some(Self(slug))
    }

    /// The slug of a name, whatever the name: in the script it is written in where it cannot be
    /// transliterated, and else the id of what has the name.
    ///
    /// # Panics
    /// Never, since an id holds letters or digits.
    #[must_use]
    pub fn of(name: &str, style: SlugStyle, id: &str) -> Self {
        Self::from_text(name, style)
            .or_else(|| Self::from_text(name, SlugStyle::Unicode))
            .or_else(|| Self::from_text(id, SlugStyle::Ascii))
            .expect("an id holds letters or digits")
    }

    /// The slug of a content tag's name: an internal tag (`#news`) is spelled `hash-news`.
    #[must_use]
    pub fn from_tag_name(name: &str, style: SlugStyle) -> Option<Self> {
        match name.strip_prefix('#') {
            Some(rest) => Self::from_text(&format!("hash {rest}"), style),
            None => Self::from_text(name, style),
        }
    }

    /// A slug as it was found in an address or a file, or `None` where it is not one as it stands.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let slug = Self::from_text(text, SlugStyle::Unicode)?;
        (slug.0 == text).then_some(slug)
    }

    /// The same slug with `-2`, `-3` … behind it, for when it is taken.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let stem: String = self.0.chars().take(MAX_CHARS - suffix.len()).collect();
        Self(format!("{}{suffix}", stem.trim_end_matches('-')))
    }

    /// Whether it was made from a title, with or without a number behind it.
    #[must_use]
    pub fn is_made_of(&self, title: &str) -> bool {
        [SlugStyle::Ascii, SlugStyle::Unicode].into_iter().any(|style| {
            let whole = Self::from_text(title, style);
            let rest = whole.as_ref().and_then(|whole| self.0.strip_prefix(&whole.0));
            rest.is_some_and(|rest| {
                let number = rest.strip_prefix('-').unwrap_or_default();
                rest.is_empty() || number.parse::<u32>().is_ok_and(|number| number > 1)
            })
        })
    }

    /// The characters of the slug, not percent-encoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stays as it is in a segment of a path (RFC 3986, `unreserved`).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a segment of a path, or a value of a query.
#[must_use]
pub fn encode(segment: &str) -> String {
    utf8_percent_encode(segment, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ascii(text: &str) -> Option<String> {
        Slug::from_text(text, SlugStyle::Ascii).map(|s| s.0)
    }

    #[test]
    fn titles_become_slugs() {
        assert_eq!(ascii("Don’t panic!").as_deref(), Some("dont-panic"));
        assert_eq!(ascii("Rust 1.0: the trains").as_deref(), Some("rust-1-0-the-trains"));
        assert_eq!(ascii("Größe — Ärger").as_deref(), Some("grosse-arger"));
        assert_eq!(ascii("  --  "), None);
    }

    #[test]
    fn a_slug_tells_whether_a_title_made_it() {
        let is_of = |slug: &str, title: &str| Slug::parse(slug).unwrap().is_made_of(title);
        assert!(is_of("dont-panic", "Don’t panic!"));
        assert!(is_of("dont-panic-2", "Don’t panic!"));
        assert!(is_of("größe", "Größe") && is_of("grosse", "Größe"));
        assert!(!is_of("dont-panic-1", "Don’t panic!"));
        assert!(!is_of("dont-panic-now", "Don’t panic!"));
        assert!(!is_of("panic", "Don’t panic!") && !is_of("panic", ""));
    }

    #[test]
    fn other_scripts_stay_where_the_setting_says_so() {
        let slug = Slug::from_text("東京の 天気", SlugStyle::Unicode);
        assert_eq!(slug.map(|s| s.0).as_deref(), Some("東京の-天気"));
    }

    #[test]
    fn an_internal_tag_is_spelled_with_hash() {
        let slug = Slug::from_tag_name("#Import 2026", SlugStyle::Ascii);
        assert_eq!(slug.map(|s| s.0).as_deref(), Some("hash-import-2026"));
    }

    proptest! {
        #[test]
        fn any_text_gives_a_slug_that_reads_back(text in "\\PC{0,400}", unicode: bool) {
            let style = if unicode { SlugStyle::Unicode } else { SlugStyle::Ascii };
            if let Some(slug) = Slug::from_text(&text, style) {
                prop_assert!(slug.as_str().chars().count() <= MAX_CHARS);
                prop_assert_eq!(Slug::parse(slug.as_str()), Some(slug.clone()));
                prop_assert!(Slug::parse(slug.numbered(23).as_str()).is_some());
            }
        }
    }
}
