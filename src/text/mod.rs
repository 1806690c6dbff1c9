//! What happens to a text at save: Markdown becomes HTML, plain text, an excerpt and headings.
//!
//! The room is pure: [`render`] reads nothing but its arguments, so the same text always gives the
//! same HTML. A text walks down these rooms:
//!
//! 1. `markdown` makes HTML of it, raw HTML included;
//! 2. `bounds` refuses what would keep the parsers busy for ever;
//! 3. [`sanitize`] takes out all that could run, and what is left is parsed into a `tree`;
//! 4. each of `tidy`, `typography`, `footnotes`, `tasks`, `headings`, `pictures`,
//!    `tables` and `code` works on the tree, and none of them can put a script back in;
//! 5. `plaintext`, `excerpt` and `reading_time` read from it.
//!
//! [`search`] is the analyser of the full-text search, and stands for itself.
//!
//! # The HTML
//!
//! A style sheet needs to know these, and nothing else; a text carries no `style` attributes.
//!
//! | what | markup |
//! |---|---|
//! | heading | `<h2 id="a-b">A b<a class="anchor" href="#a-b" aria-labelledby="a-b"></a></h2>`; the link is empty, draw it with `.anchor::before`. The highest level is `h2`, and no level is left out |
//! | code | `<pre tabindex="0"><code class="language-rust">…</code></pre>`, in it `<span class="hl-…">` |
//! | code words | `hl-comment hl-keyword hl-string hl-number hl-name hl-type hl-constant hl-operator hl-attr hl-tag hl-inserted hl-deleted` |
//! | table | `<div class="table" role="group" tabindex="0" aria-label="…"><table>…</table></div>` |
//! | alignment | `class="align-left"`, `align-center`, `align-right`, `align-justify` on cells and blocks |
//! | picture | `<picture><source type="image/webp" srcset sizes><img src alt width height loading="lazy" decoding="async"></picture>`, or the `img` alone |
//! | figure | `<figure>` picture `<figcaption>…</figcaption></figure>` |
//! | footnote mark | `<sup class="footnote-ref"><a href="#fn-1" id="fnref-1" role="doc-noteref">1</a></sup>` |
//! | footnotes | `<div class="footnotes" role="doc-endnotes"><ol><li id="fn-1"><p>… <a href="#fnref-1" class="footnote-backref" role="doc-backlink">↩</a></p></li></ol></div>`; a second mark of the same note has `<sup>2</sup>` in its `↩` |
//! | task list | `<ul class="contains-task-list"><li class="task-list-item"><label><input type="checkbox" class="task-list-item-checkbox" disabled checked> …</label></li></ul>` |
//! | alert | `<div class="markdown-alert markdown-alert-note"><p class="markdown-alert-title">Note</p>…</div>`; also `tip`, `important`, `warning`, `caution` |
//! | embed (trusted) | `<iframe class="embed" src title sandbox loading="lazy" width height>`; without `width` where the writer gave a percentage |
//! | of raw HTML | `figure figcaption details summary video audio kbd sub sup abbr mark ins del dl` and the like, with the classes that the writer gave |
//!
//! Ids that begin with [`RESERVED_ID_PREFIX`] are never made: they belong to the page around.

mod bounds;
mod code;
mod excerpt;
mod footnotes;
mod headings;
mod highlight;
mod ids;
mod markdown;
mod pictures;
mod plaintext;
mod reading_time;
pub mod sanitize;
pub mod search;
mod tables;
mod tasks;
mod tidy;
mod tree;
mod typography;

pub use ids::RESERVED_ID_PREFIX;
pub use pictures::SIZES;

use crate::domain::media::Picture;
use crate::domain::post::Heading;
use tree::Tree;

/// What rendering depends on beside the text.
pub struct Options<'a> {
    /// Whether embeds (`iframe`) stay.
    pub trusted: bool,
    /// The language of the text (BCP 47); quotation marks depend on it.
    pub locale: &'a str,
    /// Whether a picture stands above the text: it takes time to look at, and it loads first.
    pub has_feature_image: bool,
    /// The excerpt that the writer wrote.
    pub custom_excerpt: Option<&'a str>,
    /// What is known of the picture at an address.
    pub picture: &'a dyn Fn(&str) -> Option<Picture>,
}

/// A text as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// For readers; safe to put into a page as it is.
    pub html: String,
    /// The words alone, blocks separated by blank lines.
    pub plaintext: String,
    /// The writer's excerpt, else what stands before the more-marker, else the beginning.
    pub excerpt: String,
    /// In order, for a table of contents.
    pub headings: Vec<Heading>,
    /// Minutes; 0 for an empty text alone.
    pub reading_time: i32,
}

/// Renders a text. What is beyond the bounds of this room is shown as it was written, in plain
/// paragraphs.
#[must_use]
pub fn render(markdown: &str, options: &Options<'_>) -> Rendered {
    let mut tree = match markdown::to_html(markdown) {
        Some(html) => Tree::parse(&sanitize::document(&html, options.trusted)),
        None => Tree::paragraphs(markdown),
    };
    tidy::modernise(&mut tree);
    typography::set(&mut tree, options.locale);
    footnotes::dress(&mut tree);
    tasks::label(&mut tree);
    let headings = headings::outline(&mut tree);
    let plaintext = plaintext::of(&tree);
    let excerpt = excerpt::choose(options.custom_excerpt, &mut tree, &plaintext);
    let images = pictures::dress(&mut tree, options);
    tables::wrap(&mut tree);
    code::dress(&mut tree);
    let reading_time = reading_time::minutes(&plaintext, images, options.has_feature_image);
    Rendered { html: tree.to_html(), plaintext, excerpt, headings, reading_time }
}

#[cfg(test)]
mod tests;
