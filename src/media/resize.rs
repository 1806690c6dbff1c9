//! Makes a smaller picture of a picture. Pure work on bytes; it may take a second.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat};
use webp::PixelLayout;

use super::file_type::{FileType, Kind};
use super::inspect::{InspectError, decoder, format};
use super::variant::VariantFormat;
use super::webp_profile;

/// The quality of lossy formats, of 100: where loss is hard to see at twice the pixels.
const QUALITY: u8 = 80;
/// The largest colour profile that is carried over, in bytes. Those of cameras and phones have
/// hundreds of bytes; a printer's may outweigh the picture.
const MAX_PROFILE: usize = 64 * 1024;

/// Why no smaller picture could be made.
#[derive(Debug, thiserror::Error)]
pub enum ResizeError {
    /// The original cannot be decoded.
    #[error(transparent)]
    Original(#[from] InspectError),
    /// The result cannot be encoded, as where a side is longer than the format allows.
    #[error("the variant cannot be encoded: {0}")]
    Encode(String),
}

/// The picture at a width in pixels, the right way up, its colours as they were.
///
/// `None` where the original should be shown itself: it moves, it is not of pixels, or it is no
/// wider and keeps its format. A picture is never made wider than it is.
pub fn resize(
    bytes: &[u8],
    file_type: &FileType,
    width: u32,
    into: VariantFormat,
) -> Result<Option<Vec<u8>>, ResizeError> {
    let Some(from) = format(file_type).filter(|_| file_type.kind == Kind::Raster) else {
        return Ok(None);
    };
    if is_animated(bytes, from)? {
        return Ok(None);
    }
    let (picture, profile) = decode(bytes, from)?;
    if picture.width() <= width && into == VariantFormat::Original {
        return Ok(None);
    }
    let picture = shrink(picture, width);
    let target = if into == VariantFormat::WebP { ImageFormat::WebP } else { from };
    encode(&picture, target, profile).map(Some)
}

fn is_animated(bytes: &[u8], format: ImageFormat) -> Result<bool, InspectError> {
    let animated = match format {
        ImageFormat::Png => PngDecoder::new(Cursor::new(bytes)).and_then(|d| d.is_apng()),
        ImageFormat::WebP => WebPDecoder::new(Cursor::new(bytes)).map(|d| d.has_animation()),
        _ => Ok(false),
    };
    animated.map_err(damaged)
}

/// The pixels the right way up, and the colour profile that gives them their meaning.
fn decode(
    bytes: &[u8],
    format: ImageFormat,
) -> Result<(DynamicImage, Option<Vec<u8>>), InspectError> {
    let mut decoder = decoder(bytes, format)?;
    let orientation = decoder.orientation().map_err(damaged)?;
    let profile = decoder.icc_profile().ok().flatten().filter(|p| is_rgb_profile(p));
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    let profile = profile.filter(|_| picture.color().has_color());
    Ok((picture, profile))
}

/// Whether a profile is for RGB (ICC.1:2022, section 7.2.6) and of a reasonable size. The pixels
/// of a CMYK file have been converted, so that its profile would be wrong for them.
fn is_rgb_profile(profile: &[u8]) -> bool {
    profile.len() <= MAX_PROFILE && profile.get(16..20) == Some(b"RGB ")
}

/// The picture with eight bits a channel and at most this width, its proportions kept.
///
/// A much larger picture is averaged down to twice the size first: the filter that keeps edges
/// sharp takes time and memory by the pixels that it starts from, and the eye sees no difference.
fn shrink(mut picture: DynamicImage, width: u32) -> DynamicImage {
    let scaled = u64::from(picture.height()) * u64::from(width) / u64::from(picture.width().max(1));
    let height = u32::try_from(scaled).unwrap_or(u32::MAX).max(1);
    if picture.width() / 4 >= width {
        picture = picture.thumbnail_exact(width * 2, height.saturating_mul(2));
    }
    if picture.width() > width {
        picture = picture.resize_exact(width, height, FilterType::Lanczos3);
    }
    if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    }
}

fn encode(
    picture: &DynamicImage,
    format: ImageFormat,
    profile: Option<Vec<u8>>,
) -> Result<Vec<u8>, ResizeError> {
    let failed = |e: &dyn std::fmt::Display| ResizeError::Encode(e.to_string());
    let mut bytes = Vec::new();
    match format {
        ImageFormat::WebP => {
            let (width, height) = (picture.width(), picture.height());
            let layout =
                if picture.color().has_alpha() { PixelLayout::Rgba } else { PixelLayout::Rgb };
            let lossy = webp::Encoder::new(picture.as_bytes(), layout, width, height)
                .encode_simple(false, f32::from(QUALITY))
                .map_err(|e| ResizeError::Encode(format!("{e:?}")))?;
            bytes = match profile {
                Some(icc) => webp_profile::insert(&lossy, &icc, width, height),
                None => lossy.to_vec(),
            };
        }
        ImageFormat::Jpeg => {
            let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
            set_profile(&mut encoder, profile);
            encoder.encode_image(picture).map_err(|e| failed(&e))?;
        }
        _ => {
            let mut encoder = PngEncoder::new(&mut bytes);
            set_profile(&mut encoder, profile);
            picture.write_with_encoder(encoder).map_err(|e| failed(&e))?;
        }
    }
    Ok(bytes)
}

