//! The hashed name of an asset, of whatever build: a text that only some bytes belong to.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::FOLDER;

/// The longest name, in bytes.
const LONGEST: usize = 200;
/// Hexadecimal digits of the hash: as many as the build writes.
const DIGITS: usize = 16;

/// `fonts/text.0123456789abcdef.woff2`: what the addresses of assets have behind `/assets/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HashedName(String);

impl HashedName {
    /// The name in an address; `None` where no build could have given it.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.strip_prefix(FOLDER)?;
        let is_safe = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
        let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(is_safe);
        let name = (name.len() <= LONGEST && name.split('/').all(is_part)).then_some(name)?;
        hash(name).map(|_| Self(name.to_owned()))
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the name of these bytes.
    #[must_use]
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        let digest = HEXLOWER.encode(&Sha256::digest(bytes)[..DIGITS / 2]);
        hash(&self.0) == Some(digest.as_str())
    }

    /// The value of `Content-Type`, by the extension; as the build has it for its own.
    #[must_use]
    pub fn content_type(&self) -> String {
        let essence =
            mime_guess::from_path(&self.0).first_or_octet_stream().essence_str().to_owned();
        let is_text = essence.starts_with("text/");
        format!("{essence}{}", if is_text { "; charset=utf-8" } else { "" })
    }
}

/// The hash in a name: behind the last dot, or before the extension.
fn hash(name: &str) -> Option<&str> {
    let file = name.rsplit('/').next()?;
    let is_hash = |part: &&str| {
        part.len() == DIGITS && part.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
    };
    file.split('.').skip(1).collect::<Vec<_>>().into_iter().rev().take(2).find(is_hash)
}

#[cfg(test)]
mod tests {
    use super::super::{ASSETS, Coding};
    use super::*;

    #[test]
    fn every_asset_of_this_build_has_one() {
        for asset in ASSETS {
            let name = HashedName::of_path(asset.path).expect(asset.path);
            assert!(name.is_of(asset.bytes(Coding::Identity).unwrap()), "{}", asset.path);
            assert!(!name.is_of(b"other bytes"), "{}", asset.path);
            assert_eq!(name.content_type(), asset.content_type, "{}", asset.path);
        }
    }

    #[test]
    fn what_no_build_could_have_given_is_none() {
        assert!(HashedName::of_path("/assets/fonts/text.0123456789abcdef.woff2").is_some());
        assert!(HashedName::of_path("/assets/LICENSE.0123456789abcdef").is_some());
        let long = format!("/assets/{}.0123456789abcdef.css", "a".repeat(200));
        for path in [
            "/assets/site.css",
            "/assets/site.0123.css",
            "/assets/site.0123456789ABCDEF.css",
            "/assets/0123456789abcdef.css",
            "/assets/../x.0123456789abcdef.css",
            "/assets//x.0123456789abcdef.css",
            "/assets/%2e%2e/x.0123456789abcdef.css",
            "/assets/a b.0123456789abcdef.css",
            "/other/site.0123456789abcdef.css",
            &long,
        ] {
            assert_eq!(HashedName::of_path(path), None, "{path}");
        }
    }
}
