//! Uploaded files: pictures above all.

use serde::{Deserialize, Serialize};

use super::ids::MediaId;
use crate::clock::Timestamp;

/// A file of the media store. Its name holds a hash of its bytes, so it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// The name it is stored and served under: `name-hash.ext`.
    pub path: String,
    /// The name it came with.
    pub name: String,
    /// Its type, from its bytes.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Pixels, for pictures.
    pub width: Option<i32>,
    /// Pixels, for pictures.
    pub height: Option<i32>,
    /// When it came.
    pub created_at: Timestamp,
}

/// Where the media store is served.
pub const IMAGES_PATH: &str = "/content/images/";

/// The widths that pictures are resized to, in pixels (Ghost's, and 400 for phones).
pub const WIDTHS: [u32; 5] = [400, 600, 1000, 1600, 2400];

/// A picture on a page, with what the browser needs to keep its place and choose its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Its address: a path on this site, or anywhere.
    pub src: String,
    /// Its size in pixels, where it is known (for every picture of the media store).
    pub size: Option<(u32, u32)>,
    /// Whether the media store makes smaller variants of it.
    pub resizable: bool,
}

impl Picture {
    /// The picture at an address, of which nothing else is known.
    #[must_use]
    pub fn elsewhere(src: &str) -> Self {
        Self { src: src.to_owned(), size: None, resizable: false }
    }

    /// A picture of the media store.
    #[must_use]
    pub fn stored(media: &Media) -> Self {
        let pixels = |side: Option<i32>| side.and_then(|p| u32::try_from(p).ok());
        let raster =
            matches!(media.content_type.as_str(), "image/jpeg" | "image/png" | "image/webp");
        let size = pixels(media.width).zip(pixels(media.height));
        Self {
            src: format!("{IMAGES_PATH}{}", media.path),
            size,
            resizable: raster && size.is_some(),
        }
    }

    /// The smaller variants as WebP: width in pixels and address, narrow to wide; the last is as
    /// wide as the original if that is narrower than the widest of [`WIDTHS`].
    #[must_use]
    pub fn variants(&self) -> Vec<(u32, String)> {
        let Some((width, _)) = self.size.filter(|_| self.resizable) else { return Vec::new() };
        let Some(name) = self.src.strip_prefix(IMAGES_PATH) else { return Vec::new() };
        let address = |w: u32| (w.min(width), format!("{IMAGES_PATH}size/w{w}/format/webp/{name}"));
        let narrower = WIDTHS.iter().filter(|&&w| w < width).count();
        WIDTHS.iter().take(narrower + 1).map(|&w| address(w)).collect()
    }
}
