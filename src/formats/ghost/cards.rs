//! Cards: the blocks of Ghost's editors that are more than text.
//!
//! Both editors name their cards and the fields of them alike, so one translation serves both.
//! What Markdown has no signs for becomes HTML with the classes that Ghost's themes style.

use std::fmt::Write as _;

use serde_json::Value;

use super::body::Body;
use super::html::escape;

/// Adds a card to a text. `false` where no card of that name is known.
///
/// An embed brings an `iframe`, which only trusted texts keep; others get a link beside it.
pub(super) fn push(body: &mut Body, name: &str, fields: &Value, trusted: bool) -> bool {
    let card = Card(fields);
    match name {
        "markdown" | "card-markdown" => body.push_markdown(card.text("markdown")),
        "html" => body.push_raw(card.text("html")),
        "code" | "codeblock" | "code-block" => card.push_code(body),
        "hr" | "horizontalrule" | "divider" => body.push_html("<hr>"),
        "image" | "card-image" => card.push_image(body),
        "gallery" => card.push_gallery(body),
        "embed" => card.push_embed(body, trusted),
        "bookmark" => body.push_raw(&card.bookmark()),
        "callout" => body.push_raw(&card.callout()),
        "toggle" => body.push_raw(&card.toggle()),
        "button" => body.push_raw(&card.button_card()),
        "file" => body.push_raw(&card.file()),
        "audio" => body.push_raw(&card.audio()),
        "video" => body.push_raw(&card.video()),
        "header" => body.push_raw(&card.header()),
        "product" => body.push_raw(&card.product()),
        "call-to-action" => body.push_raw(&card.call_to_action()),
        "paywall" => body.push_raw("<!--members-only-->"),
        "signup" => body.warn("a sign-up form was left out"),
        "email" | "email-cta" => body.warn("a card that only e-mails show was left out"),
        _ => return false,
    }
    true
}

/// The fields of a card. A field that is absent or of another type is empty.
struct Card<'a>(&'a Value);

