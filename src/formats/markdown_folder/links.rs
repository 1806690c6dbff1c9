//! Where a Markdown text names other files and pages: links, pictures, definitions, raw HTML.

use std::ops::Range;

use super::{code, liquid};

/// The longest destination, in bytes; it bounds every search.
const MAX_BYTES: usize = 2_000;
/// The deepest parentheses within a destination, as other Markdown parsers have it.
const MAX_DEPTH: usize = 32;
/// The longest label of a definition, with what stands before it on its line.
const MAX_LABEL: usize = 1_000;

/// A destination in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its bytes in the text, without `<`, `>` and quotes.
    pub range: Range<usize>,
    /// Whether it stands in Markdown within `<` and `>`, where a space may.
    pub angled: bool,
    /// Whether it is shown in place: a picture, a video.
    pub shown: bool,
}

/// All destinations, in order and apart; none of them in code.
pub fn find(text: &str) -> Vec<Destination> {
    let code = code::ranges(text);
    let bytes = text.as_bytes();
    let mut found: Vec<Destination> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(end) = code::end_of(&code, at) {
            at = end;
            continue;
        }
        let next = match bytes[at] {
            b'\\' => at + 2,
            b']' if bytes.get(at + 1) == Some(&b'(') => inline(text, at, &mut found),
            b']' if bytes.get(at + 1) == Some(&b':') => definition(text, at, &mut found),
            b'<' if bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => {
                html(text, at, &mut found)
            }
            _ => at + 1,
        };
        at = next.max(at + 1);
    }
    found
}

