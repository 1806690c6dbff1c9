//! HTML that can leave its page: every address absolute, nothing that runs or styles.
//!
//! The text goes through the tokenizer of a browser-grade parser, token by token, so that entities
//! in attributes and unclosed elements mean what they mean to a browser; no tree is built, so depth
//! costs nothing.

use std::cell::{Cell, RefCell};

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{Attribute, LocalName};
use url::Url;

use super::{resolve, srcset};

/// The HTML of a page, for readers elsewhere: links, pictures, media and `srcset` are resolved
/// against `page_url`; scripts, styles, event handlers, forms' texts, comments, and the anchors that stand
/// behind headings on our own pages, are left out.
///
/// Where `page_url` is no address, relative addresses stay. The time is linear in the length, but
/// quadratic in the attributes of one element: it is meant for HTML that was sanitised at save.
#[must_use]
pub fn html(html: &str, page_url: &str) -> String {
    let sink = Rewriter {
        page: Url::parse(page_url).ok(),
        skipping: Cell::new(false),
        in_anchor: Cell::new(false),
        output: RefCell::new(String::with_capacity(html.len() + html.len() / 8)),
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(html.into());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.output.into_inner()
}

/// Writes tokens down again.
struct Rewriter {
    page: Option<Url>,
    /// Inside of an element whose content is dropped.
    skipping: Cell<bool>,
    /// Inside of the anchor of a heading.
    in_anchor: Cell<bool>,
    output: RefCell<String>,
}

/// What happens to the content of an element, which the tokenizer has to be told.
enum Content {
    /// It is markup.
    Markup,
    /// It is dropped, and so are the tags.
    Dropped(RawKind),
    /// It is for browsers that do not know the element, and dropped; the tags stay.
    Fallback,
}

impl Content {
    fn of(element: &LocalName) -> Self {
        match &**element {
            "script" => Self::Dropped(RawKind::ScriptData),
            "style" | "xmp" | "noembed" | "noframes" => Self::Dropped(RawKind::Rawtext),
            "title" | "textarea" => Self::Dropped(RawKind::Rcdata),
            "iframe" => Self::Fallback,
            _ => Self::Markup,
        }
    }
}

impl TokenSink for Rewriter {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) if !self.skipping.get() => {
                escape_text(&text, &mut self.output.borrow_mut());
            }
            Token::TagToken(tag) => return self.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Rewriter {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let content = Content::of(&tag.name);
        let starts = tag.kind == TagKind::StartTag;
        if is_anchor(tag) || (self.in_anchor.get() && &*tag.name == "a") {
            self.in_anchor.set(starts);
            return TokenSinkResult::Continue;
        }
        if !matches!(content, Content::Dropped(_)) {
            self.write(tag);
        }
        self.skipping.set(starts && !matches!(content, Content::Markup));
        match content {
            Content::Dropped(kind) if starts => TokenSinkResult::RawData(kind),
            Content::Fallback if starts => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }

    fn write(&self, tag: &Tag) {
        let output = &mut *self.output.borrow_mut();
        output.push_str(if tag.kind == TagKind::EndTag { "</" } else { "<" });
        output.push_str(&tag.name);
        if tag.kind == TagKind::StartTag {
            for attribute in &tag.attrs {
                self.attribute(attribute, output);
            }
            if tag.self_closing {
                output.push_str(" /");
            }
        }
        output.push('>');
    }

    fn attribute(&self, attribute: &Attribute, output: &mut String) {
        let name: &str = &attribute.name.local;
        if name == "style" || name.starts_with("on") {
            return;
        }
        let value = match name {
            "href" | "src" | "poster" | "cite" | "data" | "action" | "formaction" | "longdesc"
            | "background" | "xlink:href" => {
                let address = attribute.value.trim();
                if runs(address) {
                    return;
                }
                resolve(self.page.as_ref(), address)
            }
            "srcset" | "imagesrcset" => {
                srcset::absolute(self.page.as_ref(), &attribute.value).into()
            }
            "srcdoc" => return,
            _ => (&*attribute.value).into(),
        };
        output.push(' ');
        output.push_str(name);
        output.push_str("=\"");
        escape_attribute(&value, output);
        output.push('"');
    }
}

/// Whether it is what `text::headings` puts behind the words of a heading: nothing to see but a mark of ours.
fn is_anchor(tag: &Tag) -> bool {
    let has = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
    &*tag.name == "a"
        && has("class").is_some_and(|class| &*class.value == "anchor")
        && has("aria-labelledby").is_some()
}

/// Whether an address runs a program where it is followed.
fn runs(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| match url.scheme() {
        "javascript" | "vbscript" => true,
        "data" => !url.path().starts_with("image/"),
        _ => false,
    })
}

