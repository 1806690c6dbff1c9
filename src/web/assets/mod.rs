//! What `static/` holds, embedded: style sheets, scripts, icons, fonts.
//!
//! Each asset is served under a name with a hash of its bytes, and may be kept for ever. Code and
//! templates ask for it by its plain name: `asset!("site.css")` is its address, and a name that
//! is not in `static/` fails the build. In a template whose module has `use crate::web::assets::asset;`:
//!
//! ```text
//! <link rel="stylesheet" href="{{ asset!("site.css") }}">
//! ```

mod hashed_name;
mod other_builds;
mod serve;
mod shared;

// Tested here because cargo does not test build scripts.
#[cfg(test)]
#[path = "../../../build/references.rs"]
mod references;
#[cfg(test)]
#[path = "../../../build/shrink.rs"]
mod shrink;

pub use other_builds::{Alone, OtherAsset, OtherBuilds, Unreachable};
pub use serve::{Assets, routes};
pub use shared::SharedAssets;

use super::http::{Coding, ETag};

/// What the address of every asset begins with.
const FOLDER: &str = "/assets/";

/// An embedded file, in every coding that makes it smaller.
#[derive(Debug)]
pub struct Asset {
    /// Its name in `static/`.
    pub name: &'static str,
    /// The address that it is served under.
    pub path: &'static str,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    hash: &'static str,
    identity: &'static [u8],
    brotli: Option<&'static [u8]>,
    zstd: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));
pub use __asset as asset;

impl Asset {
    /// The asset at an address.
    #[must_use]
    pub fn at(path: &str) -> Option<&'static Self> {
        let place = ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
        ASSETS.get(place)
    }

    /// The asset of a name that is not known before the program runs; else use [`asset!`].
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.name == name)
    }

    /// Its bytes in a coding, if it has that one.
    #[must_use]
    pub const fn bytes(&self, coding: Coding) -> Option<&'static [u8]> {
        match coding {
            Coding::Brotli => self.brotli,
            Coding::Zstd => self.zstd,
            Coding::Gzip => self.gzip,
            Coding::Identity => Some(self.identity),
        }
    }

    /// The codings besides the plain bytes, the one with the fewest bytes first.
    pub fn codings(&self) -> impl Iterator<Item = Coding> {
        let mut codings = [Coding::Brotli, Coding::Zstd, Coding::Gzip];
        codings.sort_by_key(|&coding| self.bytes(coding).map_or(usize::MAX, <[u8]>::len));
        codings.into_iter().filter(|&coding| self.bytes(coding).is_some())
    }

    /// The tag of its bytes in a coding.
    #[must_use]
    pub fn etag(&self, coding: Coding) -> ETag {
        ETag::new(&format!("{}-{}", self.hash, coding.token()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn every_coding_decodes_to_the_plain_bytes() {
        for asset in ASSETS {
            let plain = asset.bytes(Coding::Identity).unwrap();
            for coding in asset.codings() {
                let coded = asset.bytes(coding).unwrap();
                let mut decoded = Vec::new();
                match coding {
                    Coding::Brotli => {
                        brotli::BrotliDecompress(&mut &*coded, &mut decoded).unwrap();
                    }
                    Coding::Zstd => decoded = zstd::bulk::decompress(coded, plain.len()).unwrap(),
                    Coding::Gzip => {
                        flate2::read::GzDecoder::new(coded).read_to_end(&mut decoded).unwrap();
                    }
                    Coding::Identity => unreachable!("the plain bytes are no coding"),
                }
                assert_eq!(decoded, plain, "{} {coding:?}", asset.name);
                assert!(coded.len() < plain.len(), "{} {coding:?}", asset.name);
            }
        }
    }

    #[test]
    fn a_name_is_an_address_in_code_and_in_templates() {
        #[derive(askama::Template)]
        #[template(source = r#"<link href="{{ asset!("site.css") }}">"#, ext = "html")]
        struct Page;

        let asset = Asset::named("site.css").unwrap();
        assert_eq!(asset!("site.css"), asset.path);
        assert!(asset.path.starts_with("/assets/site."));
        let page = askama::Template::render(&Page).unwrap();
        assert_eq!(page, format!("<link href=\"{}\">", asset.path));
    }

    #[test]
    fn every_address_in_a_style_sheet_is_that_of_an_asset() {
        for asset in ASSETS.iter().filter(|a| a.content_type.starts_with("text/css")) {
            let css = str::from_utf8(asset.bytes(Coding::Identity).unwrap()).unwrap();
            for rest in css.split("url(\"/assets/").skip(1) {
                let (file, _) = rest.split_once(['"', '#', '?']).unwrap();
                assert!(Asset::at(&format!("/assets/{file}")).is_some(), "{file}");
            }
        }
    }

    #[test]
    fn an_address_leads_to_its_asset() {
        for asset in ASSETS {
            assert_eq!(Asset::at(asset.path).unwrap().name, asset.name);
        }
        assert!(Asset::at("/assets/site.0000000000000000.css").is_none());
    }
}
