//! Blocks of code: their language, their colours, and scrolling by keyboard.

use super::highlight;
use super::tree::{Element, Kind, NodeId, Tree};

/// How much code of one text is highlighted, in bytes.
const MAX_HIGHLIGHTED: usize = 100_000;

/// Makes every `pre` reachable by keyboard, and highlights the code in it.
pub(super) fn dress(tree: &mut Tree) {
    let mut left = MAX_HIGHLIGHTED;
    for pre in tree.named("pre") {
        if let Some(element) = tree.element_mut(pre) {
            element.set("tabindex", "0");
        }
        let [code] = *tree.children(pre) else { continue };
        let Some(language) = language(tree, code) else { continue };
        let [text] = *tree.children(code) else { continue };
        let Some(source) = tree.text_mut(text) else { continue };
        if source.len() > left {
            continue;
        }
        left -= source.len();
        let source = source.clone();
        if let Some(pieces) = highlight::pieces(&source, &language) {
            let children = pieces.into_iter().map(|piece| span(tree, piece)).collect();
            tree.set_children(code, children);
        }
    }
}

fn span(tree: &mut Tree, piece: highlight::Piece<'_>) -> NodeId {
    let text = tree.detached(Kind::Text(piece.text.to_owned()));
    match piece.class {
        Some(class) => {
            let span = tree.detached(Kind::Element(Element::new("span").with("class", class)));
            tree.set_children(span, vec![text]);
            span
        }
        None => text,
    }
}

/// The language of a `code` element; its class is brought into the form `language-rust`.
fn language(tree: &mut Tree, code: NodeId) -> Option<String> {
    let element = tree.element_mut(code).filter(|element| &*element.name == "code")?;
    let class = element.get("class")?;
    let info = class.split_ascii_whitespace().find_map(|class| {
        class.strip_prefix("language-").or_else(|| class.strip_prefix("lang-"))
    })?;
    let language = first_word(info);
    if language.is_empty() {
        element.take("class");
        return None;
    }
    element.set("class", format!("language-{language}"));
    Some(language)
}

/// The first word of a fence's info string: `rust` of `rust,no_run`, `js{1,3}` or `{.rust}`.
fn first_word(info: &str) -> String {
    info.trim_start_matches(['{', '.'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '_' | '.'))
        .take(40)
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_word() {
        let cases = [
            ("rust,no_run", "rust"),
            ("js{1,3}", "js"),
            ("{.python", "python"),
            ("C++", "c++"),
            ("objective-c", "objective-c"),
            ("\"x\"", ""),
        ];
        for (info, language) in cases {
            assert_eq!(first_word(info), language);
        }
    }

    #[test]
    fn unknown_languages_stay_as_they_are() {
        let mut tree = Tree::parse("<pre><code class=\"language-Qux,a\">let a;</code></pre>");
        dress(&mut tree);
        let html = "<pre tabindex=\"0\"><code class=\"language-qux\">let a;</code></pre>";
        assert_eq!(tree.to_html(), html);
    }
}
