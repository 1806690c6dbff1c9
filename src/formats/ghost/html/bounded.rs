//! A tree that stops growing.
//!
//! The rules of HTML open every unclosed `<b>` again in each paragraph that follows, so that a
//! few kilobytes can ask for millions of elements. This sink counts, and takes no more than real
//! texts need.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use htmd_html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use htmd_html5ever::tendril::{StrTendril, TendrilSink};
use htmd_html5ever::{Attribute, ExpandedName, ParseOpts, QualName, parse_document};
use markup5ever_rcdom::{Node, RcDom};

/// How much is parsed before the parser is asked whether it is still within its bounds, in bytes.
const CHUNK: usize = 256;

/// Parses a document; `None` where it asks for many more elements than it has tags.
pub(super) fn parse(html: &str) -> Option<Rc<Node>> {
    let left = Rc::new(Cell::new(64 + 4 * html.bytes().filter(|&b| b == b'<').count()));
    let sink = BoundedTree { dom: RcDom::default(), left: Rc::clone(&left) };
    let mut parser = parse_document(sink, ParseOpts::default());
    let mut rest = html;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.ceil_char_boundary(CHUNK));
        parser.process(StrTendril::from(chunk));
        if left.get() == 0 {
            return None;
        }
        rest = after;
    }
    Some(parser.finish())
}

struct BoundedTree {
    dom: RcDom,
    /// How many more elements may be made.
    left: Rc<Cell<usize>>,
}

impl BoundedTree {
    fn is_full(&self) -> bool {
        self.left.get() == 0
    }
}

impl TreeSink for BoundedTree {
    type Handle = Rc<Node>;
    type Output = Rc<Node>;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Rc<Node> {
        self.dom.document
    }

    /// Errors are many and nobody reads them.
    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Rc<Node> {
        self.dom.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Node>) -> ExpandedName<'a> {
        self.dom.elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Rc<Node> {
        self.left.set(self.left.get().saturating_sub(1));
        self.dom.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Rc<Node> {
        self.dom.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Rc<Node> {
        self.dom.create_pi(target, data)
    }

    fn append(&self, parent: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        if !self.is_full() {
            self.dom.append(parent, child);
        }
    }

    fn append_based_on_parent_node(
        &self,
        element: &Rc<Node>,
        previous: &Rc<Node>,
        child: NodeOrText<Rc<Node>>,
    ) {
        if !self.is_full() {
            self.dom.append_based_on_parent_node(element, previous, child);
        }
    }

    fn append_doctype_to_document(
        &self,
        name: StrTendril,
        public_id: StrTendril,
        system_id: StrTendril,
    ) {
        self.dom.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Rc<Node>) -> Rc<Node> {
        self.dom.get_template_contents(target)
    }

    fn same_node(&self, x: &Rc<Node>, y: &Rc<Node>) -> bool {
        self.dom.same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.dom.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Rc<Node>, node: NodeOrText<Rc<Node>>) {
        if !self.is_full() {
            self.dom.append_before_sibling(sibling, node);
        }
    }

    fn add_attrs_if_missing(&self, target: &Rc<Node>, attributes: Vec<Attribute>) {
        self.dom.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &Rc<Node>) {
        self.dom.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Rc<Node>, new_parent: &Rc<Node>) {
        self.dom.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &Rc<Node>) -> bool {
        self.dom.is_mathml_annotation_xml_integration_point(node)
    }
}
