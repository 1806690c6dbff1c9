//! Puts a colour profile into a WebP file, which the encoder cannot do (RFC 9649, section 2.7).

/// The flag of the extended header that says that a profile follows.
const HAS_PROFILE: u8 = 0x20;
/// What stands before the first chunk: `RIFF`, the length of the rest, `WEBP`.
const FILE_HEADER: usize = 12;
/// The extended header with the name and length of its chunk.
const EXTENDED_HEADER: usize = 18;

/// The file with the profile. The sides are those of the picture, in pixels, from 1 to 16383.
#[must_use]
pub fn insert(webp: &[u8], profile: &[u8], width: u32, height: u32) -> Vec<u8> {
    let chunks = webp.get(FILE_HEADER..).unwrap_or_default();
    // A file with transparency has an extended header already; a plain one needs it now.
    let (flags, chunks) = if chunks.starts_with(b"VP8X") && chunks.len() >= EXTENDED_HEADER {
        (chunks[8], &chunks[EXTENDED_HEADER..])
    } else {
        (0, chunks)
    };
    let mut header = vec![flags | HAS_PROFILE, 0, 0, 0];
    header.extend_from_slice(&(width - 1).to_le_bytes()[..3]);
    header.extend_from_slice(&(height - 1).to_le_bytes()[..3]);

    let mut body = b"WEBP".to_vec();
    push_chunk(&mut body, *b"VP8X", &header);
    push_chunk(&mut body, *b"ICCP", profile);
    body.extend_from_slice(chunks);
    let mut file = Vec::new();
    push_chunk(&mut file, *b"RIFF", &body);
    file
}

/// A chunk: its name, its length, its bytes, and one more where the length is odd.
fn push_chunk(to: &mut Vec<u8>, name: [u8; 4], bytes: &[u8]) {
    // A variant is far smaller than the four gigabytes that the field can hold.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    to.extend_from_slice(&name);
    to.extend_from_slice(&length.to_le_bytes());
    to.extend_from_slice(bytes);
    if bytes.len() % 2 == 1 {
        to.push(0);
    }
}