/// Replaces each destination for which there is a new one.
pub fn replace(text: &str, mut new: impl FnMut(&str, &Destination) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for destination in find(text) {
        let old = &text[destination.range.clone()];
        if let Some(new) = new(old, &destination) {
            out.push_str(&text[at..destination.range.start]);
            out.push_str(&new);
            at = destination.range.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// `](destination "title")`.
fn inline(text: &str, at: usize, found: &mut Vec<Destination>) -> usize {
    let Some((range, angled)) = destination(text, at + 2) else { return at + 2 };
    let after = text[range.end..].trim_start_matches('>').trim_start();
    if !after.starts_with([')', '"', '\'', '(']) {
        return at + 2;
    }
    let shown = is_picture(text.as_bytes(), at);
    let end = range.end;
    found.push(Destination { range, angled, shown });
    end
}

/// Whether the bracket that closes here was opened by `![`.
fn is_picture(bytes: &[u8], close: usize) -> bool {
    let mut depth = 0_usize;
    let start = close.saturating_sub(2_000);
    for at in (start..close).rev() {
        match bytes[at] {
            b']' => depth += 1,
            b'[' if depth > 0 => depth -= 1,
            b'[' => return at > 0 && bytes[at - 1] == b'!',
            _ => {}
        }
    }
    false
}

/// `[label]: destination`, at the start of a line.
fn definition(text: &str, at: usize, found: &mut Vec<Destination>) -> usize {
    let near = at.saturating_sub(MAX_LABEL);
    let line = text.as_bytes()[near..at].iter().rposition(|b| *b == b'\n');
    let line = line.map_or(0, |offset| near + offset + 1);
    if at - line > MAX_LABEL {
        return at + 2;
    }
    let label = text[line..at].trim_start_matches([' ', '>', '\t']);
    if !label.starts_with('[') || label.starts_with("[^") || label[1..].contains('[') {
        return at + 2;
    }
    let Some((range, angled)) = destination(text, at + 2) else { return at + 2 };
    let end = range.end;
    found.push(Destination { range, angled, shown: false });
    end
}

/// The destination that begins at or after a place, past spaces and one line break.
fn destination(text: &str, at: usize) -> Option<(Range<usize>, bool)> {
    let rest = liquid::cut(&text[at..], MAX_BYTES);
    let space = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    if rest[..space].matches('\n').count() > 1 {
        return None;
    }
    let start = at + space;
    let rest = &rest[space..];
    if let Some(inner) = rest.strip_prefix('<') {
        let end = inner.find(['>', '<', '\n'])?;
        return inner[end..].starts_with('>').then(|| (start + 1..start + 1 + end, true));
    }
    let mut depth = 0_usize;
    let mut escaped = false;
    let mut end = rest.len();
    for (offset, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' if depth == MAX_DEPTH => return None,
            '(' => depth += 1,
            ')' if depth == 0 => {
                end = offset;
                break;
            }
            ')' => depth -= 1,
            c if c.is_whitespace() => {
                end = offset;
                break;
            }
            _ => {}
        }
    }
    (end > 0).then(|| (start..start + end, false))
}

/// `src`, `href` and `poster` of the tag that opens here.
fn html(text: &str, at: usize, found: &mut Vec<Destination>) -> usize {
    const MAX_ATTRIBUTES: usize = 100;
    let bytes = text.as_bytes();
    let mut place = at + 1;
    while place < bytes.len() && (bytes[place].is_ascii_alphanumeric() || bytes[place] == b'-') {
        place += 1;
    }
    let element = text[at + 1..place].to_ascii_lowercase();
    if !bytes.get(place).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')) {
        return at + 1;
    }
    let mut attributes = Vec::new();
    for _ in 0..MAX_ATTRIBUTES {
        while place < bytes.len() && (bytes[place].is_ascii_whitespace() || bytes[place] == b'/') {
            place += 1;
        }
        let name_start = place;
        while place < bytes.len() && !b" \t\r\n=>/\"'<`".contains(&bytes[place]) {
            place += 1;
        }
        match bytes.get(place) {
            Some(b'>') if name_start == place => {
                found.append(&mut attributes);
                return place + 1;
            }
            _ if name_start == place => return at + 1,
            Some(b'=') => {}
            Some(_) => continue,
            None => return at + 1,
        }
        let name = text[name_start..place].to_ascii_lowercase();
        place += 1;
        let quote = bytes.get(place).copied().filter(|b| matches!(b, b'"' | b'\''));
        let (start, end) = if let Some(quote) = quote {
            let Some(length) = text[place + 1..].bytes().position(|b| b == quote) else {
                return at + 1;
            };
            (place + 1, place + 1 + length)
        } else {
            let length = bytes[place..].iter().position(|b| b" \t\r\n>".contains(b));
            (place, place + length.unwrap_or(bytes.len() - place))
        };
        place = end + usize::from(quote.is_some());
        let shown = name == "poster" || name == "src" && element != "script";
        if shown || name == "href" && element == "a" || name == "src" {
            attributes.push(Destination { range: start..end, angled: true, shown });
        }
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(&str, bool)> {
        find(text).into_iter().map(|d| (&text[d.range], d.shown)).collect()
    }

    #[test]
    fn every_form_is_found() {
        for (text, expected) in [
            ("[a](b) ![c](d.png \"e\")", vec![("b", false), ("d.png", true)]),
            ("[![a](b.png)](c)", vec![("b.png", true), ("c", false)]),
            ("[a](<b c.png>) [d](e_(f).md#g)", vec![("b c.png", false), ("e_(f).md#g", false)]),
            ("[a]: b.md \"c\"\n> [d]: <e f>\n[^1]: no", vec![("b.md", false), ("e f", false)]),
            ("<img alt='x' src=\"a.png\" /> <a href=b>c</a>", vec![("a.png", true), ("b", false)]),
            ("<video poster='p.jpg' src=v.mp4>", vec![("p.jpg", true), ("v.mp4", true)]),
            ("`[a](b)` \\[a](b\\) <b <c", vec![]),
            ("x[1]: y](", vec![]),
            ("[a](b c)", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\[|\\]|\\(|\\)|<|>|!|:|a|é| |\n|\"|=|src|img|\\\\|`){0,60}") {
            let same = replace(&text, |old, _| Some(old.to_owned()));
            prop_assert_eq!(same, text);
        }
    }
}
