//! What two pieces of HTML must have in common to say the same thing.
//!
//! The essence is a text: words, elements in their modern names, and attributes, without what a
//! renderer decides anew (ids of headings, sizes and lazy loading of pictures, white space).

use std::fmt::Write as _;
use std::rc::Rc;

use htmd_html5ever::Attribute;
use markup5ever_rcdom::{Node, NodeData};

use super::tree;
use crate::formats::ghost::percent;

/// The essence of some nodes that follow each other.
pub(super) fn of(nodes: &[Rc<Node>]) -> String {
    let mut essence = Essence::default();
    for node in nodes {
        essence.visit(node, false, false);
    }
    essence.out.trim_ascii_end().to_owned()
}

#[derive(Default)]
struct Essence {
    out: String,
    /// White space has been seen since the last word. It belongs to the next one, on whichever
    /// side of a tag it stood.
    space: bool,
    /// A word of the current block has been seen; white space before the first means nothing.
    begun: bool,
}

impl Essence {
    /// Callers bound the depth of the tree.
    fn visit(&mut self, node: &Rc<Node>, verbatim: bool, follows_paragraph: bool) {
        match &node.data {
            NodeData::Text { contents } if verbatim => self.out.push_str(&contents.borrow()),
            NodeData::Text { contents } => self.words(&contents.borrow()),
            NodeData::Comment { contents } => {
                let _ = write!(self.out, "<!{}>", contents.trim_ascii());
            }
            NodeData::Element { attrs, .. } => {
                self.element(node, &attrs.borrow(), verbatim, follows_paragraph);
            }
            _ => {}
        }
    }

    fn element(
        &mut self,
        node: &Rc<Node>,
        attributes: &[Attribute],
        verbatim: bool,
        follows_paragraph: bool,
    ) {
        let name = modern_name(tree::name(node));
        let mut kept: Vec<(&str, String)> = attributes
            .iter()
            .filter(|a| matters(name, &a.name.local, &a.value))
            .map(|a| (&*a.name.local, normal_value(&a.name.local, &a.value)))
            .collect();
        kept.sort();
        let is_paragraph = name == "p";
        let is_bare =
            kept.is_empty() && (is_paragraph || matches!(name, "thead" | "tbody" | "span"));
        let is_block = is_block(name);
        if is_block {
            self.boundary();
        } else if matches!(name, "img" | "input") {
            self.begin_word();
        }
        if is_paragraph && follows_paragraph {
            self.out.push('¶');
        }
        if !is_bare {
            let _ = write!(self.out, "<{name}");
            for (key, value) in kept {
                let _ = write!(self.out, " {key}={value}");
            }
            self.out.push('>');
            if is_block && name != "pre" {
                self.boundary();
            }
        }
        let start = self.out.len();
        let verbatim = verbatim || name == "pre";
        let mut follows_paragraph = false;
        for child in node.children.borrow().iter() {
            self.visit(child, verbatim, follows_paragraph);
            if !tree::name(child).is_empty() {
                follows_paragraph = tree::name(child) == "p";
            }
        }
        if is_block || verbatim {
            // A renderer ends a code block with a line break of its own.
            let end = self.out.trim_ascii_end().len();
            self.out.truncate(end.max(start));
        }
        if !is_bare {
            let _ = write!(self.out, "</{name}>");
        }
        if is_block {
            self.boundary();
        }
    }

    /// Adds words; white space of any length is one space, and none at the edge of a block.
    fn words(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_ascii_whitespace() {
                self.space = self.begun;
            } else {
                self.begin_word();
                self.out.push(c);
            }
        }
    }

    fn begin_word(&mut self) {
        if self.space {
            self.out.push(' ');
        }
        self.space = false;
        self.begun = true;
    }

    /// Ends one block and begins another.
    fn boundary(&mut self) {
        self.space = false;
        self.begun = false;
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }
}

fn modern_name(name: &str) -> &str {
    match name {
        "b" => "strong",
        "i" => "em",
        "s" | "strike" => "del",
        name => name,
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "li"
            | "blockquote"
            | "pre"
            | "hr"
            | "br"
            | "table"
            | "thead"
            | "tbody"
            | "tr"
            | "td"
            | "th"
            | "div"
            | "figure"
            | "figcaption"
            | "details"
            | "summary"
            | "section"
            | "article"
            | "aside"
    )
}

/// Whether an attribute says something that the text would lack without it.
pub(super) fn matters(element: &str, key: &str, value: &str) -> bool {
    match (element, key) {
        ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", "id")
        | ("a", "rel" | "target")
        | ("img", "loading" | "decoding" | "width" | "height" | "srcset" | "sizes") => false,
        ("img", "class") => value != "kg-image",
        ("img", "alt" | "title") | ("a", "title") => !value.is_empty(),
        ("ol", "start") => value != "1",
        ("input", "checked" | "disabled") => true,
        _ => !value.is_empty() || !matches!(key, "class" | "style" | "id"),
    }
}

fn normal_value(key: &str, value: &str) -> String {
    let words = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if matches!(key, "href" | "src") { percent::decode(&words) } else { words }
}
