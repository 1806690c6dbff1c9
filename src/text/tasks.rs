//! Task lists: every box gets its words as label, and no other field stays.

use super::plaintext::is_block;
use super::tree::{Element, Kind, NodeId, Tree};

/// Labels the boxes of task lists and takes away all other fields.
pub(super) fn label(tree: &mut Tree) {
    let mut labelled = Vec::new();
    for item in tree.named("li") {
        if !tree.element(item).is_some_and(|li| li.has_class("task-list-item")) {
            continue;
        }
        let line = match tree.children(item).iter().find(|&&child| !is_blank(tree, child)) {
            Some(&first) if tree.name(first) == "p" => first,
            _ => item,
        };
        if let Some(input) = label_line(tree, line) {
            labelled.push(input);
        }
    }
    for input in tree.named("input") {
        if labelled.binary_search(&input).is_err() {
            tree.remove(input);
        }
    }
}

/// Puts a box at the beginning of a line, and the words up to the next block, into a label.
fn label_line(tree: &mut Tree, line: NodeId) -> Option<NodeId> {
    let children = tree.children(line).to_vec();
    let start = children.iter().position(|&child| !is_blank(tree, child))?;
    let input = children[start];
    let element = tree.element_mut(input)?;
    if &*element.name != "input" || element.get("type") != Some("checkbox") {
        return None;
    }
    element.set("disabled", "");
    let mut end = children[start..]
        .iter()
        .position(|&child| is_block(tree.name(child)))
        .map_or(children.len(), |length| start + length);
    let mut words = children[start..end].to_vec();
    let label = tree.detached(Kind::Element(Element::new("label")));
    let mut labelled = label;
    // In a list with space between its items the words stand in a paragraph after the box.
    let paragraph = children.get(end).copied().filter(|&next| tree.name(next) == "p");
    if let Some(paragraph) = paragraph
        && words[1..].iter().all(|&word| is_blank(tree, word))
    {
        words.truncate(1);
        words.push(tree.detached(Kind::Text(" ".to_owned())));
        words.extend(tree.children(paragraph));
        tree.set_children(paragraph, vec![label]);
        labelled = paragraph;
        end += 1;
    }
    tree.set_children(label, words);
    let before = children[..start].iter();
    let line_children = before.chain([&labelled]).chain(&children[end..]).copied().collect();
    tree.set_children(line, line_children);
    Some(input)
}

fn is_blank(tree: &Tree, id: NodeId) -> bool {
    matches!(tree.kind(id), Kind::Text(text) if text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(html: &str) -> String {
        let mut tree = Tree::parse(html);
        label(&mut tree);
        tree.to_html()
    }

    #[test]
    fn boxes_have_their_words_as_label() {
        let html =
            "<li class=\"task-list-item\"><input type=\"checkbox\"> a <em>b</em><ul></ul></li>";
        let expected = "<li class=\"task-list-item\"><label><input type=\"checkbox\" disabled> \
                        a <em>b</em></label><ul></ul></li>";
        assert_eq!(labelled(html), expected);
        let html = "<li class=\"task-list-item\"><input type=\"checkbox\"> \n<p>a</p><p>b</p></li>";
        let expected = "<li class=\"task-list-item\"><p><label><input type=\"checkbox\" disabled> \
                        a</label></p><p>b</p></li>";
        assert_eq!(labelled(html), expected);
        let html = "<li class=\"task-list-item\">\n<p><input type=\"checkbox\"> a</p></li>";
        let expected = "<li class=\"task-list-item\">\n<p><label><input type=\"checkbox\" disabled> \
                        a</label></p></li>";
        assert_eq!(labelled(html), expected);
    }

    #[test]
    fn other_fields_go() {
        assert_eq!(labelled("<p>a<input type=\"checkbox\"><input></p>"), "<p>a</p>");
    }
}
