//! HTML into Markdown, without loss.
//!
//! Every block is converted, rendered again and compared with what it came from
//! ([`essence`]). A block that Markdown cannot hold, or that the converter got wrong, stays HTML,
//! which Markdown allows. So nothing depends on the converter being right about every corner of
//! Markdown.

mod bounded;
mod convert;
mod escape;
mod essence;
mod raw;
mod tree;

use std::rc::Rc;

use markup5ever_rcdom::{Node, NodeData};

pub(crate) use escape::escape;
pub(crate) use raw::raw_block;
use tree::Fragment;

/// Deeper trees are kept as they are: the converter is recursive.
const MAX_DEPTH: usize = 100;

/// Around a card of raw HTML, which is to stay as it is.
const RAW_CARD: (&str, &str) = ("<!--kg-card-begin: html-->", "<!--kg-card-end: html-->");

/// Around a card that was written in Markdown; only the comments go.
const MARKDOWN_CARD: [&str; 2] = ["<!--kg-card-begin: markdown-->", "<!--kg-card-end: markdown-->"];

/// Converts HTML to Markdown whose rendering says the same.
///
/// What stands between the comments of an HTML card of Ghost stays HTML, letter by letter but for
/// blank lines, which would end it.
#[must_use]
pub fn to_markdown(html: &str) -> String {
    let mut blocks = Vec::new();
    let mut rest = html;
    while let Some((before, from_card)) = rest.split_once(RAW_CARD.0) {
        push_converted(before, &mut blocks);
        let (card, after) = from_card.split_once(RAW_CARD.1).unwrap_or((from_card, ""));
        blocks.push(raw_block(card));
        rest = after;
    }
    push_converted(rest, &mut blocks);
    join(blocks)
}

/// Puts blocks of Markdown below each other so that none changes its neighbour.
pub(crate) fn join(blocks: impl IntoIterator<Item = String>) -> String {
    let mut text = String::new();
    let mut list_before = None;
    for block in blocks {
        let block = block.trim_ascii_end().trim_start_matches(['\n', '\r']);
        if block.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        let list = ListMarker::of(block);
        if list.is_some() && list == list_before {
            // Without it, two lists would be one.
            text.push_str("<!-- -->\n\n");
        }
        text.push_str(block);
        list_before = list;
    }
    text
}

/// What a list starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListMarker {
    Bullet,
    Number,
}

impl ListMarker {
    fn of(block: &str) -> Option<Self> {
        if block.starts_with("- ") {
            return Some(Self::Bullet);
        }
        let digits = block.bytes().take_while(u8::is_ascii_digit).count();
        (digits > 0 && block[digits..].starts_with(". ")).then_some(Self::Number)
    }
}

fn push_converted(html: &str, blocks: &mut Vec<String>) {
    if html.trim_ascii().is_empty() {
        return;
    }
    let html = MARKDOWN_CARD.iter().fold(html.to_owned(), |html, mark| html.replace(mark, ""));
    let fragment = Fragment::parse(&html).filter(|f| !tree::is_deeper_than(&f.body, MAX_DEPTH));
    let Some(fragment) = fragment else {
        blocks.push(raw_block(&html));
        return;
    };
    let mut line: Vec<Rc<Node>> = Vec::new();
    for node in fragment.nodes() {
        if is_inline(&node) {
            line.push(node);
        } else {
            push_line(&mut line, blocks);
            blocks.push(convert::block(std::slice::from_ref(&node)));
        }
    }
    push_line(&mut line, blocks);
}

/// Ends a run of inline nodes that stand in no paragraph.
fn push_line(line: &mut Vec<Rc<Node>>, blocks: &mut Vec<String>) {
    let is_blank = |node: &Rc<Node>| match &node.data {
        NodeData::Text { contents } => contents.borrow().trim_ascii().is_empty(),
        _ => false,
    };
    if !line.iter().all(is_blank) {
        blocks.push(convert::block(line));
    }
    line.clear();
}

fn is_inline(node: &Rc<Node>) -> bool {
    match &node.data {
        NodeData::Text { .. } => true,
        NodeData::Element { .. } => matches!(
            tree::name(node),
            "a" | "abbr"
                | "b"
                | "bdi"
                | "bdo"
                | "br"
                | "cite"
                | "code"
                | "del"
                | "dfn"
                | "em"
                | "i"
                | "img"
                | "ins"
                | "kbd"
                | "mark"
                | "q"
                | "s"
                | "samp"
                | "small"
                | "span"
                | "strike"
                | "strong"
                | "sub"
                | "sup"
                | "time"
                | "u"
                | "var"
                | "wbr"
        ),
        _ => false,
    }
}

#[cfg(test)]
pub(crate) mod tests;
