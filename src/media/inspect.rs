//! The size of a picture in pixels, from its header: nothing is decoded to learn it.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits};

use super::file_type::FileType;
use super::svg;

/// The most pixels that a picture may have: 100 million, more than most cameras make. A small
/// file can claim far more (a decompression bomb).
pub const MAX_PIXELS: u64 = 100_000_000;
/// The most memory that decoding one picture may take, in bytes.
pub const MAX_ALLOC: u64 = 512 * 1024 * 1024;

/// Why a picture is not taken.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The header is not that of such a picture.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
    /// It has more than [`MAX_PIXELS`].
    #[error("{width} × {height} pixels are more than 100 million")]
    TooManyPixels {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
}

/// The width and height that a file is shown with; `None` for what is no picture, and for a
/// drawing that names no size.
pub fn pixel_size(bytes: &[u8], file_type: &FileType) -> Result<Option<(u32, u32)>, InspectError> {
    let size = match file_type.extension {
        "svg" => return Ok(svg::size(bytes)),
        "avif" | "ico" => Some(declared_size(bytes)?),
        _ => match format(file_type) {
            Some(format) => {
                let mut decoder = decoder(bytes, format)?;
                let (width, height) = decoder.dimensions();
                let turned = decoder.orientation().is_ok_and(swaps_sides);
                Some(if turned { (height, width) } else { (width, height) })
            }
            None => None,
        },
    };
    if let Some((width, height)) = size
        && u64::from(width) * u64::from(height) > MAX_PIXELS
    {
        return Err(InspectError::TooManyPixels { width, height });
    }
    Ok(size)
}

/// The format in the terms of the decoder, for types that it can read.
pub(super) fn format(file_type: &FileType) -> Option<ImageFormat> {
    match file_type.extension {
        "jpg" => Some(ImageFormat::Jpeg),
        "png" => Some(ImageFormat::Png),
        "webp" => Some(ImageFormat::WebP),
        "gif" => Some(ImageFormat::Gif),
        _ => None,
    }
}

/// A decoder that has read the header and will not take more memory than [`MAX_ALLOC`].
pub(super) fn decoder(
    bytes: &[u8],
    format: ImageFormat,
) -> Result<impl ImageDecoder, InspectError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    reader.into_decoder().map_err(|e| InspectError::Damaged(e.to_string()))
}

fn declared_size(bytes: &[u8]) -> Result<(u32, u32), InspectError> {
    let declared = imagesize::blob_size(bytes).map_err(|e| InspectError::Damaged(e.to_string()))?;
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    Ok((side(declared.width), side(declared.height)))
}

fn swaps_sides(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::media::testing;

    fn size_of(bytes: &[u8]) -> Result<Option<(u32, u32)>, InspectError> {
        pixel_size(bytes, FileType::sniff(bytes, "").unwrap())
    }

    #[test]
    fn headers_tell_the_size() {
        for bytes in [testing::jpeg(30, 20), testing::png(30, 20), testing::gif(30, 20)] {
            assert_eq!(size_of(&bytes).unwrap(), Some((30, 20)));
        }
        assert_eq!(size_of(b"just words").unwrap(), None);
    }

    #[test]
    fn a_turned_photograph_has_the_size_that_it_is_shown_with() {
        assert_eq!(size_of(&testing::jpeg_turned(30, 20)).unwrap(), Some((20, 30)));
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let bomb = testing::png_that_claims(50_000, 50_000);
        assert!(matches!(size_of(&bomb), Err(InspectError::TooManyPixels { .. })));
    }

    #[test]
    fn a_stump_is_damaged() {
        for bytes in [&testing::png(9, 9)[..20], &testing::jpeg(9, 9)[..20], b"GIF89a"] {
            assert!(matches!(size_of(bytes), Err(InspectError::Damaged(_))));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_behind_a_magic_number_can_be_inspected(
            tail in prop::collection::vec(any::<u8>(), 0..200),
            extension in prop::sample::select(vec!["jpg", "png", "webp", "gif", "avif", "ico"]),
        ) {
            let start: &[u8] = match extension {
                "jpg" => b"\xff\xd8\xff\xe0",
                "png" => b"\x89PNG\r\n\x1a\n",
                "webp" => b"RIFF\x40\x00\x00\x00WEBPVP8 ",
                "gif" => b"GIF89a",
                "avif" => b"\x00\x00\x00\x20ftypavif",
                _ => b"\x00\x00\x01\x00",
            };
            let bytes = [start, &tail].concat();
            let _ = pixel_size(&bytes, FileType::of_extension(extension));
        }
    }
}