impl<'a> Card<'a> {
    fn text(&self, key: &str) -> &'a str {
        self.0.get(key).and_then(Value::as_str).unwrap_or("")
    }

    /// The first field that says something.
    fn first(&self, keys: &[&str]) -> &'a str {
        keys.iter().map(|key| self.text(key)).find(|text| !text.is_empty()).unwrap_or("")
    }

    fn flag(&self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    fn push_code(&self, body: &mut Body) {
        let (code, language) = (self.text("code"), self.text("language"));
        let caption = self.text("caption");
        if caption.is_empty() {
            body.push_code(code, language);
            return;
        }
        let class = match language {
            "" => String::new(),
            language => format!(" class=\"language-{}\"", escape(language)),
        };
        let code = escape(code);
        body.push_raw(&figure("code", &format!("<pre><code{class}>{code}</code></pre>"), caption));
    }

    fn push_image(&self, body: &mut Body) {
        let (caption, link) = (self.text("caption"), self.text("href"));
        let mut picture = self.picture();
        if !link.is_empty() {
            picture = format!("<a href=\"{}\">{picture}</a>", escape(link));
        }
        match self.text("cardWidth") {
            "wide" | "full" => {
                let kind = format!("image-card kg-width-{}", self.text("cardWidth"));
                body.push_raw(&figure(&kind, &picture, caption));
            }
            _ if !caption.is_empty() => body.push_raw(&figure("image", &picture, caption)),
            _ => body.push_html(&format!("<p>{picture}</p>")),
        }
    }

    /// An `img`; with its size, so that a page can keep its place.
    fn picture(&self) -> String {
        let mut tag = format!(
            "<img src=\"{}\" alt=\"{}\"",
            escape(self.text("src")),
            escape(self.text("alt"))
        );
        if !self.text("title").is_empty() {
            let _ = write!(tag, " title=\"{}\"", escape(self.text("title")));
        }
        for side in ["width", "height"] {
            if let Some(pixels) = self.0.get(side).and_then(Value::as_u64) {
                let _ = write!(tag, " {side}=\"{pixels}\"");
            }
        }
        tag.push('>');
        tag
    }

    fn push_gallery(&self, body: &mut Body) {
        let images = self.0.get("images").and_then(Value::as_array);
        let mut html = String::from("<div class=\"kg-gallery-container\">");
        let mut row = None;
        for image in images.into_iter().flatten() {
            let its_row = image.get("row").and_then(Value::as_u64).unwrap_or(0);
            if row != Some(its_row) {
                html.push_str(if row.is_some() { "</div>\n" } else { "\n" });
                html.push_str("<div class=\"kg-gallery-row\">");
                row = Some(its_row);
            }
            let _ = write!(html, "<div class=\"kg-gallery-image\">{}</div>", Card(image).picture());
        }
        html.push_str(if row.is_some() { "</div>\n</div>" } else { "</div>" });
        body.push_raw(&figure("gallery-card kg-width-wide", &html, self.text("caption")));
    }

    fn push_embed(&self, body: &mut Body, trusted: bool) {
        let (html, url) = (self.text("html"), escape(self.text("url")));
        let mut caption = self.text("caption").to_owned();
        if !trusted && !url.is_empty() {
            let space = if caption.is_empty() { "" } else { " " };
            let _ = write!(caption, "{space}<a href=\"{url}\">{url}</a>");
        }
        body.push_raw(&figure("embed", html, &caption));
    }

    fn bookmark(&self) -> String {
        let metadata = Card(self.0.get("metadata").unwrap_or(&Value::Null));
        let url = match self.text("url") {
            "" => metadata.text("url"),
            url => url,
        };
        let title = match metadata.text("title") {
            "" => url,
            title => title,
        };
        let mut html = format!(
            "<a class=\"kg-bookmark-container\" href=\"{}\">\
             <div class=\"kg-bookmark-content\"><div class=\"kg-bookmark-title\">{}</div>",
            escape(url),
            escape(title)
        );
        for (field, class) in
            [("description", "description"), ("author", "author"), ("publisher", "publisher")]
        {
            let text = metadata.text(field);
            if !text.is_empty() {
                let _ = write!(html, "<div class=\"kg-bookmark-{class}\">{}</div>", escape(text));
            }
        }
        html.push_str("</div>");
        let thumbnail = metadata.text("thumbnail");
        if !thumbnail.is_empty() {
            let _ = write!(
                html,
                "<div class=\"kg-bookmark-thumbnail\"><img src=\"{}\" alt=\"\"></div>",
                escape(thumbnail)
            );
        }
        html.push_str("</a>");
        figure("bookmark", &html, self.text("caption"))
    }

    fn callout(&self) -> String {
        let emoji = match self.text("calloutEmoji") {
            "" => String::new(),
            emoji => format!("<div class=\"kg-callout-emoji\">{}</div>", escape(emoji)),
        };
        let color = match self.text("backgroundColor") {
            "" => "grey",
            color => color,
        };
        format!(
            "<div class=\"kg-card kg-callout-card kg-callout-card-{}\">{emoji}\
             <div class=\"kg-callout-text\">{}</div></div>",
            escape(color),
            self.text("calloutText")
        )
    }

    fn toggle(&self) -> String {
        format!(
            "<details class=\"kg-card kg-toggle-card\"><summary>{}</summary>\n{}</details>",
            self.text("heading"),
            self.text("content")
        )
    }

    /// A link that looks like a button; empty where it leads nowhere.
    fn button(&self) -> String {
        let (words, url) = (self.text("buttonText"), self.first(&["buttonUrl", "url"]));
        if words.is_empty() || url.is_empty() {
            return String::new();
        }
        format!("<a href=\"{}\" class=\"kg-btn kg-btn-accent\">{}</a>", escape(url), escape(words))
    }

    fn button_card(&self) -> String {
        let side = if self.text("alignment") == "left" { "left" } else { "center" };
        format!("<div class=\"kg-card kg-button-card kg-align-{side}\">{}</div>", self.button())
    }

    fn file(&self) -> String {
        let mut html = format!(
            "<div class=\"kg-card kg-file-card\"><a class=\"kg-file-card-container\" href=\"{}\">",
            escape(self.text("src"))
        );
        let title = self.first(&["fileTitle", "fileName", "src"]);
        let _ = write!(html, "<div class=\"kg-file-card-title\">{}</div>", escape(title));
        for (field, class) in [("fileCaption", "caption"), ("fileName", "filename")] {
            let text = self.text(field);
            if !text.is_empty() && text != title {
                let _ = write!(html, "<div class=\"kg-file-card-{class}\">{}</div>", escape(text));
            }
        }
        html.push_str("</a></div>");
        html
    }

    fn audio(&self) -> String {
        let src = escape(self.text("src"));
        let title = escape(self.first(&["title", "src"]));
        format!(
            "<div class=\"kg-card kg-audio-card\"><div class=\"kg-audio-title\">\
             <a href=\"{src}\">{title}</a></div><audio src=\"{src}\" controls></audio></div>"
        )
    }

    fn video(&self) -> String {
        let src = escape(self.text("src"));
        let poster = match self.first(&["customThumbnailSrc", "thumbnailSrc"]) {
            "" => String::new(),
            poster => format!(" poster=\"{}\"", escape(poster)),
        };
        let silent = if self.flag("loop") { " loop muted" } else { "" };
        let video = format!(
            "<video src=\"{src}\"{poster} controls{silent} preload=\"metadata\">\
             <a href=\"{src}\">{src}</a></video>"
        );
        figure("video", &video, self.text("caption"))
    }

    fn header(&self) -> String {
        let picture = match self.text("backgroundImageSrc") {
            "" => String::new(),
            src => format!("<img src=\"{}\" alt=\"\">", escape(src)),
        };
        format!(
            "<div class=\"kg-card kg-header-card\">{picture}\
             <h2 class=\"kg-header-card-header\">{}</h2>\
             <p class=\"kg-header-card-subheader\">{}</p>{}</div>",
            self.text("header"),
            self.text("subheader"),
            self.button()
        )
    }

    fn product(&self) -> String {
        let picture = match self.text("productImageSrc") {
            "" => String::new(),
            src => format!("<img src=\"{}\" alt=\"\">", escape(src)),
        };
        let stars = match self.0.get("productStarRating").and_then(Value::as_u64) {
            Some(stars @ 1..=5) if self.flag("productRatingEnabled") => {
                format!("<p class=\"kg-product-card-rating\">{stars}/5</p>")
            }
            _ => String::new(),
        };
        let (words, url) = (self.text("productButton"), self.text("productUrl"));
        let button = if self.flag("productButtonEnabled") && !words.is_empty() {
            format!(
                "<a href=\"{}\" class=\"kg-btn kg-btn-accent\">{}</a>",
                escape(url),
                escape(words)
            )
        } else {
            String::new()
        };
        format!(
            "<div class=\"kg-card kg-product-card\">{picture}\
             <h4 class=\"kg-product-card-title\">{}</h4>{stars}\
             <div class=\"kg-product-card-description\">{}</div>{button}</div>",
            self.text("productTitle"),
            self.text("productDescription")
        )
    }

    fn call_to_action(&self) -> String {
        let picture = match self.text("imageUrl") {
            "" => String::new(),
            src => format!("<img src=\"{}\" alt=\"\">", escape(src)),
        };
        format!(
            "<div class=\"kg-card kg-cta-card\">{picture}<div class=\"kg-cta-text\">{}</div>{}</div>",
            self.text("textValue"),
            self.button()
        )
    }
}

