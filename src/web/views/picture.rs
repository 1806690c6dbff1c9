//! A picture on a page: its place kept, its size chosen by the browser.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::media::Picture;

/// Where a picture stands: it decides which of the variants a browser may need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// How much of the window the picture takes (the attribute `sizes`).
    sizes: &'static str,
    /// The widest variant that a sharp screen can show there, in pixels.
    widest: u32,
}

/// The picture over a post.
pub(super) const WIDE: Place = Place { sizes: "(min-width: 60rem) 56rem, 100vw", widest: 2400 };
/// The picture of the lead story.
pub(super) const LEAD: Place = Place { sizes: "(min-width: 60rem) 44rem, 100vw", widest: 1600 };
/// The picture of a story in the river.
pub(super) const RIVER: Place = Place { sizes: "(min-width: 60rem) 12rem, 34vw", widest: 600 };

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
    pub(super) fn new(picture: &Picture, alt: Option<&str>, place: Place) -> Self {
        let entry = |(width, address): (u32, String)| format!("{address} {width}w");
        let fits = |(width, _): &(u32, String)| *width <= place.widest;
        let srcset: Vec<_> = picture.variants().into_iter().filter(fits).map(entry).collect();
        Self {
            src: picture.src.clone(),
            srcset: srcset.join(", "),
            sizes: place.sizes,
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
