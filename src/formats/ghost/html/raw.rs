//! HTML that stays HTML within Markdown.

use std::sync::LazyLock;

use comrak::{Options, markdown_to_html};

/// Renders as a reader's page does, but for highlighting, anchors and sanitising.
pub(super) fn render(markdown: &str) -> String {
    static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
        let mut options = Options::default();
        options.extension.strikethrough = true;
        options.extension.table = true;
        options.extension.tasklist = true;
        options.extension.footnotes = true;
        options.render.r#unsafe = true;
        options
    });
    markdown_to_html(markdown, &OPTIONS)
}

/// A block of Markdown that renders as the given HTML.
///
/// A blank line ends most HTML blocks, and few elements start one; where the HTML does not stand
/// by itself, its blank lines go, and a `div` goes around it.
pub(crate) fn raw_block(html: &str) -> String {
    let html = html.trim_ascii();
    if html.is_empty() || stands(html) {
        return html.to_owned();
    }
    let squeezed = squeeze(html);
    if stands(&squeezed) { squeezed } else { format!("<div>\n{squeezed}\n</div>") }
}

/// Whether HTML comes out of Markdown as it went in, and leaves alone what comes after it.
fn stands(html: &str) -> bool {
    let rendered = render(&format!("{html}\n\nafter"));
    rendered
        .trim_ascii_end()
        .strip_suffix("<p>after</p>")
        .is_some_and(|before| before.trim_ascii_end() == html)
}

/// The same HTML without blank lines. Where they show, a character reference stands in for them.
fn squeeze(html: &str) -> String {
    let shows = ["<pre", "<textarea"].iter().any(|tag| html.contains(tag));
    let mut lines = Vec::new();
    for line in html.lines() {
        if !line.trim_ascii().is_empty() {
            lines.push(line);
        } else if shows {
            lines.push("&#10;");
        }
    }
    // The reference is a line break itself, and stands in a line that has one.
    lines.join("\n").replace("&#10;\n", "&#10;")
}
