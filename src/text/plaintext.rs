//! The words of a document without its markup.

use super::tree::{Kind, NodeId, ROOT, Step, Tree};

/// The words of a whole document: blocks separated by blank lines, list items and table rows by
/// line ends; code as it stands.
pub(super) fn of(tree: &Tree) -> String {
    collect(tree, ROOT, None)
}

/// The words of a document up to a node.
pub(super) fn until(tree: &Tree, end: NodeId) -> String {
    collect(tree, ROOT, Some(end))
}

/// The words in a node, in one line.
pub(super) fn line(tree: &Tree, from: NodeId) -> String {
    one_line(&collect(tree, from, None))
}

/// A text with every run of blanks and line ends as one blank.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn collect(tree: &Tree, from: NodeId, end: Option<NodeId>) -> String {
    let mut words = Words::default();
    let mut unread = 0_usize;
    for step in tree.walk(from) {
        match step {
            Step::Enter(id) if Some(id) == end => break,
            Step::Enter(id) if is_unread(tree, id) => unread += 1,
            Step::Leave(id) if is_unread(tree, id) => unread -= 1,
            _ if unread > 0 => {}
            Step::Enter(id) => {
                words.space(gap(tree.name(id)));
                match tree.kind(id) {
                    Kind::Text(text) => words.write(text),
                    Kind::Element(element) if &*element.name == "pre" => words.verbatim += 1,
                    Kind::Element(_) | Kind::Group => {}
                }
            }
            Step::Leave(id) => {
                words.space(gap(tree.name(id)));
                if tree.name(id) == "pre" {
                    words.verbatim -= 1;
                }
            }
        }
    }
    words.text
}

/// Whether a node is for the eye or the pointer only.
fn is_unread(tree: &Tree, id: NodeId) -> bool {
    let Some(element) = tree.element(id) else { return false };
    match &*element.name {
        "audio" | "iframe" | "picture" | "rp" | "rt" | "video" => true,
        "a" => element.has_class("anchor") || element.has_class("footnote-backref"),
        "sup" => element.has_class("footnote-ref"),
        _ => false,
    }
}

/// Whether an element stands on lines of its own.
pub(super) fn is_block(name: &str) -> bool {
    gap(name) > Gap::Blank && name != "br"
}

/// What separates words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Gap {
    #[default]
    None,
    Blank,
    LineEnd,
    BlankLine,
}

fn gap(name: &str) -> Gap {
    match name {
        "td" | "th" => Gap::Blank,
        "br" | "dd" | "dt" | "li" | "summary" | "tr" => Gap::LineEnd,
        "article" | "aside" | "blockquote" | "caption" | "details" | "div" | "dl"
        | "figcaption" | "figure" | "footer" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "header" | "hr" | "ol" | "p" | "pre" | "section" | "table" | "tbody" | "tfoot"
        | "thead" | "ul" => Gap::BlankLine,
        _ => Gap::None,
    }
}

#[derive(Default)]
struct Words {
    text: String,
    gap: Gap,
    verbatim: usize,
}

impl Words {
    fn space(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn write(&mut self, text: &str) {
        if self.verbatim > 0 {
            self.fill_gap();
            self.text.push_str(text.trim_end_matches('\n'));
            if text.ends_with('\n') {
                self.space(Gap::LineEnd);
            }
            return;
        }
        if text.starts_with(char::is_whitespace) {
            self.space(Gap::Blank);
        }
        for word in text.split_whitespace() {
            self.fill_gap();
            self.text.push_str(word);
            self.gap = Gap::Blank;
        }
        let ends_within_a_word = !text.is_empty() && !text.ends_with(char::is_whitespace);
        if ends_within_a_word {
            self.gap = Gap::None;
        }
    }

    fn fill_gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push_str(match self.gap {
                Gap::None => "",
                Gap::Blank => " ",
                Gap::LineEnd => "\n",
                Gap::BlankLine => "\n\n",
            });
        }
        self.gap = Gap::None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_separated() {
        let cases = [
            ("<h2>A</h2>\n<p>b <em>c</em>d\ne</p>", "A\n\nb cd e"),
            ("<ul>\n<li>a</li>\n<li>b<ul><li>c</li></ul></li>\n</ul>\n<p>d</p>", "a\nb\n\nc\n\nd"),
            ("<pre><code>a\n  b\n\nc\n</code></pre><p>d</p>", "a\n  b\n\nc\n\nd"),
            (
                "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>",
                "a b\nc d",
            ),
            ("<p>a<br>b<sup class=\"footnote-ref\"><a href=\"#\">1</a></sup>.</p>", "a\nb."),
            ("<p>a<img src=\"b\" alt=\"c\"> &lt;</p>", "a <"),
        ];
        for (html, text) in cases {
            assert_eq!(of(&Tree::parse(html)), text, "{html}");
        }
    }
}
