//! Footnotes: marks, notes and the ways back say what they are.
//!
//! The roles are those of DPUB-ARIA: a screen reader has words for them in the reader's language.

use super::tree::Tree;

/// Gives the parts of the footnotes their roles.
pub(super) fn dress(tree: &mut Tree) {
    for id in tree.ids() {
        let Some(element) = tree.element(id) else { continue };
        if &*element.name == "section" && element.has_class("footnotes") {
            // A section would ask for a heading.
            if let Some(notes) = tree.element_mut(id) {
                notes.name = "div".into();
                notes.set("role", "doc-endnotes");
            }
        } else if element.has_class("footnote-ref") {
            let link = tree.children(id).first().copied().filter(|&child| tree.name(child) == "a");
            match link.and_then(|link| tree.element_mut(link)) {
                Some(link) => link.set("role", "doc-noteref"),
                None => {
                    if let Some(number) = tree.element_mut(id) {
                        number.take("class");
                    }
                }
            }
        } else if &*element.name == "a"
            && element.has_class("footnote-backref")
            && let Some(link) = tree.element_mut(id)
        {
            link.set("role", "doc-backlink");
        }
    }
}
