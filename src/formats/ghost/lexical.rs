//! Lexical: the documents of Ghost's editor since version 5.
//!
//! A document is a tree of JSON nodes. Text blocks are written as HTML, which needs no more than
//! escaping, and become Markdown by [`super::html`]; cards go through [`super::cards`].

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::body::Body;
use super::cards;
use super::html::escape;

/// The bits of a text node's `format` and their elements, from the outside in.
const FORMATS: [(u64, &str); 8] = [
    (1, "strong"),
    (2, "em"),
    (4, "del"),
    (8, "u"),
    (32, "sub"),
    (64, "sup"),
    (128, "mark"),
    (16, "code"),
];

/// A document that holds a text in Markdown, as Ghost itself stores one.
#[must_use]
pub fn of_markdown(markdown: &str) -> String {
    json!({
        "root": {
            "children": [{"type": "markdown", "version": 1, "markdown": markdown}],
            "direction": null,
            "format": "",
            "indent": 0,
            "type": "root",
            "version": 1
        }
    })
    .to_string()
}

/// The Markdown of a document, and what could not be kept of it.
///
/// What [`of_markdown`] made comes back letter by letter. Fails where the text is no document;
/// JSON deeper than 128 levels is none.
pub fn to_markdown(lexical: &str, trusted: bool) -> Result<(String, Vec<String>), InvalidLexical> {
    Ok(to_body(lexical, trusted)?.into_markdown())
}

/// Why a text is no Lexical document.
#[derive(Debug, thiserror::Error)]
pub enum InvalidLexical {
    /// It is no JSON, or too deep.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// There is no list of children at its root.
    #[error("it has no root")]
    Root,
}

pub(super) fn to_body(lexical: &str, trusted: bool) -> Result<Body, InvalidLexical> {
    let document: Value = serde_json::from_str(lexical)?;
    let blocks =
        document.pointer("/root/children").and_then(Value::as_array).ok_or(InvalidLexical::Root)?;
    let mut body = Body::default();
    for block in blocks {
        push_block(&mut body, block, trusted);
    }
    Ok(body)
}

fn push_block(body: &mut Body, node: &Value, trusted: bool) {
    match kind(node) {
        "paragraph" => push_words(body, "<p>", node, "</p>"),
        "heading" | "extended-heading" => {
            let tag = match text(node, "tag") {
                tag @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => tag,
                _ => "h2",
            };
            push_words(body, &format!("<{tag}>"), node, &format!("</{tag}>"));
        }
        "quote" | "extended-quote" => {
            push_words(body, "<blockquote><p>", node, "</p></blockquote>");
        }
        "aside" => {
            push_words(body, "<blockquote class=\"kg-blockquote-alt\">", node, "</blockquote>");
        }
        "list" => {
            let html = list(body, node);
            body.push_html(&html);
        }
        // The code of Lexical itself, which Ghost's editor replaces by its card.
        "code" => {
            let mut words = String::new();
            collect_text(node, &mut words);
            body.push_code(&words, text(node, "language"));
        }
        name if cards::push(body, name, node, trusted) => {}
        name => push_unknown(body, name, node, trusted),
    }
}

/// Adds a block of inline nodes, unless nothing is in it.
fn push_words(body: &mut Body, open: &str, node: &Value, close: &str) {
    let words = inline(body, node);
    if !words.is_empty() {
        body.push_html(&format!("{open}{words}{close}"));
    }
}

fn push_unknown(body: &mut Body, name: &str, node: &Value, trusted: bool) {
    let name = if name.is_empty() { "?" } else { name };
    let html = text(node, "html");
    if !html.is_empty() {
        body.warn(format!("a block of the unknown type “{name}” was kept as HTML"));
        body.push_raw(html);
        return;
    }
    body.warn(format!("only the text was kept of a block of the unknown type “{name}”"));
    let blocks: Vec<&Value> = children(node).collect();
    if blocks.iter().any(|child| children(child).next().is_some()) {
        for block in blocks {
            push_block(body, block, trusted);
        }
    } else if blocks.is_empty() && !text(node, "text").is_empty() {
        body.push_html(&format!("<p>{}</p>", escape(text(node, "text"))));
    } else {
        push_words(body, "<p>", node, "</p>");
    }
}