/// A figure of a kind of card, with its caption, which is HTML.
fn figure(kind: &str, content: &str, caption: &str) -> String {
    let card = if kind.contains("-card") { "" } else { "-card" };
    if caption.is_empty() {
        return format!("<figure class=\"kg-card kg-{kind}{card}\">{content}</figure>");
    }
    format!(
        "<figure class=\"kg-card kg-{kind}{card} kg-card-hascaption\">{content}\
         <figcaption>{caption}</figcaption></figure>"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn markdown(name: &str, fields: &Value, trusted: bool) -> String {
        let mut body = Body::default();
        assert!(push(&mut body, name, fields, trusted), "{name}");
        body.into_markdown().0
    }

    #[test]
    fn a_plain_picture_is_markdown_and_one_with_more_is_a_figure() {
        let mut fields = json!({"src": "/content/images/a b.png", "alt": "A [b]", "title": "T"});
        assert!(!markdown("image", &fields, false).contains("<figure"));
        fields = json!({"src": "/a.png", "alt": "al", "title": "T", "width": 3, "height": 4});
        assert_eq!(markdown("image", &fields, false), "![al](/a.png \"T\")");
        fields["href"] = json!("/x");
        assert_eq!(markdown("image", &fields, false), "[![al](/a.png \"T\")](/x)");
        fields["caption"] = json!("<b>c</b>");
        assert!(
            markdown("image", &fields, false)
                .ends_with("<figcaption><b>c</b></figcaption></figure>")
        );
    }

    #[test]
    fn an_embed_has_a_link_unless_it_is_trusted() {
        let fields = json!({"url": "https://v.example/1?a=1&b=2", "html": "<iframe src=\"https://v.example/\"></iframe>"});
        let link = "<a href=\"https://v.example/1?a=1&amp;b=2\">";
        assert!(markdown("embed", &fields, false).contains(link));
        assert!(!markdown("embed", &fields, true).contains(link));
    }

    #[test]
    fn every_card_keeps_its_words() {
        for (name, fields, words) in [
            (
                "gallery",
                json!({"images": [{"row": 0, "src": "/1.png"}, {"row": 1, "src": "/2.png"}], "caption": "cap"}),
                &["/1.png", "/2.png", "cap"][..],
            ),
            (
                "bookmark",
                json!({"url": "https://b.example/", "metadata": {"title": "T<", "description": "D", "publisher": "P"}}),
                &["https://b.example/", "T&lt;", "D", "P"],
            ),
            (
                "callout",
                json!({"calloutEmoji": "💡", "calloutText": "<p>x</p>"}),
                &["💡", "<p>x</p>"],
            ),
            (
                "toggle",
                json!({"heading": "H", "content": "<p>a</p>\n\n<p>b</p>"}),
                &["<summary>H</summary>", "<p>a</p>", "<p>b</p>"],
            ),
            ("button", json!({"buttonText": "B", "buttonUrl": "/b"}), &["href=\"/b\"", ">B<"]),
            (
                "file",
                json!({"src": "/f.pdf", "fileTitle": "F", "fileName": "f.pdf", "fileCaption": "C"}),
                &["/f.pdf", ">F<", ">C<", ">f.pdf<"],
            ),
            ("audio", json!({"src": "/a.mp3", "title": "A"}), &["/a.mp3", ">A<"]),
            (
                "video",
                json!({"src": "/v.mp4", "caption": "C", "thumbnailSrc": "/t.png"}),
                &["/v.mp4", "C", "/t.png"],
            ),
            (
                "header",
                json!({"header": "H", "subheader": "S", "buttonText": "B", "buttonUrl": "/b"}),
                &["H", "S", "/b"],
            ),
            (
                "product",
                json!({"productTitle": "P", "productDescription": "<p>d</p>", "productStarRating": 4, "productRatingEnabled": true}),
                &["P", "d", "4/5"],
            ),
            (
                "call-to-action",
                json!({"textValue": "<p>t</p>", "buttonText": "B", "buttonUrl": "/b"}),
                &["t", "/b"],
            ),
            ("paywall", json!({}), &["<!--members-only-->"]),
            ("html", json!({"html": "<b>x</b>"}), &["<b>x</b>"]),
            (
                "codeblock",
                json!({"code": "a\n\nb", "language": "rust", "caption": "C"}),
                &["language-rust", "a\n&#10;b", "C"],
            ),
            ("markdown", json!({"markdown": "*m*"}), &["*m*"]),
        ] {
            let text = markdown(name, &fields, false);
            for word in words {
                assert!(text.contains(word), "{name}: {word} in {text}");
            }
            assert!(!text.contains("\n\n"), "{name}: {text}");
        }
    }
}
