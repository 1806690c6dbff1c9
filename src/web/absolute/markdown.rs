//! Markdown that can leave its site: links to paths on the site name the site.
//!
//! The source stays as its writer wrote it; an address is put in where a link, a picture, a
//! reference or an attribute of raw HTML begins with a slash. Code is left alone.

use std::ops::Range;

use comrak::nodes::{NodeValue, Sourcepos};
use comrak::{Arena, Options, parse_document};

/// What stands in front of an address: inline links and pictures, references, raw HTML.
const OPENERS: [&str; 9] =
    ["](<", "](", "]: <", "]: ", "]:", "href=\"", "href='", "src=\"", "src='"];

/// The Markdown with `base_url`, which has no slash at its end, in front of paths on the site.
#[must_use]
pub fn markdown(markdown: &str, base_url: &str) -> String {
    let code = code_ranges(markdown);
    let mut code = code.iter().peekable();
    let mut output = String::with_capacity(markdown.len() + markdown.len() / 16);
    let mut copied = 0;
    for (slash, _) in markdown.match_indices('/') {
        while code.next_if(|range| range.end <= slash).is_some() {}
        let in_code = code.peek().is_some_and(|range| range.contains(&slash));
        if !in_code && begins_path(markdown, slash) {
            output.push_str(&markdown[copied..slash]);
            output.push_str(base_url);
            copied = slash;
        }
    }
    output.push_str(&markdown[copied..]);
    output
}

/// Whether an address begins at a slash, and is a path on this site.
fn begins_path(markdown: &str, slash: usize) -> bool {
    let (before, rest) = markdown.split_at(slash);
    !rest.starts_with("//") && OPENERS.iter().any(|opener| before.ends_with(opener))
}

/// Where code stands, as bytes of the source, first to last.
fn code_ranges(markdown: &str) -> Vec<Range<usize>> {
    let arena = Arena::new();
    let lines = line_starts(markdown);
    let offset = |line: usize, column: usize| {
        let start = lines.get(line.saturating_sub(1)).copied().unwrap_or(markdown.len());
        start + column.saturating_sub(1)
    };
    let bytes = |place: Sourcepos| {
        offset(place.start.line, place.start.column)..offset(place.end.line, place.end.column) + 1
    };
    let mut ranges: Vec<_> = parse_document(&arena, markdown, &Options::default())
        .descendants()
        .filter_map(|node| {
            let node = node.data();
            let is_code = matches!(node.value, NodeValue::Code(_) | NodeValue::CodeBlock(_));
            is_code.then(|| bytes(node.sourcepos))
        })
        .collect();
    ranges.sort_by_key(|range| range.start);
    ranges
}

/// The byte at which each line begins; lines end as `CommonMark` says.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let is_end =
        |i: usize| bytes[i] == b'\n' || bytes[i] == b'\r' && bytes.get(i + 1) != Some(&b'\n');
    std::iter::once(0).chain((0..bytes.len()).filter(|&i| is_end(i)).map(|i| i + 1)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_get_the_site_in_front() {
        for (given, expected) in [
            ("[a](/b/)", "[a](https://a.example/b/)"),
            ("![a](</b c.png> \"t\")", "![a](<https://a.example/b c.png> \"t\")"),
            ("[![i](/i.png)](/p/)", "[![i](https://a.example/i.png)](https://a.example/p/)"),
            ("[a]: /b 'c'\n[d]: <//e>", "[a]: https://a.example/b 'c'\n[d]: <//e>"),
            ("<img src=\"/i.png\">", "<img src=\"https://a.example/i.png\">"),
            ("[a](//b/) [c](d/) [e](https://f/g)", "[a](//b/) [c](d/) [e](https://f/g)"),
            ("either/or", "either/or"),
        ] {
            assert_eq!(markdown(given, "https://a.example"), expected);
        }
    }

    #[test]
    fn code_stays() {
        for text in [
            "`[a](/b)`",
            "ü `` [a](/b) ` [c](/d) ``",
            "```md\n[a](/b)\n```\n",
            "- x\n\n      [a](/b)\n",
            "> ~~~\r\n> [a](/b)\r\n> ~~~",
            "    [a](/b)",
        ] {
            assert_eq!(markdown(text, "https://a.example"), text);
        }
        let mixed = markdown("`[a](/b)` [c](/d)\n\n```\n](/e)\n```\n[f](/g)", "https://a.example");
        assert_eq!(
            mixed,
            "`[a](/b)` [c](https://a.example/d)\n\n```\n](/e)\n```\n[f](https://a.example/g)"
        );
    }

    proptest! {
        #[test]
        fn no_input_panics(text in "([`\\[\\]()/<>:> \n\r~é-]|\\PC){0,120}") {
            let rewritten = markdown(&text, "https://a.example");
            prop_assert_eq!(rewritten.replace("https://a.example", ""), text);
        }
    }
}
