//! The types of file that the media store takes, told by their bytes and never by their names.

use std::path::Path;

/// A type of file.
#[derive(Debug, PartialEq, Eq)]
pub struct FileType {
    /// The media type, as `Content-Type` has it.
    pub content_type: &'static str,
    /// The extension of stored names.
    pub extension: &'static str,
    /// What is done with it.
    pub kind: Kind,
}

/// What is done with files of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture of pixels that we can decode, so that smaller variants of it can be made.
    Raster,
    /// A picture that is served as it is.
    Picture,
    /// SVG: a picture that is a document too, and may hold scripts.
    Vector,
    /// Sound, film, text: shown by the browser and harmless to the site.
    Inline,
    /// Saved by the browser, never opened on the site's own origin.
    Download,
}

impl Kind {
    /// Whether it is a picture of any sort.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Raster | Self::Picture | Self::Vector)
    }
}

const fn file(content_type: &'static str, extension: &'static str, kind: Kind) -> FileType {
    FileType { content_type, extension, kind }
}

/// SVG, which no magic number tells.
static SVG: FileType = file("image/svg+xml", "svg", Kind::Vector);

/// Types with a magic number.
static BINARY: [FileType; 18] = [
    file("image/jpeg", "jpg", Kind::Raster),
    file("image/png", "png", Kind::Raster),
    file("image/webp", "webp", Kind::Raster),
    file("image/gif", "gif", Kind::Picture),
    file("image/avif", "avif", Kind::Picture),
    file("image/vnd.microsoft.icon", "ico", Kind::Picture),
    file("video/mp4", "mp4", Kind::Inline),
    file("video/webm", "webm", Kind::Inline),
    file("audio/mpeg", "mp3", Kind::Inline),
    file("audio/m4a", "m4a", Kind::Inline),
    file("audio/ogg", "ogg", Kind::Inline),
    file("audio/x-wav", "wav", Kind::Inline),
    file("audio/x-flac", "flac", Kind::Inline),
    file("application/pdf", "pdf", Kind::Inline),
    file("application/zip", "zip", Kind::Download),
    file("application/epub+zip", "epub", Kind::Download),
    file("application/gzip", "gz", Kind::Download),
    file("text/html", "html", Kind::Download),
];

/// Types that are plain text; here alone the name decides, for the bytes look alike.
static TEXT: [FileType; 4] = [
    file("text/plain; charset=utf-8", "txt", Kind::Inline),
    file("text/markdown; charset=utf-8", "md", Kind::Inline),
    file("text/csv; charset=utf-8", "csv", Kind::Inline),
    file("application/json", "json", Kind::Inline),
];

/// What is served for a file of a type that is not known: bytes to save.
static UNKNOWN: FileType = file("application/octet-stream", "bin", Kind::Download);

impl FileType {
    /// The type of a file by its bytes; `None` where it is not one that the store takes. The name
    /// chooses among the types that are plain text.
    #[must_use]
    pub fn sniff(bytes: &[u8], name: &str) -> Option<&'static Self> {
        if looks_like_svg(bytes) {
            return Some(&SVG);
        }
        if let Some(found) = infer::get(bytes) {
            return BINARY.iter().find(|known| known.content_type == found.mime_type());
        }
        let text = str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
        if text.trim_start().starts_with('<') {
            // Markup of some sort that was not recognised: not a thing to open on this origin.
            return None;
        }
        let extension = Path::new(name).extension().and_then(|e| e.to_str()).unwrap_or_default();
        let named = TEXT.iter().find(|known| known.extension.eq_ignore_ascii_case(extension));
        Some(named.unwrap_or(&TEXT[0]))
    }

    /// The type of a stored file by its extension; bytes to save where it is not known.
    #[must_use]
    pub fn of_extension(extension: &str) -> &'static Self {
        Self::all().find(|known| known.extension == extension).unwrap_or(&UNKNOWN)
    }

    /// Every type that the store takes.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        BINARY.iter().chain(&TEXT).chain([&SVG])
    }
}

