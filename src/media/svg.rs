//! SVG: pictures that are documents, and so may hold what a picture must not.
//!
//! A drawing in an `img` element runs no script, but its address can be opened by itself. What is
//! stored keeps only elements and attributes that draw; the site serves it in a sandbox besides.

use std::io::Cursor;

use svg_hush::{Filter, data_url_filter};

/// Why a drawing is not taken.
#[derive(Debug, thiserror::Error)]
#[error("not a well-formed SVG drawing: {0}")]
pub struct InvalidSvg(String);

/// The drawing without scripts, event handlers, embedded documents and references to elsewhere.
pub fn clean(bytes: &[u8]) -> Result<Vec<u8>, InvalidSvg> {
    let mut filter = Filter::new();
    filter.set_data_url_filter(data_url_filter::allow_standard_images);
    let mut cleaned = Vec::with_capacity(bytes.len());
    filter.filter(Cursor::new(bytes), &mut cleaned).map_err(|e| InvalidSvg(e.to_string()))?;
    Ok(cleaned)
}

/// Whether a drawing holds what would run, where it is opened by itself. [`clean`] takes it out; this is to
/// tell whoever sent it. Names in XML cannot be disguised, so a look at the letters finds them.
#[must_use]
pub fn holds_scripts(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let is_there = |word| text.contains(word);
    is_there("<script")
        || is_there(":script")
        || is_there("<foreignobject")
        || is_there("javascript:")
        || has_handler(&text)
}

/// Whether there is an attribute whose name begins with `on`.
fn has_handler(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("on") {
        let is_start = rest[..at].ends_with(|c: char| c.is_whitespace() || "\"'/".contains(c));
        rest = &rest[at + 2..];
        let name = rest.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let is_attribute = name.len() < rest.len() && name.trim_start().starts_with('=');
        if is_start && is_attribute {
            return true;
        }
    }
    false
}

/// The size in pixels that the root element names, or that its `viewBox` stands for.
#[must_use]
pub fn size(svg: &[u8]) -> Option<(u32, u32)> {
    let text = String::from_utf8_lossy(svg);
    let start = text.find("<svg")?;
    let tag = &text[start..start + text[start..].find('>')?];
    let given = attribute(tag, "width").and_then(pixels);
    if let Some(size) = given.zip(attribute(tag, "height").and_then(pixels)) {
        return Some(size);
    }
    let view: Vec<&str> =
        attribute(tag, "viewBox")?.split([' ', ',']).filter(|s| !s.is_empty()).collect();
    let [_, _, width, height] = view[..] else { return None };
    pixels(width).zip(pixels(height))
}

/// The value of an attribute in the start tag that the cleaning has written.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].chars().next_back();
        rest = &rest[at + name.len()..];
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start);
        let Some(value) = value.filter(|_| before.is_some_and(char::is_whitespace)) else {
            continue;
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        return value[1..].split(quote).next();
    }
    None
}

/// A length in user units or `px`; percentages and other units say nothing about pixels.
fn pixels(length: &str) -> Option<u32> {
    let number = length.trim().trim_end_matches("px").parse::<f64>().ok()?;
    let rounded = number.round();
    if (1.0..=f64::from(u16::MAX)).contains(&rounded) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range was checked"
        )]
        return Some(rounded as u32);
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scripts_are_found_wherever_they_stand() {
        for inner in [
            "<script>alert(1)</script>",
            "<svg:SCRIPT/>",
            "<g onload='x()'/>",
            "<g id=\"a\"\nonclick = \"x()\"/>",
            "<a href='javascript:x()'/>",
            "<foreignObject/>",
        ] {
            assert!(holds_scripts(format!("<svg>{inner}</svg>").as_bytes()), "{inner}");
        }
        for inner in [
            "<text>once on a time</text>",
            "<g id='on'/>",
            "<path d='M0 0'/>",
            "<g fontweight='x'/>",
        ] {
            assert!(!holds_scripts(format!("<svg>{inner}</svg>").as_bytes()), "{inner}");
        }
    }

    fn cleaned(inner: &str) -> String {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \
             xmlns:xlink=\"http://www.w3.org/1999/xlink\">{inner}</svg>"
        );
        String::from_utf8(clean(svg.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn what_draws_stays() {
        let svg = cleaned("<title>A</title><path d=\"M0 0h8v8z\" fill=\"#123456\"/>");
        assert!(svg.contains("M0 0h8v8z") && svg.contains("#123456"), "{svg}");
    }

    #[test]
    fn what_acts_goes() {
        for (inner, gone) in [
            ("<script>alert(1)</script>", "alert"),
            ("<path onload=\"alert(1)\" d=\"M0 0\"/>", "alert"),
            ("<a href=\"javascript:alert(1)\"><path d=\"M0 0\"/></a>", "alert"),
            (
                "<foreignObject><b xmlns=\"http://www.w3.org/1999/xhtml\">x</b></foreignObject>",
                "b>",
            ),
            ("<image href=\"data:text/html,alert(1)\"/>", "alert"),
            ("<use xlink:href=\"data:image/svg+xml,alert(1)\"/>", "alert"),
            ("<set attributeName=\"onmouseover\" to=\"alert(1)\"/>", "onmouseover"),
            ("<style>@import 'https://example.com/';</style>", "example"),
            ("<style>path { fill: url(https://example.com/x) }</style>", "example"),
            ("<image href=\"https://example.com/x.png\"/>", "example"),
            ("<iframe src=\"x\"/>", "iframe"),
        ] {
            let svg = cleaned(&format!("{inner}<path d=\"M1 1\"/>"));
            assert!(!svg.contains(gone) && svg.contains("M1 1"), "{inner} {svg}");
        }
    }

    #[test]
    fn entities_do_not_multiply() {
        let mut bomb = String::from("<!DOCTYPE svg [<!ENTITY a0 \"lol\">");
        for level in 1..30 {
            let before = format!("&a{};", level - 1).repeat(10);
            bomb.extend([format!("<!ENTITY a{level} \"{before}\">")]);
        }
        bomb.push_str("]><svg xmlns=\"http://www.w3.org/2000/svg\"><title>&a29;</title></svg>");
        assert!(clean(bomb.as_bytes()).is_err());
    }

    #[test]
    fn the_root_element_names_the_size() {
        for (attributes, expected) in [
            ("width=\"40\" height=\"30.4px\"", Some((40, 30))),
            ("viewBox=\"0 0 300 150\"", Some((300, 150))),
            ("width=\"100%\" height=\"100%\" viewBox=\"0,0,3,2\"", Some((3, 2))),
            ("stroke-width=\"9\" height='7' width='8'", Some((8, 7))),
            ("width=\"1e99\" height=\"1\"", None),
            ("width=\"-1\" height=\"NaN\"", None),
            ("", None),
        ] {
            let svg = format!("<?xml version=\"1.0\"?>\n<svg {attributes}></svg>");
            assert_eq!(size(svg.as_bytes()), expected, "{attributes}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_cleaned_and_measured(text in "<svg[ a-z=\"'0-9<>/&;]{0,80}") {
            let _ = clean(text.as_bytes());
            let _ = size(text.as_bytes());
        }
    }
}
