//! Mobiledoc 0.3: the documents of Ghost's editors from version 1 to 5.
//!
//! A document is a list of sections, which name their text by arrays of numbers: markers open
//! markups (elements with attributes) and close so many of them. Sections are written as HTML and
//! become Markdown by [`super::html`]; cards go through [`super::cards`].

use std::fmt::Write as _;

use serde_json::Value;

use super::body::Body;
use super::cards;
use super::html::escape;

/// The elements that a markup may be.
const MARKUPS: [&str; 13] =
    ["a", "b", "code", "del", "em", "i", "mark", "s", "strike", "strong", "sub", "sup", "u"];

/// Why a text is no Mobiledoc document.
#[derive(Debug, thiserror::Error)]
pub enum InvalidMobiledoc {
    /// It is no JSON, or too deep.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// Its version is not known.
    #[error("version “{0}” is not known")]
    Version(String),
    /// It has no list of sections.
    #[error("it has no sections")]
    Sections,
}

/// The Markdown of a document, and what could not be kept of it.
///
/// A lone card of Markdown comes back letter by letter. Fails where the text is no document.
pub fn to_markdown(
    mobiledoc: &str,
    trusted: bool,
) -> Result<(String, Vec<String>), InvalidMobiledoc> {
    Ok(to_body(mobiledoc, trusted)?.into_markdown())
}

pub(super) fn to_body(mobiledoc: &str, trusted: bool) -> Result<Body, InvalidMobiledoc> {
    let document: Value = serde_json::from_str(mobiledoc)?;
    let version = document.get("version").and_then(Value::as_str).unwrap_or("");
    if !version.starts_with("0.3.") {
        return Err(InvalidMobiledoc::Version(version.to_owned()));
    }
    let sections =
        document.get("sections").and_then(Value::as_array).ok_or(InvalidMobiledoc::Sections)?;
    let document = Document {
        markups: list(document.get("markups")),
        atoms: list(document.get("atoms")),
        cards: list(document.get("cards")),
        trusted,
    };
    let mut body = Body::default();
    for section in sections {
        document.push_section(&mut body, list(Some(section)));
    }
    Ok(body)
}

/// What sections refer to by number.
struct Document<'a> {
    markups: &'a [Value],
    atoms: &'a [Value],
    cards: &'a [Value],
    trusted: bool,
}

impl Document<'_> {
    fn push_section(&self, body: &mut Body, section: &[Value]) {
        match (number(section.first()), section) {
            (Some(1), [_, tag, markers, ..]) => {
                let words = self.words(body, list(Some(markers)));
                if !words.is_empty() {
                    body.push_html(&block(tag.as_str().unwrap_or("p"), &words));
                }
            }
            (Some(2), [_, src, ..]) => {
                let src = escape(src.as_str().unwrap_or(""));
                body.push_html(&format!("<p><img src=\"{src}\" alt=\"\"></p>"));
            }
            (Some(3), [_, tag, items, ..]) => {
                let tag = if tag.as_str() == Some("ol") { "ol" } else { "ul" };
                let mut html = format!("<{tag}>");
                for item in list(Some(items)) {
                    let words = self.words(body, list(Some(item)));
                    let _ = write!(html, "<li>{words}</li>");
                }
                let _ = write!(html, "</{tag}>");
                body.push_html(&html);
            }
            (Some(10), [_, index, ..]) => self.push_card(body, number(Some(index))),
            _ => body.warn("a section of an unknown kind was left out"),
        }
    }

    fn push_card(&self, body: &mut Body, index: Option<usize>) {
        let Some(card) = index.and_then(|index| self.cards.get(index)) else {
            body.warn("a card that the document does not have was left out");
            return;
        };
        let name = card.get(0).and_then(Value::as_str).unwrap_or("?");
        let fields = card.get(1).unwrap_or(&Value::Null);
        if cards::push(body, name, fields, self.trusted) {
            return;
        }
        let html = fields.get("html").and_then(Value::as_str).unwrap_or("");
        body.push_raw(html);
        let what = if html.is_empty() { "left out" } else { "kept as HTML" };
        body.warn(format!("a card of the unknown type “{name}” was {what}"));
    }

    /// The HTML of markers.
    fn words(&self, body: &mut Body, markers: &[Value]) -> String {
        let mut html = String::new();
        let mut open: Vec<&str> = Vec::new();
        for marker in markers {
            for index in list(marker.get(1)) {
                let markup = number(Some(index)).and_then(|index| self.markups.get(index));
                let (tag, attributes) = markup.map_or(("", String::new()), open_tag);
                html.push_str(&attributes);
                open.push(tag);
            }
            match (number(marker.get(0)), marker.get(3)) {
                (Some(1), Some(index)) => html.push_str(&self.atom(body, number(Some(index)))),
                (_, Some(words)) => html.push_str(&escape(words.as_str().unwrap_or(""))),
                _ => {}
            }
            for _ in 0..number(marker.get(2)).unwrap_or(0).min(open.len()) {
                close(&mut html, open.pop());
            }
        }
        while let Some(tag) = open.pop() {
            close(&mut html, Some(tag));
        }
        html
    }

    fn atom(&self, body: &mut Body, index: Option<usize>) -> String {
        let Some(atom) = index.and_then(|index| self.atoms.get(index)) else {
            return String::new();
        };
        match atom.get(0).and_then(Value::as_str) {
            Some("soft-return") => "<br>".to_owned(),
            name => {
                body.warn(format!("only the text was kept of “{}”", name.unwrap_or("?")));
                escape(atom.get(1).and_then(Value::as_str).unwrap_or(""))
            }
        }
    }
}

