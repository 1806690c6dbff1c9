//! A document as a tree of elements and texts, all in one arena.
//!
//! Nothing in here recurses, however deep a document is nested, and no change looks for a sibling:
//! a node that goes becomes an empty group, a node that is wrapped moves into a new one. Nodes of
//! a parsed document are numbered in document order.

use std::cell::RefCell;

use html5ever::LocalName;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// The place of a node in its arena.
pub(super) type NodeId = usize;

/// The root of every tree.
pub(super) const ROOT: NodeId = 0;

/// What a node is.
#[derive(Debug)]
pub(super) enum Kind {
    /// No markup of its own, only what is in it.
    Group,
    /// An element.
    Element(Element),
    /// Characters, not escaped.
    Text(String),
}

/// An element without what is in it.
#[derive(Debug)]
pub(super) struct Element {
    /// Lower case.
    pub(super) name: LocalName,
    attributes: Vec<(LocalName, String)>,
}

impl Element {
    /// An element without attributes.
    pub(super) fn new(name: &str) -> Self {
        Self { name: LocalName::from(name), attributes: Vec::new() }
    }

    /// The same element with an attribute more.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| &**n == name).map(|(_, value)| value.as_str())
    }

    /// Sets an attribute, in its place if it is there already.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.attributes.iter_mut().find(|(n, _)| &**n == name) {
            Some((_, old)) => *old = value.into(),
            None => self.attributes.push((LocalName::from(name), value.into())),
        }
    }

    /// Its attributes, in order.
    #[cfg(test)]
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (&**name, value.as_str()))
    }

    /// Takes an attribute away.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let index = self.attributes.iter().position(|(n, _)| &**n == name)?;
        Some(self.attributes.remove(index).1)
    }

    /// Whether it is of a class.
    pub(super) fn has_class(&self, class: &str) -> bool {
        self.get("class")
            .is_some_and(|classes| classes.split_ascii_whitespace().any(|c| c == class))
    }

    /// Puts it into a class more.
    pub(super) fn add_class(&mut self, class: &str) {
        if self.has_class(class) {
            return;
        }
        let classes = match self.get("class") {
            Some(classes) if !classes.trim().is_empty() => format!("{} {class}", classes.trim()),
            _ => class.to_owned(),
        };
        self.set("class", classes);
    }
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    children: Vec<NodeId>,
}

/// A step of a walk through a tree.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Before what is in the node.
    Enter(NodeId),
    /// After it.
    Leave(NodeId),
}

