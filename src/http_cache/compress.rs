//! A body in the codings that readers take, made once, when it is stored.

use std::io::Write as _;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};

use super::cache_control::directives;
use super::encoding::Coding;

/// Less does not get smaller on the wire: it fits into one packet as it is.
const SMALLEST: usize = 860;
/// The tenth part is won from here on with much more work.
const BROTLI_QUALITY: i32 = 5;
/// The least window and the greatest, as powers of two. The encoder makes room for twice its window and
/// fills it with zeros, which for a short text is more work than the rest. Below 17 it compares far more.
const BROTLI_WINDOWS: [u32; 2] = [17, 22];

/// Whether a response may be coded here: it is plain and of a kind that gets smaller, and nobody
/// forbids it (RFC 9110, section 7.7; RFC 9111, section 5.2.2.6).
#[must_use]
pub fn is_wanted(headers: &HeaderMap) -> bool {
    !headers.contains_key(CONTENT_ENCODING)
        && headers.get(CONTENT_TYPE).is_some_and(|kind| is_text(kind.as_bytes()))
        && !directives(headers.get_all(CACHE_CONTROL)).any(|said| said.name == "no-transform")
}

fn is_text(kind: &[u8]) -> bool {
    let essence = kind.split(|&b| b == b';').next().unwrap_or_default().trim_ascii();
    let essence = essence.to_ascii_lowercase();
    let named: [&[u8]; 4] =
        [b"application/json", b"application/javascript", b"application/xml", b"image/svg+xml"];
    essence.starts_with(b"text/")
        || essence.ends_with(b"+json")
        || essence.ends_with(b"+xml")
        || named.contains(&essence.as_slice())
}

/// The body in each coding in which it is smaller, the preferred one first. It takes milliseconds of work.
#[must_use]
pub fn compress(body: &Bytes) -> Vec<(Coding, Bytes)> {
    if body.len() < SMALLEST {
        return Vec::new();
    }
    let coded = [(Coding::Brotli, brotli(body)), (Coding::Gzip, gzip(body))];
    coded
        .into_iter()
        .filter_map(|(coding, bytes)| Some((coding, Bytes::from(bytes?))))
        .filter(|(_, bytes)| bytes.len() < body.len())
        .collect()
}

fn brotli(body: &[u8]) -> Option<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: window(body.len()),
        size_hint: body.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut coded = Vec::new();
    brotli::BrotliCompress(&mut &*body, &mut coded, &params).ok()?;
    Some(coded)
}

/// The window that sees all of a body of this length, or as much of it as one may.
fn window(length: usize) -> i32 {
    let [least, most] = BROTLI_WINDOWS;
    let bits = (usize::BITS - length.leading_zeros()).clamp(least, most);
    bits.cast_signed()
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use http::HeaderValue;

    use super::*;

    #[test]
    fn each_coding_gives_the_body_back() {
        const CODINGS: [Coding; 2] = [Coding::Brotli, Coding::Gzip];
        let body = Bytes::from("All work and no play. ".repeat(200));
        let coded = compress(&body);
        assert_eq!(coded.iter().map(|(coding, _)| *coding).collect::<Vec<_>>(), CODINGS);
        for (coding, bytes) in coded {
            let mut plain = Vec::new();
            match coding {
                Coding::Brotli => {
                    brotli::BrotliDecompress(&mut &*bytes, &mut plain).unwrap();
                }
                _ => {
                    flate2::read::GzDecoder::new(&*bytes).read_to_end(&mut plain).unwrap();
                }
            }
            assert_eq!(plain, body, "{coding:?}");
        }
    }

    #[test]
    fn a_window_sees_the_whole_of_a_body() {
        for (length, bits) in [
            (0, 17),
            (SMALLEST, 17),
            (100_000, 17),
            (131_072, 18),
            (1_000_000, 20),
            (4_000_000, 22),
            (usize::MAX, 22),
        ] {
            assert_eq!(window(length), bits, "{length}");
        }
    }

    #[test]
    fn what_does_not_get_smaller_stays() {
        assert!(compress(&Bytes::from_static(b"short")).is_empty());
        let noise: Vec<u8> =
            (0..2000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert!(compress(&noise.into()).iter().all(|(_, bytes)| bytes.len() < 2000));
    }

    #[test]
    fn only_plain_text_is_coded() {
        for (kind, more, wanted) in [
            ("text/html; charset=utf-8", None, true),
            ("Application/JSON", None, true),
            ("application/atom+xml", None, true),
            ("image/svg+xml", None, true),
            ("image/png", None, false),
            ("text/html", Some((CONTENT_ENCODING, "br")), false),
            ("text/html", Some((CACHE_CONTROL, "no-transform")), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            if let Some((name, value)) = more {
                headers.insert(name, HeaderValue::from_static(value));
            }
            assert_eq!(is_wanted(&headers), wanted, "{kind}");
        }
    }
}
