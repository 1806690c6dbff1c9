//! XML that every parser takes.

use askama::Template;

/// A template as XML 1.0.
///
/// The template escapes what it is given; here go the characters that XML cannot hold even when
/// they are escaped, wherever a writer pasted them.
#[must_use]
pub(super) fn render(template: &impl Template) -> String {
    let mut xml = template.render().expect("strings and numbers always render");
    xml.retain(is_char);
    xml
}

/// Whether XML 1.0 can hold a character (its production `Char`).
const fn is_char(c: char) -> bool {
    !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Template)]
    #[template(source = r#"<a b="{{ text }}">{{ text }}</a>"#, ext = "xml")]
    struct Anything<'a> {
        text: &'a str,
    }

    #[test]
    fn markup_is_escaped_and_control_characters_go() {
        for (text, kept) in [
            ("<b>&amp; ]]></b>", "<b>&amp; ]]></b>"),
            ("a\0b\x08c\x0bd\x1f\u{fffe}\u{ffff}e", "abcde"),
            ("tab\tkept \u{85}\u{2028}", "tab\tkept \u{85}\u{2028}"),
            ("\"'", "\"'"),
        ] {
            let xml = render(&Anything { text });
            let document = roxmltree::Document::parse(&xml).unwrap();
            assert_eq!(document.root_element().text(), Some(kept), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_well_formed(text in any::<String>()) {
            let xml = render(&Anything { text: &text });
            prop_assert!(roxmltree::Document::parse(&xml).is_ok());
        }
    }
}
