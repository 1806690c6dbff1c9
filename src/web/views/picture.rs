//! A picture on a page: its place kept, its size chosen by the browser.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::media::Picture;

/// How much of the window a picture takes, for the browser's choice among the variants.
pub(super) mod sizes {
    /// The picture over a post, or of the lead on phones.
    pub const WIDE: &str = "(min-width: 60rem) 56rem, 100vw";
    /// The picture of the lead story.
    pub const LEAD: &str = "(min-width: 60rem) 44rem, 100vw";
    /// The picture of a story in the river.
    pub const STORY: &str = "(min-width: 60rem) 12rem, 34vw";
}

/// A picture as its template shows it.
#[derive(Debug, Clone, Template)]
#[template(path = "part/picture.html")]
pub(super) struct PictureView {
    src: String,
    /// The variants as WebP, as `srcset` lists them; empty where there are none.
    srcset: String,
    sizes: &'static str,
    size: Option<(u32, u32)>,
    alt: String,
    /// Whether it is what a reader sees first.
    first: bool,
}

impl HtmlSafe for PictureView {}

impl PictureView {
    /// A picture that loads when it comes into view.
    pub(super) fn new(picture: &Picture, alt: Option<&str>, sizes: &'static str) -> Self {
        let entry = |(width, address): (u32, String)| format!("{address} {width}w");
        let srcset: Vec<_> = picture.variants().into_iter().map(entry).collect();
        Self {
            src: picture.src.clone(),
            srcset: srcset.join(", "),
            sizes,
            size: picture.size,
            alt: alt.unwrap_or_default().to_owned(),
            first: false,
        }
    }

    /// The same picture, loaded before everything else.
    pub(super) fn first(self) -> Self {
        Self { first: true, ..self }
    }
}