/// A document, or a part of one.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// A tree with nothing in it.
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node { kind: Kind::Group, children: Vec::new() }] }
    }

    /// Reads HTML that [`super::sanitize`] wrote: every element that is not void is closed, in
    /// the right order. Comments go.
    pub(super) fn parse(html: &str) -> Self {
        let builder = Builder(RefCell::new((Self::new(), vec![ROOT])));
        let tokenizer = Tokenizer::new(builder, TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.0.into_inner().0
    }

    /// A text without any markup: each run of lines between blank lines becomes a paragraph.
    pub(super) fn paragraphs(text: &str) -> Self {
        let mut tree = Self::new();
        let mut lines = text.lines().peekable();
        while lines.peek().is_some() {
            let paragraph: Vec<&str> =
                lines.by_ref().take_while(|line| !line.trim().is_empty()).collect();
            if !paragraph.is_empty() {
                let node = tree.append(ROOT, Kind::Element(Element::new("p")));
                tree.append(node, Kind::Text(printable(&paragraph.join("\n"))));
            }
        }
        tree
    }

    /// What a node is.
    pub(super) fn kind(&self, id: NodeId) -> &Kind {
        &self.nodes[id].kind
    }

    /// The element at a node, if it is one.
    pub(super) fn element(&self, id: NodeId) -> Option<&Element> {
        match &self.nodes[id].kind {
            Kind::Element(element) => Some(element),
            Kind::Group | Kind::Text(_) => None,
        }
    }

    /// The element at a node, if it is one.
    pub(super) fn element_mut(&mut self, id: NodeId) -> Option<&mut Element> {
        match &mut self.nodes[id].kind {
            Kind::Element(element) => Some(element),
            Kind::Group | Kind::Text(_) => None,
        }
    }

    /// The characters at a node, if it is a text.
    pub(super) fn text_mut(&mut self, id: NodeId) -> Option<&mut String> {
        match &mut self.nodes[id].kind {
            Kind::Text(text) => Some(text),
            Kind::Group | Kind::Element(_) => None,
        }
    }

    /// The name of the element at a node; empty for all else.
    pub(super) fn name(&self, id: NodeId) -> &str {
        self.element(id).map_or("", |element| &element.name)
    }

    /// What is directly in a node.
    pub(super) fn children(&self, id: NodeId) -> &[NodeId] {
        &self.nodes[id].children
    }

    /// All nodes, in document order as long as none was added.
    pub(super) fn ids(&self) -> std::ops::Range<NodeId> {
        ROOT..self.nodes.len()
    }

    /// All elements of one name.
    pub(super) fn named(&self, name: &str) -> Vec<NodeId> {
        self.ids().filter(|&id| self.name(id) == name).collect()
    }

    /// Adds a node at the end of another.
    pub(super) fn append(&mut self, parent: NodeId, kind: Kind) -> NodeId {
        let id = self.detached(kind);
        self.nodes[parent].children.push(id);
        id
    }

    /// Adds a node that stands nowhere yet.
    pub(super) fn detached(&mut self, kind: Kind) -> NodeId {
        self.nodes.push(Node { kind, children: Vec::new() });
        self.nodes.len() - 1
    }

    /// Replaces what is in a node.
    pub(super) fn set_children(&mut self, id: NodeId, children: Vec<NodeId>) {
        self.nodes[id].children = children;
    }

    /// Puts an element around a node. The node's own content moves to the id returned; the old id
    /// names the new element.
    pub(super) fn wrap(&mut self, id: NodeId, outer: Element) -> NodeId {
        let kind = std::mem::replace(&mut self.nodes[id].kind, Kind::Element(outer));
        let inner = self.detached(kind);
        let children = std::mem::replace(&mut self.nodes[id].children, vec![inner]);
        self.nodes[inner].children = children;
        inner
    }

    /// Takes the markup of a node away and leaves what is in it.
    pub(super) fn dissolve(&mut self, id: NodeId) {
        self.nodes[id].kind = Kind::Group;
    }

    /// Takes a node away with all that is in it.
    pub(super) fn remove(&mut self, id: NodeId) {
        self.nodes[id] = Node { kind: Kind::Group, children: Vec::new() };
    }

    /// Replaces a node, and all that is in it, with a text.
    pub(super) fn replace_with_text(&mut self, id: NodeId, text: String) {
        self.nodes[id] = Node { kind: Kind::Text(text), children: Vec::new() };
    }

    /// Walks through a node and all that is in it.
    pub(super) fn walk(&self, from: NodeId) -> impl Iterator<Item = Step> + '_ {
        let mut stack = vec![Step::Enter(from)];
        std::iter::from_fn(move || {
            let step = stack.pop()?;
            if let Step::Enter(id) = step {
                stack.push(Step::Leave(id));
                stack.extend(self.nodes[id].children.iter().rev().map(|&child| Step::Enter(child)));
            }
            Some(step)
        })
    }

    /// A node and all that is in it, in document order.
    pub(super) fn descendants(&self, from: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.walk(from).filter_map(|step| match step {
            Step::Enter(id) => Some(id),
            Step::Leave(_) => None,
        })
    }

    /// The characters in a node, as they are.
    pub(super) fn text(&self, from: NodeId) -> String {
        self.descendants(from)
            .filter_map(|id| match self.kind(id) {
                Kind::Text(text) => Some(text.as_str()),
                Kind::Group | Kind::Element(_) => None,
            })
            .collect()
    }

    /// Writes the document as HTML.
    pub(super) fn to_html(&self) -> String {
        let mut html = String::new();
        for step in self.walk(ROOT) {
            match step {
                Step::Enter(id) => match self.kind(id) {
                    Kind::Group => {}
                    Kind::Text(text) => escape(text, &mut html),
                    Kind::Element(element) => {
                        html.push('<');
                        html.push_str(&element.name);
                        for (name, value) in &element.attributes {
                            html.push(' ');
                            html.push_str(name);
                            if !(value.is_empty() && is_boolean(name)) {
                                html.push_str("=\"");
                                escape(value, &mut html);
                                html.push('"');
                            }
                        }
                        html.push('>');
                    }
                },
                Step::Leave(id) => {
                    if let Some(element) = self.element(id).filter(|e| !is_void(&e.name)) {
                        html.push_str("</");
                        html.push_str(&element.name);
                        html.push('>');
                    }
                }
            }
        }
        html
    }
}

