//! Entity tags as they stand in field values, compared byte by byte (RFC 9110, section 8.8.3).

use http::HeaderValue;

/// How two tags are compared (RFC 9110, section 8.8.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Both are strong and the same.
    Strong,
    /// They are the same but for strength.
    Weak,
}

/// A tag, as somebody sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Equal tags of this kind mean the same content, but not the same bytes.
    pub weak: bool,
    /// What stands between the quotes.
    pub opaque: &'a [u8],
}

impl<'a> Tag<'a> {
    /// The tag of a field that holds exactly one.
    #[must_use]
    pub fn parse(value: &'a HeaderValue) -> Option<Self> {
        let mut tags = Tags(value.as_bytes());
        tags.next().filter(|_| tags.0.is_empty())
    }

    /// Whether two tags are equal.
    #[must_use]
    pub fn equals(&self, other: &Tag<'_>, comparison: Comparison) -> bool {
        let strong_enough = comparison == Comparison::Weak || !(self.weak || other.weak);
        strong_enough && self.opaque == other.opaque
    }

    /// Whether a field such as `If-None-Match` holds this tag, or `*`. A list that cannot be read
    /// ends where it breaks.
    pub fn is_in<'b>(
        &self,
        lines: impl IntoIterator<Item = &'b HeaderValue>,
        comparison: Comparison,
    ) -> bool {
        lines.into_iter().any(|line| {
            is_any(line) || Tags(line.as_bytes()).any(|tag| self.equals(&tag, comparison))
        })
    }
}

/// Whether a field says `*`: any tag will do.
#[must_use]
pub fn is_any(value: &HeaderValue) -> bool {
    value.as_bytes().trim_ascii() == b"*"
}

/// The tags of a comma-separated list. A comma may stand inside a tag, and a backslash escapes
/// nothing there, so the list is not one of quoted strings.
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
    use proptest::prelude::*;

    use super::*;

    fn found(lines: &[&str], comparison: Comparison) -> bool {
        let lines: Vec<HeaderValue> = lines.iter().map(|line| line.parse().unwrap()).collect();
        Tag { weak: false, opaque: b"a,b" }.is_in(&lines, comparison)
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
        let parse = |text: &'static str| {
            let value = HeaderValue::from_static(text);
            Tag::parse(&value).map(|tag| tag.weak)
        };
        assert_eq!(parse("\"a\""), Some(false));
        assert_eq!(parse("W/\"a\""), Some(true));
        assert_eq!(parse("\"a\", \"b\""), None);
        assert_eq!(parse("a"), None);
    }

    #[test]
    fn a_weak_tag_equals_nothing_strongly() {
        let weak = Tag { weak: true, opaque: b"a" };
        assert!(!weak.equals(&weak, Comparison::Strong));
        assert!(weak.equals(&weak, Comparison::Weak));
    }

    proptest! {
        #[test]
        fn any_list_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Tags(&bytes).count();
        }
    }
}
