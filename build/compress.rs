//! Compresses ahead of time, so that serving costs a copy and the strongest settings are free.

use std::error::Error;
use std::io::Write as _;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// The bytes in each coding that makes them smaller.
pub struct Compressed {
    pub brotli: Option<Vec<u8>>,
    pub zstd: Option<Vec<u8>>,
    pub gzip: Option<Vec<u8>>,
}

/// Compresses the bytes of a type; with `best`, as small as it goes, else fast.
pub fn compress(
    bytes: &[u8],
    content_type: &str,
    best: bool,
) -> Result<Compressed, Box<dyn Error>> {
    if is_compressed_already(content_type) {
        return Ok(Compressed { brotli: None, zstd: None, gzip: None });
    }
    let if_smaller = |coded: Vec<u8>| (coded.len() < bytes.len()).then_some(coded);
    Ok(Compressed {
        brotli: if_smaller(brotli(bytes, best)?),
        zstd: if_smaller(zstd::bulk::compress(bytes, if best { 19 } else { 3 })?),
        gzip: if_smaller(gzip(bytes, best)?),
    })
}

fn brotli(mut bytes: &[u8], best: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    let params = BrotliEncoderParams {
        quality: if best { 11 } else { 5 },
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut coded = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut coded, &params)?;
    Ok(coded)
}

fn gzip(bytes: &[u8], best: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    let level = if best { Compression::best() } else { Compression::default() };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Pictures, fonts and archives; but SVG and ICO are not compressed, nor is a TrueType font.
fn is_compressed_already(content_type: &str) -> bool {
    let kind = content_type.split('/').next().unwrap_or_default();
    match content_type {
        "image/svg+xml" | "image/x-icon" | "font/ttf" | "font/otf" => false,
        "application/zip" | "application/gzip" | "application/pdf" => true,
        _ => matches!(kind, "image" | "font" | "audio" | "video"),
    }
}
