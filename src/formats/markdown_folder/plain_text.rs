//! Markdown and HTML as plain text, for fields that hold no markup.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};

/// The longest excerpt, in characters.
const MAX_EXCERPT: usize = 500;

/// The words of a text without its markup.
pub fn of(text: &str) -> String {
    if !text.contains(['*', '_', '`', '[', '<', '&', '\\']) {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let arena = Arena::new();
    let root = parse_document(&arena, text, &Options::default());
    let mut words = String::new();
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(text) => words.push_str(text),
            NodeValue::Code(code) => words.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak | NodeValue::Paragraph => words.push(' '),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text cut at a word where it is too long for an excerpt; and whether it was.
pub fn excerpt(text: &str) -> (String, bool) {
    let text = of(text);
    let Some((limit, _)) = text.char_indices().nth(MAX_EXCERPT) else { return (text, false) };
    let end = text[..limit].rfind(' ').unwrap_or(limit);
    (format!("{}…", &text[..end]), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_long_texts_are_cut() {
        assert_eq!(of("a *b* `c_d` [e](f) <b>g</b> &amp; h"), "a b c_d e g & h");
        assert_eq!(excerpt("a  b"), ("a b".to_owned(), false));
        let (cut, was_cut) = excerpt(&"word ".repeat(200));
        assert!(was_cut && cut.ends_with("word…") && cut.chars().count() <= MAX_EXCERPT + 1);
    }
}
