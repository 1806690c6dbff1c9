//! One block of HTML into one block of Markdown.

use std::fmt::Write as _;
use std::rc::Rc;

use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{BrStyle, BulletListMarker, Options};
use htmd::{Element, HtmlToMarkdown, Node};

use super::raw::{raw_block, render};
use super::tree::{self, Fragment};
use super::{escape, essence};

/// Inline elements that Markdown has no signs for; their tags stay.
const INLINE: [&str; 18] = [
    "abbr", "bdi", "bdo", "cite", "dfn", "ins", "kbd", "mark", "q", "samp", "small", "span", "sub",
    "sup", "time", "u", "var", "wbr",
];

/// Whether emphasis is written with asterisks or with tags.
///
/// Asterisks are no emphasis in some places, such as `**Note:**this`.
#[derive(Clone, Copy, PartialEq)]
enum Emphasis {
    Signs,
    Tags,
}

thread_local! {
    static WITH_SIGNS: HtmlToMarkdown = converter(Emphasis::Signs);
    static WITH_TAGS: HtmlToMarkdown = converter(Emphasis::Tags);
}

/// Converts a block element, or the inline nodes of a paragraph.
///
/// The first attempt that renders as the original says is taken; the last, which is the original
/// itself, always does.
pub(super) fn block(nodes: &[Rc<Node>]) -> String {
    let nodes: Vec<Rc<Node>> = nodes.iter().map(picture_of_card).collect();
    let original = outer_html(&nodes);
    let wanted = essence::of(&nodes);
    for converter in [&WITH_SIGNS, &WITH_TAGS] {
        let Ok(markdown) = converter.with(|c| c.convert(&original)) else { continue };
        let rendered = Fragment::parse(&render(&markdown));
        if rendered.is_some_and(|rendered| essence::of(&rendered.nodes()) == wanted) {
            return markdown;
        }
    }
    raw_block(&original)
}

/// The HTML of a block; a run of inline nodes is a paragraph.
fn outer_html(nodes: &[Rc<Node>]) -> String {
    let html: String = nodes.iter().map(tree::outer_html).collect();
    if nodes.iter().any(super::is_inline) { format!("<p>{}</p>", html.trim_ascii()) } else { html }
}

/// The picture within a `figure` that adds nothing to it, else the node itself.
fn picture_of_card(node: &Rc<Node>) -> Rc<Node> {
    let is_plain_card = tree::name(node) == "figure"
        && tree::attribute(node, "class").is_some_and(|class| class == "kg-card kg-image-card");
    let children = node.children.borrow();
    match children.as_slice() {
        [only] if is_plain_card && tree::name(only) == "img" => Rc::clone(only),
        _ => Rc::clone(node),
    }
}

fn converter(emphasis: Emphasis) -> HtmlToMarkdown {
    let options = Options {
        br_style: BrStyle::Backslash,
        bullet_list_marker: BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    let builder = HtmlToMarkdown::builder()
        .options(options)
        .add_handler(INLINE.to_vec(), |handlers: &dyn Handlers, element: Element| {
            Some(with_tags(handlers, &element))
        })
        .add_handler(vec!["a", "img"], |handlers: &dyn Handlers, element: Element| {
            if has_more_than_signs_hold(&element) {
                Some(with_tags(handlers, &element))
            } else {
                handlers.fallback(element)
            }
        })
        .add_handler(vec!["input"], |_: &dyn Handlers, element: Element| Some(checkbox(&element)))
        .add_handler(vec!["hr"], |_: &dyn Handlers, _: Element| Some("\n\n---\n\n".into()))
        .add_handler(vec!["del", "s", "strike"], |handlers: &dyn Handlers, element: Element| {
            Some(strikethrough(handlers, &element))
        });
    if emphasis == Emphasis::Signs {
        return builder.build();
    }
    builder
        .add_handler(
            vec!["strong", "b", "em", "i", "del", "s", "strike"],
            |handlers: &dyn Handlers, element: Element| Some(with_tags(handlers, &element)),
        )
        .build()
}

fn with_tags(handlers: &dyn Handlers, element: &Element) -> HandlerResult {
    let mut html = format!("<{}", element.tag);
    for attribute in element.attrs {
        let value = attribute.value.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = write!(html, " {}=\"{}\"", &*attribute.name.local, escape(&value));
    }
    html.push('>');
    if !matches!(element.tag, "wbr" | "img") {
        html.push_str(&handlers.walk_children(element.node).content);
        let _ = write!(html, "</{}>", element.tag);
    }
    html.into()
}

/// Whether a link or a picture has attributes that Markdown has no place for.
fn has_more_than_signs_hold(element: &Element) -> bool {
    element.attrs.iter().any(|attribute| {
        let key = &*attribute.name.local;
        !matches!(key, "href" | "src" | "alt" | "title")
            && essence::matters(element.tag, key, &attribute.value)
    })
}

/// The box of a task list.
fn checkbox(element: &Element) -> HandlerResult {
    let has = |key: &str| element.attrs.iter().any(|a| &*a.name.local == key);
    if has("checked") { "[x] ".into() } else { "[ ] ".into() }
}

fn strikethrough(handlers: &dyn Handlers, element: &Element) -> HandlerResult {
    let content = handlers.walk_children(element.node).content;
    let words = content.trim();
    if words.is_empty() {
        return content.into();
    }
    let start = content.len() - content.trim_start().len();
    let (before, after) = (&content[..start], &content[start + words.len()..]);
    format!("{before}~~{words}~~{after}").into()
}
