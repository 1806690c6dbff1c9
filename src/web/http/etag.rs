//! Entity tags: validators that name a representation by its content (RFC 9110, section 8.8.3).

use std::fmt;

use data_encoding::HEXLOWER;
use http::HeaderValue;
use http::header::GetAll;
use sha2::{Digest, Sha256};

/// Bytes of the hash in a tag made of content: 128 bits.
const HASH_BYTES: usize = 16;

/// A strong entity tag. It goes with exactly one sequence of bytes, coding included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

/// How two tags are compared (RFC 9110, section 8.8.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Both are strong and the same.
    Strong,
    /// They are the same but for strength.
    Weak,
}

impl ETag {
    /// The tag with this opaque text; where a character may not stand in one, with its hash.
    #[must_use]
    pub fn new(opaque: &str) -> Self {
        let is_tag_char = |b: u8| b == b'!' || (b'#'..=b'~').contains(&b);
        if opaque.bytes().all(is_tag_char) {
            Self(opaque.to_owned())
        } else {
            Self::of(opaque.as_bytes())
        }
    }

    /// The tag of these bytes: a part of their SHA-256.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(HEXLOWER.encode(&Sha256::digest(bytes)[..HASH_BYTES]))
    }

    /// The value of the `ETag` field.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        super::ascii_value(&self.to_string())
    }

    /// The value of the `ETag` field for a body that is coded differently on its way: then equal
    /// tags mean the same content, but not the same bytes.
    #[must_use]
    pub fn weak_header_value(&self) -> HeaderValue {
        super::ascii_value(&format!("W/{self}"))
    }

    /// Whether a field such as `If-None-Match` holds this tag, or `*`. A list that cannot be read
    /// ends where it breaks.
    #[must_use]
    pub fn is_in(&self, field: &GetAll<'_, HeaderValue>, comparison: Comparison) -> bool {
        field.iter().any(|line| {
            let line = line.as_bytes();
            line.trim_ascii() == b"*" || Tags(line).any(|tag| self.equals(&tag, comparison))
        })
    }

    /// Whether a field that holds one tag, such as `If-Range`, holds this one.
    #[must_use]
    pub fn is(&self, value: &HeaderValue, comparison: Comparison) -> bool {
        let mut tags = Tags(value.as_bytes());
        tags.next().is_some_and(|tag| self.equals(&tag, comparison)) && tags.0.is_empty()
    }

    fn equals(&self, tag: &Tag<'_>, comparison: Comparison) -> bool {
        let strong_enough = comparison == Comparison::Weak || !tag.weak;
        strong_enough && tag.opaque == self.0.as_bytes()
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// A tag as a client sent it.
struct Tag<'a> {
    weak: bool,
    opaque: &'a [u8],
}

/// The tags of a comma-separated list. A comma may stand inside a tag, so splitting will not do.
struct Tags<'a>(&'a [u8]);

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        while let [b' ' | b'\t' | b',', rest @ ..] = self.0 {
            self.0 = rest;
        }
        let weak = self.0.strip_prefix(b"W/");
        let quoted = weak.unwrap_or(self.0).strip_prefix(b"\"")?;
        let end = quoted.iter().position(|&b| b == b'"')?;
        self.0 = quoted[end + 1..].trim_ascii_start();
        Some(Tag { weak: weak.is_some(), opaque: &quoted[..end] })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::IF_NONE_MATCH;
    use proptest::prelude::*;

    use super::*;

    fn found(lines: &[&str], comparison: Comparison) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_NONE_MATCH, line.parse().unwrap());
        }
        ETag::new("a,b").is_in(&headers.get_all(IF_NONE_MATCH), comparison)
    }

    #[test]
    fn lists_are_searched() {
        let table: &[(&[&str], bool, bool)] = &[
            (&[], false, false),
            (&["*"], true, true),
            (&["\"a,b\""], true, true),
            (&["W/\"a,b\""], false, true),
            (&["w/\"a,b\""], false, false),
            (&["\"x\", \"a,b\""], true, true),
            (&[" , \"x\" ,, W/\"a,b\" "], false, true),
            (&["\"x\"", "\"a,b\""], true, true),
            (&["\"a\", \"b\""], false, false),
            (&["a,b"], false, false),
            (&["\"a,b"], false, false),
        ];
        for (lines, strong, weak) in table {
            assert_eq!(found(lines, Comparison::Strong), *strong, "{lines:?}");
            assert_eq!(found(lines, Comparison::Weak), *weak, "{lines:?}");
        }
    }

    #[test]
    fn one_tag_is_one_tag() {
        let tag = ETag::new("a");
        assert!(tag.is(&HeaderValue::from_static("\"a\""), Comparison::Strong));
        assert!(!tag.is(&HeaderValue::from_static("W/\"a\""), Comparison::Strong));
        assert!(!tag.is(&HeaderValue::from_static("\"a\", \"b\""), Comparison::Strong));
    }

    #[test]
    fn a_tag_holds_no_quote() {
        for text in ["a\"b", "a b", "é", "a\0"] {
            assert_eq!(ETag::new(text), ETag::of(text.as_bytes()), "{text:?}");
            assert_eq!(ETag::new(text).header_value().len(), 2 + 2 * HASH_BYTES);
        }
    }

    proptest! {
        #[test]
        fn any_list_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Tags(&bytes).count();
        }
    }
}
