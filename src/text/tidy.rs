//! Old and broken HTML becomes valid HTML of today, where that is cheap.

use std::fmt::Write;

use super::tree::{Element, NodeId, ROOT, Step, Tree};

/// What an embed may do in its sandbox.
const SANDBOX: &str = "allow-forms allow-popups allow-popups-to-escape-sandbox \
                       allow-presentation allow-same-origin allow-scripts";

/// Rewrites what the standard no longer has, completes what it asks for, and takes away empty
/// paragraphs and headings.
pub(super) fn modernise(tree: &mut Tree) {
    for id in tree.ids() {
        if let Some(element) = tree.element_mut(id) {
            rename(element);
            align(element);
            for attribute in ["width", "height"] {
                pixels(element, attribute);
            }
            for attribute in ["href", "src", "poster", "cite"] {
                if let Some(address) = element.get(attribute) {
                    let address = self::address(address);
                    element.set(attribute, address);
                }
            }
        }
        match tree.name(id) {
            "a" => link(tree, id),
            "img" => image(tree, id),
            "iframe" => embed(tree, id),
            "details" => lead_with_summary(tree, id),
            "audio" | "video" => {
                if let Some(element) = tree.element_mut(id) {
                    element.set("controls", "");
                }
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if is_empty(tree, id) => {
                tree.dissolve(id);
            }
            _ => {}
        }
    }
    keep_blocks_out_of_lines(tree);
}

/// Paragraphs and boxes within a line, such as a `span`, become part of the line.
fn keep_blocks_out_of_lines(tree: &mut Tree) {
    let mut lines = 0_usize;
    let mut misplaced = Vec::new();
    for step in tree.walk(ROOT) {
        match step {
            Step::Enter(id) => match tree.name(id) {
                "div" | "p" if lines > 0 => misplaced.push(id),
                name => lines += usize::from(is_line(name)),
            },
            Step::Leave(id) => lines -= usize::from(is_line(tree.name(id))),
        }
    }
    for id in misplaced {
        if let Some(element) = tree.element_mut(id) {
            element.name = "span".into();
        }
    }
}

/// Whether only what stands in lines may stand in an element.
fn is_line(name: &str) -> bool {
    matches!(
        name,
        "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "data"
            | "dfn"
            | "em"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "i"
            | "kbd"
            | "mark"
            | "pre"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "summary"
            | "sup"
            | "time"
            | "u"
            | "var"
    )
}

/// The summary of details stands first in them.
fn lead_with_summary(tree: &mut Tree, id: NodeId) {
    let mut children = tree.children(id).to_vec();
    if let Some(place) = children.iter().position(|&child| tree.name(child) == "summary") {
        children[..=place].rotate_right(1);
        tree.set_children(id, children);
    }
}

fn rename(element: &mut Element) {
    let name = match &*element.name {
        "acronym" => "abbr",
        "strike" => "s",
        "tt" => "code",
        "center" => {
            element.add_class("align-center");
            "div"
        }
        _ => return,
    };
    element.name = name.into();
}

/// `align` became a matter of style.
fn align(element: &mut Element) {
    let Some(value) = element.take("align") else { return };
    match value.to_ascii_lowercase().as_str() {
        side @ ("left" | "right" | "center" | "justify") => {
            element.add_class(&format!("align-{side}"));
        }
        "middle" => element.add_class("align-center"),
        _ => {}
    }
}

/// Sizes are whole pixels; percentages are a matter of style.
fn pixels(element: &mut Element, attribute: &str) {
    let Some(value) = element.get(attribute) else { return };
    match value.trim().trim_end_matches("px").parse::<u32>() {
        Ok(pixels) if pixels > 0 => element.set(attribute, pixels.to_string()),
        _ => {
            element.take(attribute);
        }
    }
}

/// An address with the characters escaped that may not stand in one (RFC 3986; browsers take them
/// all the same, so old HTML is full of them).
pub(super) fn address(address: &str) -> String {
    let address = address.trim();
    let bytes = address.as_bytes();
    let has_host_of_numbers = address.contains("//[");
    let fragment = address.find('#').unwrap_or(address.len());
    let mut escaped = String::with_capacity(address.len());
    for (index, c) in address.char_indices() {
        let is_escape = bytes
            .get(index + 1..index + 3)
            .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        match c {
            '\t' | '\n' | '\r' => {}
            '%' if is_escape => escaped.push(c),
            '[' | ']' if has_host_of_numbers => escaped.push(c),
            '#' if index == fragment => escaped.push(c),
            ' ' | '"' | '#' | '%' | '<' | '>' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "%{:02X}", u32::from(c));
            }
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn link(tree: &mut Tree, id: NodeId) {
    let Some(element) = tree.element_mut(id) else { return };
    if let Some(name) = element.take("name")
        && element.get("id").is_none()
    {
        element.set("id", name);
    }
    // Another window is told nothing of the one it was opened from.
    if element.take("target").is_some_and(|target| target.eq_ignore_ascii_case("_blank")) {
        element.set("target", "_blank");
        let rel = element.get("rel").unwrap_or_default();
        if !rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("noopener")) {
            let rel = format!("{rel} noopener").trim().to_owned();
            element.set("rel", rel);
        }
    }
}

/// A picture without an address is its description; one without a description is decoration.
fn image(tree: &mut Tree, id: NodeId) {
    let Some(element) = tree.element_mut(id) else { return };
    let alt = element.get("alt").unwrap_or_default().to_owned();
    if element.get("src").is_none_or(str::is_empty) {
        tree.replace_with_text(id, alt);
    } else {
        element.set("alt", alt);
    }
}

/// An embed comes from elsewhere, loads when it is near, has a name and plays in a sandbox.
fn embed(tree: &mut Tree, id: NodeId) {
    tree.set_children(id, Vec::new());
    let Some(element) = tree.element_mut(id) else { return };
    let src = element.get("src").unwrap_or_default();
    let host = ["https://", "http://", "//"]
        .iter()
        .find_map(|scheme| src.strip_prefix(scheme))
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .filter(|host| !host.is_empty());
    let Some(host) = host.map(|host| host.trim_start_matches("www.").to_owned()) else {
        tree.remove(id);
        return;
    };
    if element.get("title").is_none_or(|title| title.trim().is_empty()) {
        element.set("title", host);
    }
    element.add_class("embed");
    element.set("sandbox", SANDBOX);
    element.set("loading", "lazy");
    element.set("referrerpolicy", "strict-origin-when-cross-origin");
}

/// Whether there is nothing to see in a node.
fn is_empty(tree: &Tree, id: NodeId) -> bool {
    let is_seen =
        |name: &str| matches!(name, "img" | "iframe" | "video" | "audio" | "input" | "hr");
    let has_id = tree.element(id).is_some_and(|element| element.get("id").is_some());
    !has_id
        && !tree.descendants(id).any(|node| is_seen(tree.name(node)))
        && tree.text(id).trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(html: &str) -> String {
        let mut tree = Tree::parse(html);
        modernise(&mut tree);
        tree.to_html()
    }

    #[test]
    fn old_html_becomes_new() {
        let cases = [
            ("<center>a</center>", "<div class=\"align-center\">a</div>"),
            ("<tt>a</tt><strike>b</strike>", "<code>a</code><s>b</s>"),
            ("<p align=\"RIGHT\">a</p>", "<p class=\"align-right\">a</p>"),
            ("<a name=\"b\">a</a>", "<a id=\"b\">a</a>"),
            (
                "<img src=\"a\" width=\"80%\" height=\"20px\">",
                "<img src=\"a\" height=\"20\" alt=\"\">",
            ),
            ("<img alt=\"a\">", "a"),
            ("<p> </p><h2></h2><p>a</p>", " <p>a</p>"),
            ("<a href=\" a b|c \">a</a>", "<a href=\"a%20b%7Cc\">a</a>"),
            ("<a href=\"#a#b\">a</a>", "<a href=\"#a%23b\">a</a>"),
            ("<span><p>a</p></span>", "<span><span>a</span></span>"),
            (
                "<details>a<summary>b</summary></details>",
                "<details><summary>b</summary>a</details>",
            ),
            ("<video src=\"a\"></video>", "<video src=\"a\" controls></video>"),
        ];
        for (old, new) in cases {
            assert_eq!(tidied(old), new);
        }
    }

    #[test]
    fn other_windows_know_nothing_of_this_one() {
        let cases = [
            (
                "<a href=\"/\" target=\"_blank\">a</a>",
                "<a href=\"/\" target=\"_blank\" rel=\"noopener\">a</a>",
            ),
            ("<a href=\"/\" target=\"top\">a</a>", "<a href=\"/\">a</a>"),
            (
                "<a href=\"/\" rel=\"me\" target=\"_blank\">a</a>",
                "<a href=\"/\" rel=\"me noopener\" target=\"_blank\">a</a>",
            ),
        ];
        for (old, new) in cases {
            assert_eq!(tidied(old), new);
        }
    }

    #[test]
    fn embeds_play_in_a_sandbox() {
        let html = tidied("<iframe src=\"https://www.example.com/a\">b</iframe>");
        assert!(
            html.starts_with("<iframe src=\"https://www.example.com/a\" title=\"example.com\"")
        );
        assert!(html.contains(" sandbox=\"") && html.ends_with("></iframe>"));
        assert_eq!(tidied("<iframe src=\"/a\"></iframe><iframe></iframe>"), "");
    }
}