fn block(tag: &str, words: &str) -> String {
    match tag {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => format!("<{tag}>{words}</{tag}>"),
        "blockquote" | "pull-quote" => format!("<blockquote><p>{words}</p></blockquote>"),
        "aside" => format!("<blockquote class=\"kg-blockquote-alt\">{words}</blockquote>"),
        _ => format!("<p>{words}</p>"),
    }
}

/// The name and the opening tag of a markup; both empty where its element is not allowed.
fn open_tag(markup: &Value) -> (&str, String) {
    let tag = markup.get(0).and_then(Value::as_str).unwrap_or("");
    if !MARKUPS.contains(&tag) {
        return ("", String::new());
    }
    let mut html = format!("<{tag}");
    for pair in list(markup.get(1)).chunks_exact(2) {
        if let (Some(key @ ("href" | "title")), Some(value)) = (pair[0].as_str(), pair[1].as_str())
        {
            let _ = write!(html, " {key}=\"{}\"", escape(value));
        }
    }
    html.push('>');
    (tag, html)
}

fn close(html: &mut String, tag: Option<&str>) {
    if let Some(tag) = tag.filter(|tag| !tag.is_empty()) {
        let _ = write!(html, "</{tag}>");
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn number(value: Option<&Value>) -> Option<usize> {
    value.and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn markdown(document: &Value) -> (String, Vec<String>) {
        to_markdown(&document.to_string(), false).unwrap()
    }

    #[test]
    fn sections_markups_atoms_and_cards_become_markdown() {
        let document = json!({
            "version": "0.3.1",
            "markups": [["strong"], ["em"], ["a", ["href", "https://a.example/?x=1&y=2", "rel", "noopener"]], ["u"], ["script"]],
            "atoms": [["soft-return", "", {}], ["mention", "@bob", {}]],
            "cards": [["card-markdown", {"markdown": "- *md*\n"}], ["hr", {}], ["image", {"src": "/a.png", "alt": "al"}],
                      ["code", {"code": "let a;", "language": "rust"}], ["poll", {"html": "<i>p</i>"}], ["email", {"html": "x"}]],
            "sections": [
                [1, "h2", [[0, [], 0, "Head"]]],
                [1, "p", [[0, [], 0, "a "], [0, [0], 0, "b "], [0, [1], 2, "c"], [1, [], 0, 0], [0, [2], 1, "link"], [0, [], 0, " *star*"]]],
                [1, "p", [[0, [3], 1, "under"], [0, [4], 1, "<none>"], [1, [], 0, 1]]],
                [1, "p", []],
                [3, "ol", [[[0, [], 0, "one"]], [[0, [], 0, "two"]]]],
                [1, "blockquote", [[0, [], 0, "said"]]],
                [10, 0], [10, 1], [10, 2], [10, 3], [10, 4], [10, 5], [10, 99], [7], 5
            ]
        });
        let (text, warnings) = markdown(&document);
        assert_eq!(
            text,
            "## Head\n\na **b *c***\\\n[link](https://a.example/?x=1&y=2) \\*star\\*\n\n\
             <u>under</u>\\<none>@bob\n\n1. one\n2. two\n\n> said\n\n- *md*\n\n---\n\n![al](/a.png)\n\n\
             ```rust\nlet a;\n```\n\n<div>\n<i>p</i>\n</div>"
        );
        assert_eq!(warnings.len(), 5, "{warnings:?}");
    }

    #[test]
    fn a_lone_card_of_markdown_is_verbatim() {
        let document = json!({"version": "0.3.1", "markups": [], "atoms": [],
            "cards": [["markdown", {"cardName": "card-markdown", "markdown": " # A \n\n\n* b\n"}]],
            "sections": [[10, 0], [1, "p", []]]});
        assert_eq!(markdown(&document).0, " # A \n\n\n* b\n");
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["", "{}", "[]", "{\"version\":\"0.1\"}", "{\"version\":\"0.3.1\"}"] {
            assert!(to_markdown(text, false).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_document_panics(sections in "[0-9\\[\\]\",a-z]{0,60}", close in 0_u64..u64::MAX) {
            let _ = to_markdown(&format!("{{\"version\":\"0.3.1\",\"sections\":[{sections}]}}"), false);
            let document = json!({"version": "0.3.1", "markups": [["b"]],
                "sections": [[1, "p", [[0, [0, close], close, "x"], [1, [0], 0, close]]], [10, close]]});
            let _ = markdown(&document);
        }
    }
}