/// A list and the lists within it.
///
/// The editor nests a list by an item that holds nothing else; readers see it as a part of the
/// item before.
fn list(body: &mut Body, node: &Value) -> String {
    let tag =
        if text(node, "listType") == "number" || text(node, "tag") == "ol" { "ol" } else { "ul" };
    let mut html = format!("<{tag}");
    if let Some(start) =
        node.get("start").and_then(Value::as_i64).filter(|&n| tag == "ol" && n != 1)
    {
        let _ = write!(html, " start=\"{start}\"");
    }
    html.push('>');
    let mut open = false;
    for item in children(node) {
        let only_lists =
            children(item).next().is_some() && children(item).all(|child| kind(child) == "list");
        if !only_lists || !open {
            html.push_str(if open { "</li><li>" } else { "<li>" });
            open = true;
            if text(node, "listType") == "check" {
                let checked = item.get("checked").and_then(Value::as_bool).unwrap_or(false);
                let checked = if checked { " checked" } else { "" };
                let _ = write!(html, "<input type=\"checkbox\" disabled{checked}> ");
            }
        }
        html.push_str(&inline(body, item));
    }
    html.push_str(if open { "</li>" } else { "" });
    let _ = write!(html, "</{tag}>");
    html
}

/// The HTML of inline nodes; lists among them, as list items have them, are lists.
fn inline(body: &mut Body, parent: &Value) -> String {
    let mut html = String::new();
    let mut open: Vec<&str> = Vec::new();
    for node in children(parent) {
        match kind(node) {
            "text" | "extended-text" | "code-highlight" | "tk" => {
                let bits = node.get("format").and_then(Value::as_u64).unwrap_or(0);
                switch(&mut html, &mut open, bits);
                html.push_str(&escape(text(node, "text")));
            }
            "linebreak" => html.push_str("<br>"),
            "tab" => html.push('\t'),
            "zwnj" => {}
            name => {
                switch(&mut html, &mut open, 0);
                match name {
                    "link" | "autolink" | "at-link" => {
                        let words = inline(body, node);
                        html.push_str(&link(node, &words));
                    }
                    "list" => html.push_str(&list(body, node)),
                    "paragraph" | "listitem" => html.push_str(&inline(body, node)),
                    _ => {
                        body.warn(format!("only the text was kept of “{name}” within a line"));
                        let mut words = String::new();
                        collect_text(node, &mut words);
                        html.push_str(&escape(&words));
                    }
                }
            }
        }
    }
    switch(&mut html, &mut open, 0);
    html
}

/// Closes the elements that the next text is not in and opens those that it is in.
fn switch(html: &mut String, open: &mut Vec<&str>, bits: u64) {
    let wanted: Vec<&str> =
        FORMATS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, tag)| *tag).collect();
    let common = open.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    for tag in open.drain(common..).rev() {
        let _ = write!(html, "</{tag}>");
    }
    for tag in &wanted[common..] {
        let _ = write!(html, "<{tag}>");
        open.push(tag);
    }
}

fn link(node: &Value, words: &str) -> String {
    let url = match text(node, "url") {
        "" => return words.to_owned(),
        url => escape(url),
    };
    match text(node, "title") {
        "" => format!("<a href=\"{url}\">{words}</a>"),
        title => format!("<a href=\"{url}\" title=\"{}\">{words}</a>", escape(title)),
    }
}

/// All words below a node. The JSON parser bounds how deep that is.
fn collect_text(node: &Value, words: &mut String) {
    words.push_str(if kind(node) == "linebreak" { "\n" } else { text(node, "text") });
    for child in children(node) {
        collect_text(child, words);
    }
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    node.get("children").and_then(Value::as_array).into_iter().flatten()
}

fn kind(node: &Value) -> &str {
    text(node, "type")
}

fn text<'a>(node: &'a Value, key: &str) -> &'a str {
    node.get(key).and_then(Value::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests;
