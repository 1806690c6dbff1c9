//! Headings: an outline below the title of the page, with anchors.
//!
//! The page has the one `h1`. The highest heading of a text is an `h2`, whatever the writer began
//! with, and each is one level below that which it belongs to, so that the outline has no gaps.

use super::ids::{self, Ids};
use super::plaintext;
use super::tree::{Element, Kind, NodeId, Tree};
use crate::domain::post::Heading;

/// Brings the headings into an outline, gives each an anchor, and lists them.
pub(super) fn outline(tree: &mut Tree) -> Vec<Heading> {
    let mut taken = Ids::of(tree);
    let mut above: Vec<u8> = Vec::new();
    let mut headings = Vec::new();
    for id in tree.ids() {
        let Some(written) = level(tree.name(id)) else { continue };
        above.retain(|&level| level < written);
        above.push(written);
        let depth = u8::try_from(above.len()).unwrap_or(u8::MAX);
        let level = depth.saturating_add(1).min(6);
        if let Some(element) = tree.element_mut(id) {
            element.name = format!("h{level}").into();
        }
        let wanted = explicit_id(tree, id);
        let text = plaintext::line(tree, id);
        if text.is_empty() {
            continue;
        }
        let given = tree.element(id).and_then(|element| element.get("id")).map(str::to_owned);
        let anchor =
            given.unwrap_or_else(|| taken.claim(&wanted.unwrap_or_else(|| ids::from_words(&text))));
        if let Some(element) = tree.element_mut(id) {
            element.set("id", anchor.as_str());
        }
        let link = Element::new("a")
            .with("class", "anchor")
            .with("href", format!("#{anchor}"))
            .with("aria-labelledby", anchor.as_str());
        tree.append(id, Kind::Element(link));
        headings.push(Heading { level, id: anchor, text });
    }
    headings
}

fn level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

/// Takes `{#id}` from the end of a heading, as other Markdown systems write an id of one's own.
fn explicit_id(tree: &mut Tree, heading: NodeId) -> Option<String> {
    let last = *tree.children(heading).last()?;
    let text = tree.text_mut(last)?;
    let (words, id) = text.trim_end().strip_suffix('}')?.rsplit_once("{#")?;
    if id.is_empty() || !id.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return None;
    }
    let id = id.to_owned();
    *text = words.trim_end().to_owned();
    Some(if id.starts_with(ids::RESERVED_ID_PREFIX) { format!("text-{id}") } else { id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(html: &str) -> Vec<u8> {
        outline(&mut Tree::parse(html)).iter().map(|heading| heading.level).collect()
    }

    #[test]
    fn a_heading_has_an_anchor() {
        let mut tree = Tree::parse("<h2>A <em>b</em></h2><h2>A b</h2>");
        let headings = outline(&mut tree);
        assert_eq!(headings[1], Heading { level: 2, id: "a-b-1".into(), text: "A b".into() });
        let first = "<h2 id=\"a-b\">A <em>b</em>\
                     <a class=\"anchor\" href=\"#a-b\" aria-labelledby=\"a-b\"></a></h2>";
        assert!(tree.to_html().starts_with(first));
    }

    #[test]
    fn the_outline_begins_with_h2_and_has_no_gaps() {
        assert_eq!(levels("<h1>a</h1><h2>b</h2><h1>c</h1>"), [2, 3, 2]);
        assert_eq!(levels("<h3>a</h3><h3>b</h3><h4>c</h4>"), [2, 2, 3]);
        assert_eq!(levels("<h2>a</h2><h5>b</h5><h3>c</h3><h2>d</h2>"), [2, 3, 3, 2]);
        assert_eq!(levels("<h2>a</h2><h3>b</h3><h4>c</h4><h5>d</h5><h6>e</h6>"), [2, 3, 4, 5, 6]);
    }

    #[test]
    fn the_writers_own_id_stands() {
        let mut tree =
            Tree::parse("<h2>A {#mine}</h2><h2 id=\"theirs\">B</h2><p id=\"c\"></p><h2>C</h2>");
        let ids: Vec<String> = outline(&mut tree).into_iter().map(|heading| heading.id).collect();
        assert_eq!(ids, ["mine", "theirs", "c-1"]);
        assert!(!tree.to_html().contains('{'));
    }
}
