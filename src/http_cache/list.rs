//! Comma-separated lists in field values, in which a comma may stand inside a quoted string
//! (RFC 9110, sections 5.6.1 and 5.6.4).

use http::HeaderValue;

/// The elements of some field lines, without the space around them; empty ones are left out. Each
/// line is read for itself, so that a quote which one line forgets to close swallows no other line.
pub fn elements<'a>(
    lines: impl IntoIterator<Item = &'a HeaderValue>,
) -> impl Iterator<Item = &'a [u8]> {
    lines.into_iter().flat_map(|line| Elements(Some(line.as_bytes()))).filter(|e| !e.is_empty())
}

struct Elements<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        let end = end_of_element(rest);
        self.0 = rest.get(end + 1..);
        Some(rest[..end].trim_ascii())
    }
}

/// Where the first element ends: at a comma outside of quotes, or at the end.
fn end_of_element(text: &[u8]) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

/// What a quoted string says; `None` where the text is not exactly one.
#[must_use]
pub fn unquote(text: &[u8]) -> Option<Vec<u8>> {
    let inner = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut said = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'"' => return None,
            b'\\' => said.push(*bytes.next()?),
            _ => said.push(byte),
        }
    }
    Some(said)
}

/// Whether a text is a token (RFC 9110, section 5.6.2).
#[must_use]
pub fn is_token(text: &[u8]) -> bool {
    !text.is_empty()
        && text.iter().all(|&b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(lines: &[&str]) -> Vec<String> {
        let lines: Vec<HeaderValue> = lines.iter().map(|line| line.parse().unwrap()).collect();
        elements(&lines).map(|e| String::from_utf8_lossy(e).into_owned()).collect()
    }

    #[test]
    fn commas_in_quotes_divide_nothing() {
        for (lines, expected) in [
            (vec!["a, b,,\tc ", "d"], vec!["a", "b", "c", "d"]),
            (vec!["a=\"1,2\", b"], vec!["a=\"1,2\"", "b"]),
            (vec!["a=\"\\\",\", b"], vec!["a=\"\\\",\"", "b"]),
            (vec!["a=\"open, b", "c"], vec!["a=\"open, b", "c"]),
            (vec!["", " , "], vec![]),
        ] {
            assert_eq!(split(&lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn quotes_are_taken_off() {
        assert_eq!(unquote(b"\"a\\\"b\"").unwrap(), b"a\"b");
        for text in ["", "a", "\"", "\"a", "\"a\"b\"", "\"a\\\""] {
            assert_eq!(unquote(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_line_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(line) = HeaderValue::from_bytes(&bytes) {
                prop_assert!(elements([&line]).map(<[u8]>::len).sum::<usize>() <= bytes.len());
            }
            let _ = unquote(&bytes);
        }
    }
}
