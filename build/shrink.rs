//! Makes a style sheet smaller without changing what it says.
//!
//! Comments go, and so does white space that separates nothing. What only a parser of CSS could
//! know (that `calc(1px + 1px)` needs its spaces, that `a :hover` is not `a:hover`) is not touched.

use super::references::string_end;

/// Characters that separate by themselves.
const SEPARATORS: [char; 5] = ['{', '}', ';', ',', '>'];

/// The same style sheet without comments and idle white space. Strings stay as they are.
pub fn shrink(css: &str) -> String {
    let mut small = String::with_capacity(css.len());
    let mut rest = css;
    let mut gap = false;
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            gap = true;
            continue;
        }
        if c.is_ascii_whitespace() {
            rest = &rest[1..];
            gap = true;
            continue;
        }
        let separated = SEPARATORS.contains(&c) || small.ends_with(SEPARATORS);
        if gap && !separated && !small.is_empty() {
            small.push(' ');
        }
        gap = false;
        // The last declaration of a rule needs no semicolon.
        if c == '}' && small.ends_with(';') {
            small.pop();
        }
        let length = match c {
            '"' | '\'' => string_end(rest, c).unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        small.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_nothing_goes() {
        for (css, small) in [
            ("a { b: c; }\n\nd > e , f { g: h }", "a{b: c}d>e,f{g: h}"),
            ("a :hover { width: calc(1px + 2px) }", "a :hover{width: calc(1px + 2px)}"),
            ("/* a { */ b { c: \"/* d */  { }\" }", "b{c: \"/* d */  { }\"}"),
            ("a { b: 'it\\'s  {'; } /* open", "a{b: 'it\\'s  {'}"),
            ("@media screen and (x) { a { } }", "@media screen and (x){a{}}"),
        ] {
            assert_eq!(shrink(css), small);
        }
    }
}
