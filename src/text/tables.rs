//! Tables scroll in themselves, so that the page need not; the keyboard can scroll them too.

use super::plaintext;
use super::tree::{Element, NodeId, Tree};

/// The longest name of a table, in characters.
const MAX_NAME: usize = 80;

/// Puts every table into a box that scrolls and that has the name of its caption or its columns.
pub(super) fn wrap(tree: &mut Tree) {
    for table in tree.named("table") {
        let name = name(tree, table);
        // A group, not a region: regions are landmarks, and two tables may have one name.
        let mut outer =
            Element::new("div").with("class", "table").with("role", "group").with("tabindex", "0");
        if !name.is_empty() {
            outer.set("aria-label", name);
        }
        tree.wrap(table, outer);
    }
    // An empty cell heads nothing.
    for head in tree.named("th") {
        if tree.children(head).is_empty()
            && let Some(cell) = tree.element_mut(head)
        {
            cell.name = "td".into();
            cell.take("scope");
            cell.take("abbr");
        }
    }
}

fn name(tree: &Tree, table: NodeId) -> String {
    let mut columns = Vec::new();
    let mut rows = 0;
    for id in tree.descendants(table) {
        match tree.name(id) {
            "caption" => return shorten(&plaintext::line(tree, id)),
            "tr" if rows == 1 => break,
            "tr" => rows += 1,
            "th" => columns.push(plaintext::line(tree, id)),
            _ => {}
        }
    }
    columns.retain(|column| !column.is_empty());
    shorten(&columns.join(", "))
}

fn shorten(name: &str) -> String {
    name.chars().take(MAX_NAME).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(html: &str) -> String {
        let mut tree = Tree::parse(html);
        wrap(&mut tree);
        tree.to_html()
    }

    #[test]
    fn a_table_scrolls_and_has_a_name() {
        let table = "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table>";
        let outer = "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"A, B\">";
        assert_eq!(wrapped(table), format!("{outer}{table}</div>"));
        let table = "<table><caption>C</caption><tr><th>A</th></tr></table>";
        assert!(wrapped(table).contains(" aria-label=\"C\""));
        assert!(!wrapped("<table><tr><td>a</td></tr></table>").contains("aria-label"));
    }

    #[test]
    fn an_empty_head_is_a_cell() {
        assert!(
            wrapped("<table><tr><th></th><th>a</th></tr></table>").contains("<td></td><th>a</th>")
        );
    }
}
