//! Smaller versions of a picture, and the addresses that name them.
//!
//! Ghost's clients know these addresses: `size/w600/photo.jpg` keeps the format of the original,
//! `size/w600/format/webp/photo.jpg` does not, although its name still ends as the original's.

use super::file_type::FileType;
use super::name::StoredName;
use crate::domain::media::WIDTHS;

/// The format of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VariantFormat {
    /// That of the original.
    Original,
    /// WebP.
    WebP,
}

/// A smaller version of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variant {
    /// The original.
    pub name: StoredName,
    /// Pixels; one of [`WIDTHS`].
    pub width: u32,
    /// The format.
    pub format: VariantFormat,
}

impl Variant {
    /// The key that it is stored under, which is its address behind `/content/images/` too.
    #[must_use]
    pub fn key(&self) -> String {
        let Self { name, width, format } = self;
        match format {
            VariantFormat::Original => format!("size/w{width}/{name}"),
            VariantFormat::WebP => format!("size/w{width}/format/webp/{name}"),
        }
    }

    /// The type of its bytes.
    #[must_use]
    pub fn file_type(&self) -> &'static FileType {
        match self.format {
            VariantFormat::Original => self.name.file_type(),
            VariantFormat::WebP => FileType::of_extension("webp"),
        }
    }
}

/// What an address behind `/content/images/` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaPath {
    /// A file as it came.
    Original(StoredName),
    /// A smaller version.
    Variant(Variant),
    /// A size or a format that is not made here; the original stands in for it.
    OtherSize(StoredName),
}

impl MediaPath {
    /// Reads an address; `None` where nothing can be stored under it.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        // More segments than any address has are not collected.
        let segments: Vec<&str> = path.splitn(6, '/').collect();
        let (size, format, name) = match segments[..] {
            [name] => return Some(Self::Original(name.parse().ok()?)),
            ["size", size, name] => (size, Some(VariantFormat::Original), name),
            ["size", size, "format", "webp", name] => (size, Some(VariantFormat::WebP), name),
            ["size", size, "format", _, name] => (size, None, name),
            _ => return None,
        };
        let name: StoredName = name.parse().ok()?;
        let width = WIDTHS.into_iter().find(|width| size == format!("w{width}"));
        Some(match width.zip(format) {
            Some((width, format)) => Self::Variant(Variant { name, width, format }),
            None => Self::OtherSize(name),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "photo-277089d91c0b.jpg";

    fn name() -> StoredName {
        NAME.parse().unwrap()
    }

    #[test]
    fn addresses_are_understood() {
        let variant = |width, format| MediaPath::Variant(Variant { name: name(), width, format });
        let other = || Some(MediaPath::OtherSize(name()));
        for (path, expected) in [
            ("NAME", Some(MediaPath::Original(name()))),
            ("size/w600/NAME", Some(variant(600, VariantFormat::Original))),
            ("size/w2400/format/webp/NAME", Some(variant(2400, VariantFormat::WebP))),
            ("size/w601/NAME", other()),
            ("size/w0600/NAME", other()),
            ("size/w600h400/format/webp/NAME", other()),
            ("size/w600/format/avif/NAME", other()),
            ("size/NAME", None),
            ("2024/01/NAME", None),
            ("size/w600/format/webp/x/NAME", None),
            ("size/w600/../NAME", None),
            ("", None),
            ("photo.jpg", None),
        ] {
            assert_eq!(MediaPath::parse(&path.replace("NAME", NAME)), expected, "{path}");
        }
    }

    #[test]
    fn a_key_is_an_address() {
        for width in WIDTHS {
            for format in [VariantFormat::Original, VariantFormat::WebP] {
                let variant = Variant { name: name(), width, format };
                assert_eq!(MediaPath::parse(&variant.key()), Some(MediaPath::Variant(variant)));
            }
        }
    }

    proptest! {
        #[test]
        fn any_address_can_be_read(path in "(size|/|w600|format|webp|\\.|%00|é){0,20}") {
            let _ = MediaPath::parse(&path);
        }
    }
}
