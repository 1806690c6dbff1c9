//! Markdown becomes HTML: `CommonMark` with the extensions of GitHub, raw HTML included.
//!
//! Whatever comes out of here has not been sanitised.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, format_html, parse_document};

use super::bounds;

/// Stands in the HTML where the writer put the more-marker; it does not reach the readers.
pub(super) const MORE_CLASS: &str = "masthead-more";

/// The HTML of a text, or `None` where the text is beyond [`bounds`].
pub(super) fn to_html(markdown: &str) -> Option<String> {
    if !bounds::allow_markdown(markdown) {
        return None;
    }
    let options = options();
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    for node in root.descendants() {
        match &mut node.data_mut().value {
            NodeValue::HtmlBlock(block) => block.literal = without_comments(&block.literal),
            NodeValue::HtmlInline(literal) if is_html(literal) => {
                *literal = without_comments(literal);
            }
            value @ NodeValue::HtmlInline(_) => as_text(value),
            _ => {}
        }
    }
    let mut html = String::new();
    format_html(root, &options, &mut html).ok()?;
    bounds::allow_html(&html).then_some(html)
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.cjk_friendly_emphasis = true;
    options.render.tasklist_classes = true;
    options.render.r#unsafe = true;
    options
}

/// Whether raw HTML within a line is meant as such. The brackets of a type, as in `Vec<String>`,
/// look the same, and would vanish from the page.
fn is_html(literal: &str) -> bool {
    let rest = literal.trim_start_matches(['<', '/']);
    let name = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())];
    let is_custom = rest[name.len()..].starts_with(['-', ':', '.']);
    name.is_empty()
        || is_custom
        || ELEMENTS.split(' ').any(|element| element.eq_ignore_ascii_case(name))
}

fn as_text(value: &mut NodeValue) {
    if let NodeValue::HtmlInline(literal) = value {
        *value = NodeValue::Text(std::mem::take(literal).into());
    }
}

/// The elements that HTML has or had, in alphabetical order.
const ELEMENTS: &str = "\
    a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink \
    blockquote body br button canvas caption center cite code col colgroup data datalist dd del \
    details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame \
    frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label \
    legend li link main map mark marquee math menu meta meter nav nobr noembed noframes noscript \
    object ol optgroup option output p param picture plaintext pre progress q rp rt ruby s samp \
    script search section select small source span strike strong style sub summary sup svg table \
    tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp";

/// Takes comments out of raw HTML and puts a mark where one of them is a more-marker
/// (`<!-- more -->`, `<!--more-->`, `<!-- truncate -->`).
fn without_comments(literal: &str) -> String {
    let mut html = String::new();
    let mut rest = literal;
    while let Some((before, comment)) = rest.split_once("<!--") {
        let Some((words, after)) = comment.split_once("-->") else { break };
        html.push_str(before);
        if matches!(words.trim(), "more" | "truncate") {
            html.push_str("<wbr class=\"");
            html.push_str(MORE_CLASS);
            html.push_str("\">");
        }
        rest = after;
    }
    html.push_str(rest);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn github_markdown_is_read() {
        let cases = [
            ("~~a~~", "<p><del>a</del></p>\n"),
            (
                "https://example.com",
                "<p><a href=\"https://example.com\">https://example.com</a></p>\n",
            ),
            ("**日本語。**です", "<p><strong>日本語。</strong>です</p>\n"),
            ("<b>a</b>", "<p><b>a</b></p>\n"),
            ("Vec<String>, <T>", "<p>Vec&lt;String&gt;, &lt;T&gt;</p>\n"),
            ("<my-tag>a</my-tag>", "<p><my-tag>a</my-tag></p>\n"),
            ("a <!-- b --> c", "<p>a  c</p>\n"),
        ];
        for (markdown, html) in cases {
            assert_eq!(to_html(markdown).as_deref(), Some(html));
        }
    }

    #[test]
    fn the_more_marker_leaves_a_mark() {
        for marker in ["<!-- more -->", "<!--more-->", "<!-- truncate -->"] {
            assert_eq!(without_comments(marker), "<wbr class=\"masthead-more\">");
        }
        let code = to_html("`<!-- more -->`").expect("is small");
        assert!(!code.contains(MORE_CLASS));
    }
}
