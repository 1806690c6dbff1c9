//! Pictures for tests, made here so that no test needs a file.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// The left half red, the right half blue.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) }
    })
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// A JPEG file.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&halves(width, height).into(), ImageFormat::Jpeg)
}

/// A PNG file.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&halves(width, height).into(), ImageFormat::Png)
}

/// A GIF file.
pub fn gif(width: u32, height: u32) -> Vec<u8> {
    encoded(&halves(width, height).into(), ImageFormat::Gif)
}

/// A WebP file.
pub fn webp(width: u32, height: u32) -> Vec<u8> {
    encoded(&halves(width, height).into(), ImageFormat::WebP)
}

/// A PNG file that does not compress.
pub fn noise_png(width: u32, height: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let noise = RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        Rgb([a, b, c])
    });
    encoded(&noise.into(), ImageFormat::Png)
}

/// A PNG file of which one sees nothing.
pub fn clear_png(width: u32, height: u32) -> Vec<u8> {
    let clear = RgbaImage::from_pixel(width, height, Rgba([9, 9, 9, 0]));
    encoded(&clear.into(), ImageFormat::Png)
}

/// A photograph from a camera that was held upright: it is to be turned clockwise.
pub fn jpeg_turned(width: u32, height: u32) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    // One entry: orientation, of type SHORT, one value, 6; then no further directory.
    exif.extend_from_slice(b"\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0");
    let plain = jpeg(width, height);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat()
}

/// As much of a colour profile as anybody looks at.
pub fn rgb_profile() -> Vec<u8> {
    let mut profile = vec![7; 201];
    profile[16..20].copy_from_slice(b"RGB ");
    profile
}

/// A JPEG file with a colour profile.
pub fn jpeg_with_profile(width: u32, height: u32, profile: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile.to_vec()).unwrap();
    encoder.encode_image(&halves(width, height)).unwrap();
    bytes
}

/// A small PNG file whose header promises many pixels.
pub fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let small = png(1, 1);
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = [&sides, &small[24..29]].concat();
    [&small[..8], &png_chunk(*b"IHDR", &header), &small[33..]].concat()
}

/// A PNG file that says it is animated.
pub fn apng(width: u32, height: u32) -> Vec<u8> {
    let still = png(width, height);
    let animation = png_chunk(*b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    let mut frame = vec![0; 4];
    frame.extend_from_slice(&width.to_be_bytes());
    frame.extend_from_slice(&height.to_be_bytes());
    frame.extend_from_slice(&[0; 8]);
    frame.extend_from_slice(&[0, 1, 0, 10, 0, 0]);
    [&still[..33], &animation, &png_chunk(*b"fcTL", &frame), &still[33..]].concat()
}

/// A WebP file of two frames.
pub fn moving_webp(width: u32, height: u32) -> Vec<u8> {
    let mut config = webp::WebPConfig::new().unwrap();
    config.lossless = 1;
    let (first, second) = (halves(width, height), RgbImage::new(width, height));
    let mut encoder = webp::AnimEncoder::new(width, height, &config);
    encoder.add_frame(webp::AnimFrame::from_rgb(&first, width, height, 0));
    encoder.add_frame(webp::AnimFrame::from_rgb(&second, width, height, 100));
    encoder.encode().to_vec()
}

fn png_chunk(name: [u8; 4], bytes: &[u8]) -> Vec<u8> {
    let named = [&name, bytes].concat();
    let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length[..], &named, &crc32(&named).to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _bit in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
