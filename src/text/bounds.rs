//! What a text may ask of the parsers, so that none takes more than a moment to save.
//!
//! Some costs of parsing are not linear. Deep nesting makes each tag look through all that is
//! open; formatting that nobody closed (`<p><b><p><b>…`) is opened anew in every paragraph, so
//! that a small text becomes an enormous tree; each attribute of a tag is compared with all before
//! it. A rehearsal with a tree that only counts shows these before anything is built.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::interface::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, local_name, ns, parse_fragment};

/// The longest text, in bytes, that is read as Markdown.
pub(super) const MAX_MARKDOWN: usize = 2_000_000;

/// How deep block quotes and lists may be nested in one line of Markdown.
const MAX_LINE_DEPTH: usize = 100;

/// How far a line of Markdown may be indented, in bytes: with lists, that is depth too.
const MAX_INDENT: usize = 400;

/// The longest HTML, in bytes; a short text can give a long one (footnotes with many marks).
const MAX_HTML: usize = 6_000_000;

/// How deep HTML may be nested.
const MAX_DEPTH: u32 = 300;

/// How many nodes the HTML of a text may have.
const MAX_NODES: u32 = 300_000;

/// How many blanks, quotes and slashes may stand in one tag: each may begin an attribute.
const MAX_TAG_SEPARATORS: usize = 1_000;

/// How many bytes may be looked through to escape a text: at every `&` and no-break space, the
/// serialiser looks for the next `<` or `>`, however far that is.
const MAX_ESCAPING: usize = 2_000_000_000;

/// What is fed to the parser at a time, in bytes.
const CHUNK: usize = 1024;

/// Whether a text can be read as Markdown in a moment.
pub(super) fn allow_markdown(markdown: &str) -> bool {
    markdown.len() <= MAX_MARKDOWN && markdown.lines().all(allow_line)
}

/// Bounds the quotes and lists that one line opens.
fn allow_line(line: &str) -> bool {
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    if indent > MAX_INDENT && indent < line.len() {
        return false;
    }
    let is_marker = |c: char| c.is_ascii_digit() || " \t>-+*.)".contains(c);
    let markers = &line[..line.find(|c| !is_marker(c)).unwrap_or(line.len())];
    let quotes = markers.matches('>').count();
    let items = markers
        .split([' ', '\t'])
        .filter(|marker| marker.ends_with(['-', '+', '*', '.', ')']))
        .count();
    quotes + items <= MAX_LINE_DEPTH
}

/// Whether HTML can be parsed in a moment, into a tree that is not much larger than itself.
pub(super) fn allow_html(html: &str) -> bool {
    if html.len() > MAX_HTML || escaping(html) > MAX_ESCAPING {
        return false;
    }
    let rehearsal = Rehearsal::default();
    let counts = Rc::clone(&rehearsal.counts);
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(rehearsal, ParseOpts::default(), context, Vec::new(), false);
    let mut rest = html;
    let mut heard = 0;
    let mut separators = 0;
    while !rest.is_empty() {
        let (chunk, next) = rest.split_at(rest.floor_char_boundary(CHUNK.min(rest.len())));
        rest = next;
        parser.process(StrTendril::from_slice(chunk));
        if counts.depth.get() > MAX_DEPTH || counts.nodes.get() > MAX_NODES {
            return false;
        }
        if heard == counts.events.get() {
            let is_separator = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'');
            separators += chunk.as_bytes().iter().filter(|b| is_separator(b)).count();
            if separators > MAX_TAG_SEPARATORS {
                return false;
            }
        } else {
            heard = counts.events.get();
            separators = 0;
        }
    }
    parser.finish();
    counts.depth.get() <= MAX_DEPTH && counts.nodes.get() <= MAX_NODES
}

/// How many bytes are looked through to escape the texts in HTML.
fn escaping(html: &str) -> usize {
    html.split(['<', '>'])
        .map(|text| text.len() * text.bytes().filter(|b| matches!(b, b'&' | 0xC2)).count())
        .sum()
}

#[derive(Default)]
struct Counts {
    depth: Cell<u32>,
    nodes: Cell<u32>,
    events: Cell<u64>,
}

/// A tree that only counts. A handle is the node's name and its depth.
#[derive(Default)]
struct Rehearsal {
    counts: Rc<Counts>,
    document: RefCell<Option<Handle>>,
}

type Handle = Rc<(QualName, Cell<u32>)>;

impl Rehearsal {
    fn node(&self, name: QualName) -> Handle {
        self.counts.nodes.set(self.counts.nodes.get() + 1);
        self.event();
        Rc::new((name, Cell::new(0)))
    }

    fn event(&self) {
        self.counts.events.set(self.counts.events.get() + 1);
    }

    fn hang(&self, parent_depth: u32, child: &NodeOrText<Handle>) {
        self.event();
        match child {
            NodeOrText::AppendNode(node) => {
                node.1.set(parent_depth + 1);
                self.counts.depth.set(self.counts.depth.get().max(parent_depth + 1));
            }
            NodeOrText::AppendText(_) => {}
        }
    }
}

fn nameless() -> QualName {
    QualName::new(None, ns!(), local_name!(""))
}

impl TreeSink for Rehearsal {
    type Handle = Handle;
    type Output = ();
    type ElemName<'a> = &'a QualName;

    fn finish(self) {}

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        let mut document = self.document.borrow_mut();
        Rc::clone(document.get_or_insert_with(|| Rc::new((nameless(), Cell::new(0)))))
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> &'a QualName {
        &target.0
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Handle {
        self.node(name)
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        self.node(nameless())
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        self.node(nameless())
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.hang(parent.1.get(), &child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        _previous: &Handle,
        child: NodeOrText<Handle>,
    ) {
        self.hang(element.1.get(), &child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        Rc::clone(target)
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        Rc::ptr_eq(x, y)
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, new: NodeOrText<Handle>) {
        self.hang(sibling.1.get().saturating_sub(1), &new);
    }

    fn add_attrs_if_missing(&self, _target: &Handle, _attributes: Vec<Attribute>) {}

    fn remove_from_parent(&self, _target: &Handle) {}

    fn reparent_children(&self, _node: &Handle, _parent: &Handle) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_texts_are_allowed() {
        assert!(allow_markdown("> > - a\n\n* * *\n\n| a | b |\n"));
        assert!(allow_html(&"<p><b>a</b> <img src=\"x\" alt=\"\"></p>\n".repeat(5_000)));
        assert!(allow_html(&format!("<p>{}</p>", "word ".repeat(100_000))));
    }

    #[test]
    fn costly_texts_are_refused() {
        assert!(!allow_markdown(&"a".repeat(MAX_MARKDOWN + 1)));
        assert!(!allow_markdown(&">".repeat(MAX_LINE_DEPTH + 1)));
        assert!(!allow_markdown(&"- ".repeat(MAX_LINE_DEPTH + 1)));
        assert!(!allow_markdown(&format!("{}a", " ".repeat(MAX_INDENT + 1))));
        assert!(!allow_html(&"<div>".repeat(50_000)), "depth");
        let formatting =
            (0..250).fold(String::new(), |html, n| html + &format!("<p><b id={n}></p>"));
        assert!(!allow_html(&(formatting + &"<p>x".repeat(100_000))), "formatting opened anew");
        assert!(!allow_html(&"&amp;".repeat(50_000)), "escaping");
        assert!(!allow_html(&format!("<a {}>", "b ".repeat(100_000))), "attributes");
    }
}
