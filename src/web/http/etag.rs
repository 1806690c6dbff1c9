//! Entity tags: validators that name a representation by its content (RFC 9110, section 8.8.3).

use std::fmt;

use data_encoding::HEXLOWER;
use http::HeaderValue;
use http::header::GetAll;
use sha2::{Digest, Sha256};

pub use crate::http_cache::entity_tag::Comparison;
use crate::http_cache::entity_tag::Tag;

/// Bytes of the hash in a tag made of content: 128 bits.
const HASH_BYTES: usize = 16;

/// A strong entity tag. It goes with exactly one sequence of bytes, coding included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

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
        self.tag().is_in(field.iter(), comparison)
    }

    /// Whether a field that holds one tag, such as `If-Range`, holds this one.
    #[must_use]
    pub fn is(&self, value: &HeaderValue, comparison: Comparison) -> bool {
        Tag::parse(value).is_some_and(|tag| self.tag().equals(&tag, comparison))
    }

    const fn tag(&self) -> Tag<'_> {
        Tag { weak: false, opaque: self.0.as_bytes() }
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