/// Without its profile the picture is still a picture, only paler.
fn set_profile(encoder: &mut impl ImageEncoder, profile: Option<Vec<u8>>) {
    if let Some(profile) = profile {
        let _ = encoder.set_icc_profile(profile);
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn damaged(error: image::ImageError) -> InspectError {
    InspectError::Damaged(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing;

    fn resized(bytes: &[u8], width: u32, into: VariantFormat) -> Option<Vec<u8>> {
        resize(bytes, FileType::sniff(bytes, "").unwrap(), width, into).unwrap()
    }

    fn opened(bytes: &[u8]) -> DynamicImage {
        image::load_from_memory(bytes).unwrap()
    }

    #[test]
    fn a_wide_picture_becomes_narrow_in_either_format() {
        for bytes in [testing::jpeg(900, 300), testing::png(900, 300), testing::webp(900, 300)] {
            let webp = resized(&bytes, 400, VariantFormat::WebP).unwrap();
            assert_eq!(image::guess_format(&webp).unwrap(), ImageFormat::WebP);
            assert_eq!((opened(&webp).width(), opened(&webp).height()), (400, 133));

            let same = resized(&bytes, 400, VariantFormat::Original).unwrap();
            assert_eq!(image::guess_format(&same).ok(), image::guess_format(&bytes).ok());
            assert_eq!(opened(&same).width(), 400);
        }
    }

    #[test]
    fn nothing_grows() {
        let small = testing::jpeg(300, 100);
        let webp = resized(&small, 600, VariantFormat::WebP).unwrap();
        assert_eq!((opened(&webp).width(), opened(&webp).height()), (300, 100));
        assert_eq!(resized(&small, 600, VariantFormat::Original), None);
    }

    #[test]
    fn a_thin_picture_keeps_one_row() {
        let line = testing::png(5000, 1);
        assert_eq!(opened(&resized(&line, 400, VariantFormat::WebP).unwrap()).height(), 1);
    }

    #[test]
    fn a_turned_photograph_stands_upright() {
        let webp = resized(&testing::jpeg_turned(800, 400), 400, VariantFormat::WebP).unwrap();
        let upright = opened(&webp).into_rgb8();
        assert_eq!(upright.dimensions(), (400, 800));
        // The left half was red and the right half blue; turned clockwise, red is on top.
        let (top, bottom) = (upright.get_pixel(200, 100), upright.get_pixel(200, 700));
        assert!(top[0] > 200 && top[2] < 60, "{top:?}");
        assert!(bottom[2] > 200 && bottom[0] < 60, "{bottom:?}");
    }

    #[test]
    fn transparency_stays() {
        let clear = testing::clear_png(500, 500);
        for into in [VariantFormat::WebP, VariantFormat::Original] {
            let small = opened(&resized(&clear, 400, into).unwrap()).into_rgba8();
            assert_eq!(small.get_pixel(200, 200)[3], 0, "{into:?}");
        }
    }

    #[test]
    fn colours_keep_their_profile() {
        let profile = testing::rgb_profile();
        let bytes = testing::jpeg_with_profile(500, 200, &profile);
        for into in [VariantFormat::WebP, VariantFormat::Original] {
            let small = resized(&bytes, 400, into).unwrap();
            let mut decoder = decoder(&small, image::guess_format(&small).unwrap()).unwrap();
            assert_eq!(decoder.icc_profile().unwrap().as_ref(), Some(&profile), "{into:?}");
            assert_eq!(opened(&small).width(), 400);
        }
    }

    #[test]
    fn what_moves_or_is_no_raster_stays_as_it_is() {
        let still = ["<svg/>".into(), testing::gif(900, 9), testing::apng(900, 9)];
        for bytes in still.iter().chain([&testing::moving_webp(900, 9)]) {
            assert_eq!(resized(bytes, 400, VariantFormat::WebP), None);
        }
    }

    #[test]
    fn what_cannot_be_decoded_or_encoded_is_an_error() {
        let jpeg = FileType::of_extension("jpg");
        let stump = &testing::png(900, 300)[..60];
        assert!(resize(b"\xff\xd8\xff", jpeg, 400, VariantFormat::WebP).is_err());
        assert!(resize(stump, FileType::of_extension("png"), 400, VariantFormat::WebP).is_err());
        // A side of WebP has at most 16383 pixels.
        let tower = testing::png(1, 20_000);
        let png = FileType::of_extension("png");
        let error = resize(&tower, png, 400, VariantFormat::WebP).unwrap_err();
        assert!(matches!(error, ResizeError::Encode(_)), "{error}");
    }
}
