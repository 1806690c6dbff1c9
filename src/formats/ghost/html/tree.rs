//! HTML as a tree: parsed as browsers do, measured, and written out again.

use std::rc::Rc;

use htmd_html5ever::serialize::{SerializeOpts, TraversalScope, serialize};
use markup5ever_rcdom::{Node, NodeData, SerializableHandle};

use super::bounded;

/// A fragment of HTML, parsed as the beginning of a body, so that a leading `<style>` stays where
/// it is.
pub(super) struct Fragment {
    /// A document that is dropped empties every node below it, so it is kept.
    _document: Rc<Node>,
    /// The element that holds what the fragment means.
    pub(super) body: Rc<Node>,
}

impl Fragment {
    /// `None` where the fragment asks for more elements than any text needs.
    pub(super) fn parse(html: &str) -> Option<Self> {
        let document = bounded::parse(&format!("<body>{html}"))?;
        let body = child(&document, "html").and_then(|root| child(&root, "body"));
        Some(Self { body: body.unwrap_or_else(|| Rc::clone(&document)), _document: document })
    }

    /// The top-level nodes.
    pub(super) fn nodes(&self) -> Vec<Rc<Node>> {
        self.body.children.borrow().clone()
    }
}

fn child(node: &Node, tag: &str) -> Option<Rc<Node>> {
    node.children.borrow().iter().find(|child| name(child) == tag).cloned()
}

/// The name of an element; empty for every other node.
pub(super) fn name(node: &Node) -> &str {
    match &node.data {
        NodeData::Element { name, .. } => &name.local,
        _ => "",
    }
}

/// The value of an attribute.
pub(super) fn attribute(node: &Node, key: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    attrs.borrow().iter().find(|a| &*a.name.local == key).map(|a| a.value.to_string())
}

/// Whether elements are nested deeper than a limit. Walks without recursion.
pub(super) fn is_deeper_than(node: &Rc<Node>, limit: usize) -> bool {
    let mut open = vec![(Rc::clone(node), 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > limit {
            return true;
        }
        open.extend(node.children.borrow().iter().map(|child| (Rc::clone(child), depth + 1)));
    }
    false
}

/// Writes a node and all within it.
pub(super) fn outer_html(node: &Rc<Node>) -> String {
    let options =
        SerializeOpts { traversal_scope: TraversalScope::IncludeNode, ..Default::default() };
    let mut bytes = Vec::new();
    serialize(&mut bytes, &SerializableHandle::from(Rc::clone(node)), options)
        .expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("the serializer writes what were strings")
}
