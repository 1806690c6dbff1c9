//! Finds the addresses in a style sheet and puts others in their place.
//!
//! Only `url(…)` is looked at, quoted or not, outside comments and strings (CSS Syntax Level 3,
//! section 4.3.6). That is every way in which a sheet of ours refers to another file.

use std::error::Error;

/// Replaces each relative address in `url(…)` by what `address_of` gives for it. A query or a
/// fragment stays behind the new address; addresses with a scheme or a leading slash stay whole.
pub fn rewrite(
    css: &str,
    mut address_of: impl FnMut(&str) -> Result<String, Box<dyn Error>>,
) -> Result<String, Box<dyn Error>> {
    let mut rewritten = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("/*") {
            let end = rest.find("*/").ok_or("a comment has no end")? + 2;
            take(&mut rest, end, &mut rewritten);
        } else if c == '"' || c == '\'' {
            let end = string_end(rest, c).ok_or("a string has no end")?;
            take(&mut rest, end, &mut rewritten);
        } else if starts_with_url(rest) && !rewritten.ends_with(is_name_char) {
            take(&mut rest, "url(".len(), &mut rewritten);
            let (inner, end) = inside(rest).ok_or("url( has no end")?;
            if is_relative(inner) {
                let (file, tail) = inner.split_at(inner.find(['?', '#']).unwrap_or(inner.len()));
                let address = address_of(file)?;
                rewritten.extend(["\"", &address, tail, "\""]);
                rest = &rest[end..];
            } else {
                take(&mut rest, end, &mut rewritten);
            }
        } else {
            take(&mut rest, c.len_utf8(), &mut rewritten);
        }
    }
    Ok(rewritten)
}

/// The name that a reference in a file means: relative to the file's folder, dots worked out.
/// `None` where it leads out of the folder of all assets.
pub fn resolve(from: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Moves the first bytes of `rest` to the end of `to`.
fn take(rest: &mut &str, length: usize, to: &mut String) {
    let (taken, left) = rest.split_at(length);
    to.push_str(taken);
    *rest = left;
}

fn starts_with_url(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("url("))
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// The length of the string that `text` starts with, quotes included.
pub fn string_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// What stands between `url(` and `)`, without quotes, and where `)` stands.
fn inside(text: &str) -> Option<(&str, usize)> {
    let start = text.len() - text.trim_start().len();
    let trimmed = &text[start..];
    if let Some(quote) = trimmed.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = string_end(trimmed, quote)?;
        let close = start + end + trimmed[end..].find(')')?;
        return Some((&trimmed[1..end - 1], close));
    }
    let close = text.find(')')?;
    Some((text[..close].trim(), close))
}

fn is_relative(address: &str) -> bool {
    let scheme = address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    });
    !address.is_empty() && !scheme && !address.starts_with(['/', '#', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(css: &str) -> String {
        rewrite(css, |name| Ok(format!("/assets/{name}"))).unwrap()
    }

    #[test]
    fn every_spelling_of_a_relative_address_is_replaced() {
        for css in [
            "a{b:url(x.woff2)}",
            "a{b:url('x.woff2')}",
            "a{b:url( \"x.woff2\" )}",
            "a{b:URL(x.woff2)}",
        ] {
            let expected = r#"a{b:url("/assets/x.woff2")}"#;
            assert_eq!(rewritten(css).replace("URL", "url"), expected, "{css}");
        }
        assert_eq!(rewritten("url(i.svg?v#moon)"), "url(\"/assets/i.svg?v#moon\")");
    }

    #[test]
    fn everything_else_stays() {
        for css in [
            "url(data:image/png;base64,AA==)",
            "url(https://example.com/x.png)",
            "url(/favicon.ico)",
            "url(#filter)",
            "/* url(x.png) */",
            "content: \"url(x.png)\"",
            "my-url(x.png)",
            "a::before{content:'東 \\' url(x)'}",
        ] {
            assert_eq!(rewritten(css), css);
        }
    }

    #[test]
    fn what_has_no_end_is_an_error() {
        for css in ["/* ", "url(x", "url('x", "\"x"] {
            assert!(rewrite(css, |name| Ok(name.to_owned())).is_err(), "{css}");
        }
    }

    #[test]
    fn references_are_relative_to_their_file() {
        assert_eq!(resolve("site.css", "fonts/x.woff2").as_deref(), Some("fonts/x.woff2"));
        assert_eq!(resolve("css/site.css", "../x.png").as_deref(), Some("x.png"));
        assert_eq!(resolve("css/site.css", "./x.png").as_deref(), Some("css/x.png"));
        assert_eq!(resolve("site.css", "../secret"), None);
    }
}