/// Elements that have no end tag.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area" | "br" | "col" | "embed" | "hr" | "img" | "input" | "source" | "track" | "wbr"
    )
}

/// Attributes that say what they say by being there.
fn is_boolean(name: &str) -> bool {
    matches!(
        name,
        "allowfullscreen"
            | "checked"
            | "controls"
            | "default"
            | "disabled"
            | "loop"
            | "muted"
            | "open"
            | "playsinline"
            | "reversed"
    )
}

/// A text without the characters that neither HTML nor XML, and so no feed, may hold.
fn printable(text: &str) -> String {
    let is_printable = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => !c.is_control(),
    };
    text.chars().filter(|&c| is_printable(c)).collect()
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(c),
        }
    }
}

/// Builds a tree from tokens: the tree, and the elements that are open, the innermost last.
struct Builder(RefCell<(Tree, Vec<NodeId>)>);

impl Builder {
    fn tag(&self, tag: Tag) -> TokenSinkResult<()> {
        let (tree, open) = &mut *self.0.borrow_mut();
        let innermost = *open.last().expect("the root stays open");
        match tag.kind {
            TagKind::StartTag => {
                let attributes = tag
                    .attrs
                    .into_iter()
                    .map(|attribute| (attribute.name.local, attribute.value.to_string()))
                    .collect();
                let element = Element { name: tag.name.clone(), attributes };
                let id = tree.append(innermost, Kind::Element(element));
                if !is_void(&tag.name) {
                    open.push(id);
                }
                if &*tag.name == "iframe" {
                    return TokenSinkResult::RawData(RawKind::Rawtext);
                }
            }
            TagKind::EndTag if open.len() > 1 && tree.name(innermost) == &*tag.name => {
                open.pop();
            }
            TagKind::EndTag => {}
        }
        TokenSinkResult::Continue
    }

    fn characters(&self, characters: &str) {
        let (tree, open) = &mut *self.0.borrow_mut();
        let innermost = *open.last().expect("the root stays open");
        let last = tree.children(innermost).last().copied();
        match last.and_then(|id| tree.text_mut(id)) {
            Some(text) => text.push_str(&printable(characters)),
            None => {
                tree.append(innermost, Kind::Text(printable(characters)));
            }
        }
    }
}

impl TokenSink for Builder {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.tag(tag),
            Token::CharacterTokens(characters) => self.characters(&characters),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_parsed_is_written_again() {
        let html = "<p>a &lt;b&gt; &amp; <em class=\"x\">c</em><br>d</p>\n<ul><li>e</li></ul>";
        assert_eq!(Tree::parse(html).to_html(), html);
    }

    #[test]
    fn a_wrapped_node_keeps_its_place() {
        let mut tree = Tree::parse("<p>a</p><table></table><p>b</p>");
        let table = tree.named("table")[0];
        tree.wrap(table, Element::new("div").with("class", "table"));
        let html = "<p>a</p><div class=\"table\"><table></table></div><p>b</p>";
        assert_eq!(tree.to_html(), html);
    }

    #[test]
    fn characters_that_no_feed_may_hold_go() {
        assert_eq!(Tree::parse("<p>a\u{c}b\u{ffff}c\td</p>").to_html(), "<p>abc\td</p>");
    }

    #[test]
    fn text_without_markup_becomes_paragraphs() {
        let tree = Tree::paragraphs("a <b>\nc\n\n\n\nd\n");
        assert_eq!(tree.to_html(), "<p>a &lt;b&gt;\nc</p><p>d</p>");
    }
}