/// Whether the first element of a document is `svg`, behind any prolog.
fn looks_like_svg(bytes: &[u8]) -> bool {
    const WITHIN: usize = 16 * 1024;
    let start = &bytes[..bytes.len().min(WITHIN)];
    let text = String::from_utf8_lossy(start);
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<?") {
            rest.find("?>").map(|at| at + 2)
        } else if rest.starts_with("<!--") {
            rest.find("-->").map(|at| at + 3)
        } else if rest.starts_with("<!DOCTYPE svg") {
            doctype_end(rest)
        } else {
            break;
        };
        let Some(end) = end else { return false };
        rest = rest[end..].trim_start();
    }
    let Some(element) = rest.strip_prefix('<') else { return false };
    let name_end = element.find(|c: char| c.is_whitespace() || c == '>' || c == '/');
    let name = &element[..name_end.unwrap_or(0)];
    name == "svg" || name.ends_with(":svg")
}

/// A document type may declare entities in brackets, with angle brackets of their own.
fn doctype_end(text: &str) -> Option<usize> {
    let close = text.find('>')?;
    match text.find('[').filter(|&open| open < close) {
        Some(_) => {
            let bracket = text.find(']')?;
            Some(bracket + text[bracket..].find('>')? + 1)
        }
        None => Some(close + 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extension(bytes: &[u8], name: &str) -> Option<&'static str> {
        FileType::sniff(bytes, name).map(|t| t.extension)
    }

    #[test]
    fn bytes_tell_the_type() {
        let table: &[(&[u8], Option<&str>)] = &[
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", Some("jpg")),
            (b"\x89PNG\r\n\x1a\n", Some("png")),
            (b"GIF89a", Some("gif")),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Some("webp")),
            (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", Some("avif")),
            (b"\x00\x00\x01\x00\x01\x00", Some("ico")),
            (b"%PDF-1.7", Some("pdf")),
            (b"\x00\x00\x00\x1cftypisom\x00\x00\x02\x00isomiso2mp41", Some("mp4")),
            (b"ID3\x03", Some("mp3")),
            (b"PK\x03\x04\x14\x00", Some("zip")),
            (b"<!DOCTYPE html><title>x</title>", Some("html")),
            (b"<svg/>", Some("svg")),
            (
                b"\xef\xbb\xbf<?xml version=\"1.0\"?><!-- x --><svg viewBox=\"0 0 1 1\">",
                Some("svg"),
            ),
            (b"<!DOCTYPE svg [<!ENTITY x \"<y>\">]>\n<svg:svg>", Some("svg")),
            (b"<math></math>", None),
            (b"<svgx>", None),
            (b"just words", Some("txt")),
            (b"\x00\x01\x02\x03", None),
            (b"\x7fELF\x02\x01\x01\x00\x00\x00", None),
        ];
        for (bytes, expected) in table {
            assert_eq!(extension(bytes, "lie.png"), *expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn only_text_is_told_by_its_name() {
        assert_eq!(extension(b"a,b", "table.CSV"), Some("csv"));
        assert_eq!(extension(b"alert(1)", "evil.js"), Some("txt"));
        assert_eq!(extension(b"\x89PNG\r\n\x1a\n", "x.csv"), Some("png"));
    }

    #[test]
    fn an_unknown_extension_is_saved_not_shown() {
        assert_eq!(FileType::of_extension("exe").kind, Kind::Download);
        assert_eq!(FileType::of_extension("html").kind, Kind::Download);
        assert_eq!(FileType::of_extension("svg").kind, Kind::Vector);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_sniffed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = FileType::sniff(&bytes, "");
        }

        #[test]
        fn any_markup_can_be_sniffed(text in "(<\\?|\\?>|<!--|-->|<!DOCTYPE svg|\\[|\\]|>|<|svg|é| ){0,12}") {
            let _ = FileType::sniff(text.as_bytes(), "");
        }
    }
}