fn escape_text(text: &str, output: &mut String) {
    escape(text, &['&', '<', '>'], output);
}

fn escape_attribute(value: &str, output: &mut String) {
    escape(value, &['&', '<', '>', '"'], output);
}

/// Writes a text with references in place of some characters; what lies between them as a whole.
fn escape(text: &str, special: &[char], output: &mut String) {
    let mut written = 0;
    for (at, c) in text.match_indices(special) {
        output.push_str(&text[written..at]);
        output.push_str(match c {
            "&" => "&amp;",
            "<" => "&lt;",
            ">" => "&gt;",
            _ => "&quot;",
        });
        written = at + c.len();
    }
    output.push_str(&text[written..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "https://a.example/post/";

    #[test]
    fn a_heading_loses_its_anchor() {
        let given = "<h2 id=\"a\">A<a class=\"anchor\" href=\"#a\" aria-labelledby=\"a\"></a></h2>\
            <p><a class=\"anchor\" href=\"/x/\">x</a></p>";
        let expected = "<h2 id=\"a\">A</h2>\
            <p><a class=\"anchor\" href=\"https://a.example/x/\">x</a></p>";
        assert_eq!(html(given, PAGE), expected);
    }

    #[test]
    fn addresses_become_absolute() {
        for (given, expected) in [
            (r#"<a href="/x/">x</a>"#, r#"<a href="https://a.example/x/">x</a>"#),
            (r##"<a href="#fn-1">1</a>"##, r#"<a href="https://a.example/post/#fn-1">1</a>"#),
            (r"<img src=a.png>", r#"<img src="https://a.example/post/a.png">"#),
            (r#"<a href="../b/">"#, r#"<a href="https://a.example/b/">"#),
            (r#"<a href="?a=1&amp;b=2">"#, r#"<a href="https://a.example/post/?a=1&amp;b=2">"#),
            (r#"<a href="&#x2f;x&quot;y">"#, r#"<a href="https://a.example/x%22y">"#),
            (r#"<a href="//b.example/x">"#, r#"<a href="https://b.example/x">"#),
            (r#"<a href="mailto:a@b.example">"#, r#"<a href="mailto:a@b.example">"#),
            (r#"<a href="https://b.example/?q=é">"#, r#"<a href="https://b.example/?q=é">"#),
            (r#"<a href="https://[">"#, r#"<a href="https://[">"#),
            (r#"<video poster="/p.jpg">"#, r#"<video poster="https://a.example/p.jpg">"#),
            (
                r#"<source srcset="/a 1x, /b 2x">"#,
                r#"<source srcset="https://a.example/a 1x, https://a.example/b 2x">"#,
            ),
        ] {
            assert_eq!(html(given, PAGE), expected);
        }
    }

    #[test]
    fn the_text_stays() {
        for text in [
            "a &lt; b &amp;&amp; c &gt; d",
            "<p>one</p>\n<pre><code class=\"language-rust\">a &amp;&amp; b;\n</code></pre>",
            "<p title=\"&quot;it's&quot; &lt;b&gt;\">x<br>y</p>",
            "日本語 <em>عربي</em> \u{a0}",
            "<p>unclosed <b>bold",
        ] {
            assert_eq!(html(text, PAGE), text);
        }
    }

    #[test]
    fn nothing_runs() {
        for (given, expected) in [
            ("a<script>if (a < b) { x('</p>') }</script>b", "ab"),
            ("a<STYLE>p > a { }</style>b", "ab"),
            ("a<script>", "a"),
            (r#"<p onclick="x()" style="color:red" id="p">t</p>"#, r#"<p id="p">t</p>"#),
            (r#"<a href="java&#10;script:x()">t</a>"#, "<a>t</a>"),
            (r#"<a href=" javascript:x()">t</a>"#, "<a>t</a>"),
            (r#"<iframe src="data:text/html,x"></iframe>"#, "<iframe></iframe>"),
            (
                r#"<iframe src="/e">no <b>frames</iframe>z"#,
                r#"<iframe src="https://a.example/e"></iframe>z"#,
            ),
            ("a<!-- comment -->b", "ab"),
            ("<textarea><p></textarea>z", "z"),
        ] {
            assert_eq!(html(given, PAGE), expected);
        }
    }

    #[test]
    fn a_page_without_an_address_keeps_relative_ones() {
        assert_eq!(html("<a href=\"/x\">", "nowhere"), "<a href=\"/x\">");
    }

    proptest! {
        #[test]
        fn what_was_rewritten_stays(text in "[<>/a-z=\"'&; #!-]{0,80}") {
            let once = html(&text, PAGE);
            prop_assert_eq!(html(&once, PAGE), once.clone());
        }

        #[test]
        fn no_input_panics(text in any::<String>(), page in any::<String>()) {
            let _ = html(&text, &page);
        }
    }
}
