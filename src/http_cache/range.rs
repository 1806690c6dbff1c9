//! Range requests: which part of a representation the client wants (RFC 9110, section 14).
//!
//! One range of bytes is served. Several at once are legal to ignore, and are a way to make a
//! server send a file many times over, so they get the whole.

use std::ops::Range;

use http::HeaderMap;
use http::header::RANGE;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeRequest {
    /// Everything: no range was given, or one that a server must or may ignore.
    Whole,
    /// These bytes, never none and never beyond the end: `206 Partial Content`.
    Part(Range<u64>),
    /// A well-formed range that begins behind the end: `416 Range Not Satisfiable`.
    Unsatisfiable,
}

impl RangeRequest {
    /// Reads `Range` against a representation of so many bytes.
    #[must_use]
    pub fn of(request: &HeaderMap, length: u64) -> Self {
        let mut lines = request.get_all(RANGE).iter();
        match (lines.next(), lines.next()) {
            (Some(line), None) => {
                line.to_str().ok().and_then(|line| parse(line, length)).unwrap_or(Self::Whole)
            }
            _ => Self::Whole,
        }
    }
}

/// `None` where the text is not one range of bytes.
fn parse(text: &str, length: u64) -> Option<RangeRequest> {
    let (unit, set) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut specs = set.split(',').map(str::trim).filter(|spec| !spec.is_empty());
    let (spec, None) = (specs.next()?, specs.next()) else { return None };
    let range = match spec.split_once('-')? {
        ("", suffix) => length.saturating_sub(number(suffix)?)..length,
        (first, "") => number(first)?..length,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..length.min(last.saturating_add(1))
        }
    };
    Some(if range.is_empty() { RangeRequest::Unsatisfiable } else { RangeRequest::Part(range) })
}

/// Digits alone; what exceeds 64 bits is as good as the largest number.
fn number(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str, length: u64) -> RangeRequest {
        let mut request = HeaderMap::new();
        if let Ok(value) = text.parse() {
            request.insert(RANGE, value);
        }
        RangeRequest::of(&request, length)
    }

    #[test]
    fn one_range_is_served() {
        for (text, range) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-499", 0..500),
            ("bytes=9500-", 9500..10_000),
            ("bytes=-500", 9500..10_000),
            ("bytes=-20000", 0..10_000),
            ("bytes=9999-99999999999999999999999", 9999..10_000),
            ("Bytes = , 5-6 ,", 5..7),
        ] {
            assert_eq!(of(text, 10_000), RangeRequest::Part(range), "{text}");
        }
    }

    #[test]
    fn a_range_behind_the_end_is_refused() {
        for text in ["bytes=10000-", "bytes=10000-10001", "bytes=99999999999999999999-", "bytes=-0"]
        {
            assert_eq!(of(text, 10_000), RangeRequest::Unsatisfiable, "{text}");
        }
        assert_eq!(of("bytes=0-", 0), RangeRequest::Unsatisfiable);
    }

    #[test]
    fn anything_else_is_ignored() {
        for text in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=+1-2",
            "bytes=1 -2",
            "lines=1-2",
            "bytes=0-1,5-6",
            "bytes=--5",
            "bytes=1-2-3",
            "bytes 0-1/2",
        ] {
            assert_eq!(of(text, 10_000), RangeRequest::Whole, "{text}");
        }
        let mut twice = HeaderMap::new();
        twice.append(RANGE, "bytes=0-1".parse().unwrap());
        twice.append(RANGE, "bytes=5-6".parse().unwrap());
        assert_eq!(RangeRequest::of(&twice, 10_000), RangeRequest::Whole);
    }

    proptest! {
        #[test]
        fn a_part_lies_inside(text in "(bytes=)?[0-9,\\- =a]{0,30}", length: u64) {
            if let RangeRequest::Part(range) = of(&text, length) {
                prop_assert!(range.start < range.end && range.end <= length);
            }
        }

        #[test]
        fn any_text_can_be_read(text in "\\PC{0,100}", length: u64) {
            let _ = of(&text, length);
        }
    }
}
