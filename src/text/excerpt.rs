//! The excerpt: what lists and search engines show of a text.

use unicode_segmentation::UnicodeSegmentation;

use super::markdown::MORE_CLASS;
use super::plaintext::{one_line, until};
use super::tree::{NodeId, Tree};

/// The longest excerpt that is made of the beginning of a text, in characters (Ghost's limit).
const MAX_CHARS: usize = 500;

/// The writer's excerpt, else what stands before the more-marker, else the beginning of the text.
/// Takes the markers out of the tree.
pub(super) fn choose(custom: Option<&str>, tree: &mut Tree, plaintext: &str) -> String {
    let markers = markers(tree);
    let before = markers.first().map(|&marker| one_line(&until(tree, marker)));
    for marker in markers {
        tree.remove(marker);
    }
    let custom = custom.map(str::trim).filter(|excerpt| !excerpt.is_empty());
    match (custom, before.filter(|text| !text.is_empty())) {
        (Some(custom), _) => custom.to_owned(),
        (None, Some(before)) => beginning(&before),
        (None, None) => beginning(plaintext),
    }
}

fn markers(tree: &Tree) -> Vec<NodeId> {
    tree.ids()
        .filter(|&id| tree.element(id).is_some_and(|element| element.has_class(MORE_CLASS)))
        .filter(|&id| tree.name(id) == "wbr")
        .collect()
}

/// The beginning of a text in one line, cut between words.
fn beginning(text: &str) -> String {
    // Blanks may be many; beyond this nothing reaches the excerpt of an ordinary text.
    let bounded: String = text.chars().take(MAX_CHARS * 4).collect();
    let line = one_line(&bounded);
    if line.chars().count() <= MAX_CHARS {
        return line;
    }
    let mut length = 0;
    let mut end = 0;
    for (index, word) in line.split_word_bound_indices() {
        length += word.chars().count();
        if length > MAX_CHARS {
            break;
        }
        end = index + word.len();
    }
    if end == 0 {
        return line.chars().take(MAX_CHARS).collect();
    }
    line[..end].trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: &str = "<p>a</p><wbr class=\"masthead-more\"><p>b</p>";

    #[test]
    fn the_writers_excerpt_comes_first() {
        let mut tree = Tree::parse(MARKED);
        assert_eq!(choose(Some(" c "), &mut tree, "a b"), "c");
        assert_eq!(tree.to_html(), "<p>a</p><p>b</p>", "the marker goes all the same");
        assert_eq!(choose(None, &mut Tree::parse(MARKED), "a b"), "a");
        assert_eq!(choose(Some(" "), &mut Tree::new(), "a\n\nb"), "a b");
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(beginning(&"word ".repeat(200)), "word ".repeat(100).trim_end());
        assert_eq!(beginning(&"東京".repeat(400)).chars().count(), 500);
        assert_eq!(beginning(&"a".repeat(9_000)).len(), 500);
    }
}
