//! Takes out of HTML all that could run, or that belongs to the page around.
//!
//! What stays is a generous list; what is not on it goes: scripts, styles, event handlers,
//! `javascript:` addresses, forms. An `iframe` stays in texts that are trusted, and the tidying
//! that follows puts it into a sandbox.

use std::sync::LazyLock;

use ammonia::Builder;

use super::tree::Tree;
use super::{bounds, plaintext, tidy};

/// The longest caption, in bytes, of which the markup is kept.
const MAX_CAPTION: usize = 10_000;

/// Addresses may begin with these; relative ones are fine too.
const URL_SCHEMES: &[&str] = &[
    "ftp", "ftps", "geo", "http", "https", "irc", "ircs", "mailto", "matrix", "sms", "tel", "xmpp",
];

/// Blocks, and what stands in them.
const BLOCKS: &[&str] = &[
    "article",
    "aside",
    "audio",
    "blockquote",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "picture",
    "pre",
    "section",
    "source",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "track",
    "ul",
    "video",
    "wbr",
    "br",
];

/// What stands within a line.
const INLINES: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "br", "cite", "code", "data", "del", "dfn", "em",
    "i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// What goes with all that is in it: none of it is meant to be read.
const REMOVED: &[&str] = &[
    "button", "math", "noembed", "noframes", "noscript", "script", "select", "style", "svg",
    "template", "textarea", "title", "xmp",
];

/// Attributes that some elements have beside `class`, `dir`, `id`, `lang` and `title`.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang", "target", "rel", "name", "download"]),
    ("audio", &["src", "controls", "loop", "muted", "preload"]),
    ("blockquote", &["cite"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("data", &["value"]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("div", &["align"]),
    ("h1", &["align"]),
    ("h2", &["align"]),
    ("h3", &["align"]),
    ("h4", &["align"]),
    ("h5", &["align"]),
    ("h6", &["align"]),
    ("img", &["src", "srcset", "sizes", "alt", "width", "height", "align"]),
    ("input", &["checked", "disabled"]),
    ("ins", &["cite", "datetime"]),
    ("li", &["value"]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &["align"]),
    ("q", &["cite"]),
    ("source", &["src", "srcset", "sizes", "media", "type", "width", "height"]),
    ("table", &["align"]),
    ("tbody", &["align"]),
    ("td", &["align", "colspan", "rowspan", "headers"]),
    ("tfoot", &["align"]),
    ("th", &["align", "colspan", "rowspan", "headers", "scope", "abbr"]),
    ("thead", &["align"]),
    ("time", &["datetime"]),
    ("tr", &["align"]),
    ("track", &["src", "kind", "label", "srclang", "default"]),
    (
        "video",
        &[
            "src",
            "controls",
            "loop",
            "muted",
            "preload",
            "playsinline",
            "poster",
            "width",
            "height",
        ],
    ),
];

static DOCUMENT: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = blocks();
    builder.add_clean_content_tags(["iframe"]);
    builder
});

static TRUSTED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = blocks();
    builder.add_tags(["iframe"]);
    builder.add_tag_attributes("iframe", ["src", "width", "height", "allowfullscreen"]);
    builder
});

static CAPTION: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = basis(INLINES.iter().copied());
    builder.add_generic_attributes(["dir", "lang", "title"]);
    builder.add_tag_attributes("a", ["href", "hreflang", "target", "rel"]);
    builder.add_tag_attributes("time", ["datetime"]);
    builder.add_clean_content_tags(["iframe"]);
    builder
});

/// Allows all that a text may have, whoever wrote it.
fn blocks() -> Builder<'static> {
    let mut builder = basis(BLOCKS.iter().chain(INLINES).copied());
    builder.add_generic_attributes(["class", "dir", "id", "lang", "title"]);
    for (element, attributes) in ATTRIBUTES {
        builder.add_tag_attributes(*element, attributes.iter().copied());
    }
    builder.add_tag_attribute_values("input", "type", ["checkbox"]);
    builder
}

/// Allows elements, and none of their attributes yet.
fn basis(tags: impl Iterator<Item = &'static str>) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder.tags(tags.collect());
    builder.clean_content_tags(REMOVED.iter().copied().collect());
    builder.tag_attributes(std::collections::HashMap::new());
    builder.generic_attributes(std::collections::HashSet::new());
    builder.url_schemes(URL_SCHEMES.iter().copied().collect());
    builder.link_rel(None);
    builder
}

/// The HTML of a whole text without what could run; embeds stay where it is trusted.
///
/// It must be within the bounds of [`bounds::allow_html`].
pub(super) fn document(html: &str, trusted: bool) -> String {
    let builder = if trusted { &TRUSTED } else { &DOCUMENT };
    builder.clean(html).to_string()
}

/// The HTML of a line, such as the caption of a picture: what stands in lines stays, and of
/// blocks the words. A caption beyond the bounds keeps no markup.
#[must_use]
pub fn caption(html: &str) -> String {
    let mut tree = if html.len() <= MAX_CAPTION && bounds::allow_html(html) {
        Tree::parse(&CAPTION.clean(html).to_string())
    } else {
        let mut tree = Tree::new();
        let words = html.chars().take(MAX_CAPTION).collect();
        tree.append(super::tree::ROOT, super::tree::Kind::Text(words));
        tree
    };
    tidy::modernise(&mut tree);
    tree.to_html().trim().to_owned()
}

/// The words of HTML, blocks separated by blank lines.
#[must_use]
pub fn plain(html: &str) -> String {
    if html.len() <= bounds::MAX_MARKDOWN && bounds::allow_html(html) {
        plaintext::of(&Tree::parse(&document(html, false)))
    } else {
        html.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_is_a_line() {
        let cases = [
            ("Photo: <a href=\"/a\">A</a> &amp; B", "Photo: <a href=\"/a\">A</a> &amp; B"),
            ("<p>a <em class=\"x\" id=\"y\">b</em></p>", "a <em>b</em>"),
            ("<img src=\"a\"><script>x</script>c", "c"),
            ("", ""),
        ];
        for (html, line) in cases {
            assert_eq!(caption(html), line);
        }
        let long = caption(&"<b>a".repeat(MAX_CAPTION));
        assert!(long.starts_with("&lt;b&gt;a") && long.len() < MAX_CAPTION * 3);
    }

    #[test]
    fn html_has_words() {
        assert_eq!(plain("<h1>a</h1><p>b<br>c &amp; d</p><style>e</style>"), "a\n\nb\nc & d");
    }

    #[test]
    fn what_writers_use_stays() {
        let kept = [
            "<figure class=\"wide\"><figcaption>a</figcaption></figure>",
            "<details open=\"\"><summary>a</summary></details>",
            "<picture><source srcset=\"a 2x\" media=\"print\"><img src=\"b\" alt=\"\"></picture>",
            "<table><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
            "<abbr title=\"a\">b</abbr><kbd>c</kbd><mark>d</mark><sub>e</sub><sup>f</sup>",
            "<ins datetime=\"2026-01-01\">a</ins><del>b</del><bdo dir=\"rtl\">c</bdo>",
            "<ol start=\"3\" reversed=\"\"><li value=\"2\">a</li></ol>",
            "<p lang=\"ar\" dir=\"rtl\" id=\"a\">b</p>",
        ];
        for html in kept {
            assert_eq!(document(html, false), html);
        }
    }
}
