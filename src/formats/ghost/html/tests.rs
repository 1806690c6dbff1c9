use proptest::prelude::*;

use super::raw::render;
use super::*;

/// The words of some HTML; blocks and line breaks part them.
pub(crate) fn words(html: &str) -> String {
    fn visit(node: &Rc<Node>, out: &mut String) {
        if let NodeData::Text { contents } = &node.data {
            out.push_str(&contents.borrow());
        }
        let parts = !is_inline(node) || tree::name(node) == "br";
        if parts {
            out.push(' ');
        }
        for child in node.children.borrow().iter() {
            visit(child, out);
        }
        if parts {
            out.push(' ');
        }
    }
    let mut out = String::new();
    let fragment = Fragment::parse(html).unwrap();
    visit(&fragment.body, &mut out);
    out.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words that readers see of some Markdown.
pub(crate) fn rendered_words(markdown: &str) -> String {
    words(&render(markdown))
}

#[test]
fn what_markdown_can_hold_becomes_markdown() {
    for (html, markdown) in [
        ("<p>Plain &amp; simple.</p>", "Plain & simple."),
        ("<h2 id=\"sub-head\">Sub head</h2>", "## Sub head"),
        ("<p>a <strong>b</strong> <em>c</em> <del>d</del></p>", "a **b** *c* ~~d~~"),
        ("<p>a <b>b</b> <i>c</i> <s>d</s></p>", "a **b** *c* ~~d~~"),
        ("<p><strong>bold </strong>next</p>", "**bold** next"),
        ("<p><strong>Note:</strong>this</p>", "<strong>Note:</strong>this"),
        ("<p>H<sub>2</sub>O and <u>under</u></p>", "H<sub>2</sub>O and <u>under</u>"),
        ("<p>one<br>two</p>", "one\\\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol start=\"3\"><li>a</li><li>b</li></ol>", "3. a\n4. b"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n  - b"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n<!-- -->\n\n- b"),
        ("<blockquote>said</blockquote>", "> said"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n> \n> b"),
        ("<hr>", "---"),
        ("<p><code>let a = `b`;</code></p>", "``let a = `b`;``"),
        (
            "<pre><code class=\"language-rust\">fn main() {}\n</code></pre>",
            "```rust\nfn main() {}\n```",
        ),
        ("<pre><code>```\nx\n```</code></pre>", "````\n```\nx\n```\n````"),
        ("<p><a href=\"/x/?a=1&amp;b=2\">x</a></p>", "[x](/x/?a=1&b=2)"),
        (
            "<p><a href=\"/x\" rel=\"noopener\" target=\"_blank\" title=\"t\">x</a></p>",
            "[x](/x \"t\")",
        ),
        ("<p><img src=\"/a.png\" alt=\"al\"></p>", "![al](/a.png)"),
        (
            "<figure class=\"kg-card kg-image-card\"><img src=\"/a.png\" class=\"kg-image\" alt=\"al\" \
             loading=\"lazy\" width=\"1\" height=\"2\"></figure>",
            "![al](/a.png)",
        ),
        (
            "<table><thead><tr><th>a</th><th>b</th></tr></thead>\
             <tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
            "| a | b |\n| - | - |\n| 1 | 2 |",
        ),
        ("<ul><li><input type=\"checkbox\" disabled checked> done</li></ul>", "- [x] done"),
        (
            "<p>*a <a href=\"/x\" id=\"y\">b</a> <img src=\"/a.png\" class=\"wide\"></p>",
            "\\*a <a href=\"/x\" id=\"y\">b</a> <img src=\"/a.png\" class=\"wide\">",
        ),
        ("<p><a name=\"here\"></a></p>", "<a name=\"here\"></a>"),
        ("words without <em>a</em> paragraph", "words without *a* paragraph"),
    ] {
        assert_eq!(to_markdown(html), markdown, "{html}");
    }
}

#[test]
fn what_markdown_cannot_hold_stays_html() {
    for html in [
        "<p class=\"lead\">First.</p>",
        "<p style=\"text-align:center\">Middle *not em*.</p>",
        "<div class=\"a\"><p>in</p></div>",
        "<figure class=\"kg-card kg-image-card kg-width-wide\"><img src=\"/a.png\" alt=\"\"></figure>",
        "<figure class=\"kg-card\"><img src=\"/a.png\"><figcaption>c</figcaption></figure>",
        "<details><summary>s</summary><p>t</p></details>",
        "<iframe src=\"https://example.com/\"></iframe>",
        "<dl><dt>t</dt><dd>d</dd></dl>",
        "<table><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
        "<!--members-only-->",
        "<script src=\"/a.js\"></script>",
    ] {
        assert_eq!(to_markdown(html), html);
    }
    assert_eq!(
        to_markdown("<audio src=\"/a.mp3\" controls></audio> "),
        "<div>\n<audio src=\"/a.mp3\" controls=\"\"></audio>\n</div>"
    );
}

#[test]
fn cards_of_raw_html_stay_and_their_comments_go() {
    let html = "<p>a</p>\n<!--kg-card-begin: html-->\n<div class=\"raw\">*raw*\n\n<b>x</b></div>\n\
                <!--kg-card-end: html-->\n<p>b</p><!--kg-card-begin: markdown--><p><em>c</em></p>\
                <!--kg-card-end: markdown-->";
    assert_eq!(to_markdown(html), "a\n\n<div class=\"raw\">*raw*\n<b>x</b></div>\n\nb\n\n*c*");
    assert_eq!(to_markdown("<!--kg-card-begin: html--><p>open"), "<p>open");
}

/// Words that mean something to Markdown, and HTML that converters stumble over.
const SNIPPETS: [&str; 49] = [
    "<ol><li>\u{a0}</li></ol>",
    "<p>1. no list</p>",
    "<p>1) no list</p>",
    "<p>- no list</p>",
    "<p>+ no list</p>",
    "<p>* no list</p>",
    "<p>-</p>",
    "<p>#</p>",
    "<p># no heading</p>",
    "<p>#hashtag</p>",
    "<p>&gt; no quote</p>",
    "<p>a<br>===</p>",
    "<p>a<br>---</p>",
    "<p>a<br>- b</p>",
    "<p>a<br>1. b</p>",
    "<p>a<br># b</p>",
    "<p>a<br>&gt; b</p>",
    "<p>a | b<br>--- | ---</p>",
    "<p>---</p>",
    "<p>***</p>",
    "<p>```</p>",
    "<p>~~~</p>",
    "<p>*a* _b_ ~~c~~ ~d~ `e`</p>",
    "<p>[a](b) ![c](d) [e][f] [^1]</p>",
    "<p>[a]: b</p>",
    "<p>[ ] no task</p>",
    "<ul><li>[x] no task</li></ul>",
    "<p>&lt;b&gt;no tag&lt;/b&gt; &lt;!-- none --&gt; &lt;https://a.b&gt;</p>",
    "<p>&amp;amp; &amp;copy; &amp;#35; &amp;#x23;</p>",
    "<p>back\\slash \\* \\\\</p>",
    "<p>ends with \\</p>",
    "<h3>Heading # with ##</h3>",
    "<h1>two<br>lines</h1>",
    "<p>wow!<a href=\"/x\">link</a></p>",
    "<p><a href=\"/a b(c)\">[x]</a></p>",
    "<p><a href=\"\">empty</a></p>",
    "<p><img src=\"/a.png\" alt=\"a]b *c*\"></p>",
    "<p><em>a</em><strong>b</strong></p>",
    "<p>in<em>tra</em>word</p>",
    "<p><strong>a <em>b</em></strong><em>c</em></p>",
    "<p><strong><em>a</em></strong></p>",
    "<p>\u{a0}\u{a0} four</p>",
    "<p>日本<strong>「語」</strong>です</p>",
    "<pre>no code *here*\n\n  twice</pre>",
    "<pre><code>a\n\n\n  b  \n</code></pre>",
    "<ul><li><p>a</p><pre><code>x\n\ny</code></pre></li><li>b</li></ul>",
    "<ol><li>a</li><li><blockquote><p>q</p></blockquote></li></ol>",
    "<table><thead><tr><th>a|b</th></tr></thead><tbody><tr><td>c<br>d</td></tr></tbody></table>",
    "<div>open <p>never closed <b>here",
];

#[test]
fn the_rendered_markdown_has_the_words_of_the_html() {
    for html in SNIPPETS {
        let markdown = to_markdown(html);
        assert_eq!(words(&render(&markdown)), words(html), "{html}\n{markdown}");
    }
    let all = SNIPPETS[..SNIPPETS.len() - 1].concat();
    assert_eq!(words(&render(&to_markdown(&all))), words(&all));
}

#[test]
fn deep_trees_neither_overflow_nor_vanish() {
    let html = format!("{}deep{}", "<div>".repeat(2_000), "</div>".repeat(2_000));
    assert!(to_markdown(&html).contains("deep"));
    let inline = format!("<p>{}deep", "<b><i>".repeat(1_000));
    assert!(to_markdown(&inline).contains("deep"));
}

#[test]
fn elements_that_are_opened_again_and_again_are_bounded() {
    use std::fmt::Write as _;

    let mut html = String::new();
    for number in 0..4_000 {
        let _ = write!(html, "<p><b a={number}></p><hr>");
    }
    html.push_str(&"<p>x</p><hr>".repeat(4_000));
    assert!(to_markdown(&html).contains("<p>x</p>"));
}

proptest! {
    #[test]
    fn no_html_panics(html in "(<(p|b|li|ul|pre|a href=|table|td|!--)?>?|</(p|b|ul)>|[a-z*_`#\\\\\\[\\]()~&;|=\\n -]{1,6}){0,24}") {
        let _ = to_markdown(&html);
    }

    #[test]
    fn words_of_a_paragraph_survive(text in "[ -~äé東\\n]{1,60}") {
        let html = format!("<p>{}</p>", escape(&text));
        let markdown = to_markdown(&html);
        prop_assert_eq!(words(&render(&markdown)), words(&html), "{}", markdown);
    }
}
