//! The names of stored files: readable, safe everywhere, and different for different bytes.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::file_type::FileType;
use crate::domain::Slug;
use crate::domain::slug::SlugStyle;

/// The longest readable part, in characters.
const MAX_STEM: usize = 64;
/// The longest extension, in characters.
const MAX_EXTENSION: usize = 8;
/// Hexadecimal digits of the hash.
const HASH_DIGITS: usize = 12;

/// `stem-0123456789ab.ext`: lower-case ASCII letters, digits and dashes, then 12 digits of the
/// SHA-256 of the bytes, then the extension of their type.
///
/// Such a name cannot lead out of a folder, needs no escaping, and names the same bytes for ever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredName(String);

/// Why a text is not a stored name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored name is `stem-hash.extension`")]
pub struct InvalidName;

impl StoredName {
    /// The name for bytes of a type that came under some name, which may be a whole path. Bytes
    /// that come under the very name they had in a store keep it: they may come from an export.
    #[must_use]
    pub fn new(original: &str, bytes: &[u8], file_type: &FileType) -> Self {
        let hash = HEXLOWER.encode(&Sha256::digest(bytes)[..HASH_DIGITS / 2]);
        let file = last_segment(original);
        let before = file.parse::<Self>().ok().filter(|name| {
            let extension = name.0.rsplit_once('.').map(|(_, extension)| extension);
            name.hash() == hash && extension == Some(file_type.extension)
        });
        before.unwrap_or_else(|| {
            let stem = stem(file).unwrap_or_else(|| "file".to_owned());
            Self(format!("{stem}-{hash}.{}", file_type.extension))
        })
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits of the hash.
    #[must_use]
    pub fn hash(&self) -> &str {
        let stem = self.0.rsplit_once('.').map_or("", |(stem, _)| stem);
        stem.rsplit_once('-').map_or("", |(_, hash)| hash)
    }

    /// The type that the extension stands for.
    #[must_use]
    pub fn file_type(&self) -> &'static FileType {
        FileType::of_extension(self.0.rsplit_once('.').map_or("", |(_, extension)| extension))
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The readable part: the name of a file, without its extension, as an ASCII slug.
fn stem(file: &str) -> Option<String> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let slug = Slug::from_text(stem, SlugStyle::Ascii)?;
    let bounded: String = slug.as_str().chars().take(MAX_STEM).collect();
    let plain = bounded.trim_end_matches('-');
    is_stem(plain).then(|| plain.to_owned())
}

fn is_stem(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=MAX_STEM).contains(&text.len()) && text.bytes().all(is_plain)
}

impl FromStr for StoredName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (rest, extension) = text.rsplit_once('.').ok_or(InvalidName)?;
        let (stem, hash) = rest.rsplit_once('-').ok_or(InvalidName)?;
        let is_extension = (1..=MAX_EXTENSION).contains(&extension.len())
            && extension.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let is_hash = hash.len() == HASH_DIGITS
            && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if is_stem(stem) && is_hash && is_extension {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName)
        }
    }
}

impl fmt::Display for StoredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(original: &str) -> StoredName {
        StoredName::new(original, b"bytes", FileType::of_extension("png"))
    }

    #[test]
    fn names_are_readable_and_hold_a_hash() {
        for (original, stem) in [
            ("Photo 1.PNG", "photo-1"),
            ("/tmp/../a/Zürich.jpeg", "zurich"),
            ("C:\\pictures\\me.png", "me"),
            ("東京.png", "dong-jing"),
            ("", "file"),
            (".png", "file"),
            ("no extension", "no-extension"),
        ] {
            assert_eq!(name(original).as_str(), format!("{stem}-277089d91c0b.png"), "{original}");
        }
        assert_eq!(name("x").hash(), "277089d91c0b");
        assert_eq!(name("x").file_type().content_type, "image/png");
    }

    #[test]
    fn a_stored_name_stays_what_it_is() {
        let stored = name(&"a".repeat(10_000));
        assert_eq!(name(&format!("/export/media/{stored}")), stored);
        let of_other_bytes = "x-000000000000.png";
        assert_eq!(name(of_other_bytes).as_str(), "x-000000000000-277089d91c0b.png");
        let of_other_type = "x-277089d91c0b.gif";
        assert_eq!(name(of_other_type).as_str(), "x-277089d91c0b-277089d91c0b.png");
    }

    #[test]
    fn a_long_name_is_cut() {
        let name = name(&"a".repeat(10_000));
        assert_eq!(name.as_str().len(), MAX_STEM + 1 + HASH_DIGITS + 4);
    }

    #[test]
    fn what_is_not_a_stored_name_is_refused() {
        for text in [
            "",
            "x.png",
            "../x-277089d91c0b.png",
            "x-277089d91c0b",
            "x-277089D91C0B.png",
            "x-277089d91c0b.png\0",
            "X-277089d91c0b.png",
            "-277089d91c0b.png",
            "a/x-277089d91c0b.png",
            "x-277089d91c0b.",
            "x-277089d91c0b.toolongext",
        ] {
            assert_eq!(text.parse::<StoredName>(), Err(InvalidName), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_name_made_of_anything_reads_back(original in "\\PC{0,200}") {
            let name = name(&original);
            prop_assert_eq!(name.as_str().parse(), Ok(name.clone()));
        }
    }
}
