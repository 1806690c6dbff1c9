//! Writes the Rust text that embeds the assets: their table, and the macro that names them.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Asset;
use crate::compress::compress;

/// Writes `assets.rs` and the bytes that it includes into a folder.
pub fn write<'a>(
    out: &Path,
    assets: impl Iterator<Item = &'a Asset> + Clone,
    best: bool,
) -> Result<(), Box<dyn Error>> {
    let mut by_path: Vec<&Asset> = assets.clone().collect();
    by_path.sort_by(|a, b| a.path.cmp(&b.path));
    let mut table = String::new();
    for asset in by_path {
        table.push_str(&row(out, asset, best)?);
    }
    let mut arms = String::new();
    for Asset { name, path, .. } in assets {
        writeln!(arms, "    ({name:?}) => {{ {path:?} }};")?;
    }
    let text = format!(
        "/// Every asset of this build, in the order of their paths.\n\
         pub static ASSETS: &[Asset] = &[\n{table}];\n\n\
         /// The address of an asset, by its name in `static/`; an unknown name fails the build.\n\
         #[doc(hidden)]\n\
         #[macro_export]\n\
         macro_rules! __asset {{\n{arms}    \
             ($name:literal) => {{ compile_error!(concat!(\"static/ holds no asset named \", $name)) }};\n\
         }}\n"
    );
    fs::write(out.join("assets.rs"), text)?;
    Ok(())
}

/// The table's row of an asset; its bytes go to files beside the table.
fn row(out: &Path, asset: &Asset, best: bool) -> Result<String, Box<dyn Error>> {
    let Asset { name, hash, path, bytes } = asset;
    let essence = mime_guess::from_path(name).first_or_octet_stream().essence_str().to_owned();
    let coded = compress(bytes, &essence, best)?;
    let include = |suffix: &str, bytes: &[u8]| -> Result<String, Box<dyn Error>> {
        let file = out.join(format!("{hash}{suffix}"));
        fs::write(&file, bytes)?;
        let file = file.to_str().ok_or("the build folder's name is not UTF-8")?;
        Ok(format!("include_bytes!({file:?})"))
    };
    let optional = |suffix: &str, bytes: Option<Vec<u8>>| -> Result<String, Box<dyn Error>> {
        bytes.map_or(Ok("None".to_owned()), |b| Ok(format!("Some({})", include(suffix, &b)?)))
    };
    Ok(format!(
        "    Asset {{ name: {name:?}, path: {path:?}, content_type: {:?}, hash: {hash:?}, \
         identity: {}, brotli: {}, zstd: {}, gzip: {} }},\n",
        with_charset(&essence),
        include("", bytes)?,
        optional(".br", coded.brotli)?,
        optional(".zst", coded.zstd)?,
        optional(".gz", coded.gzip)?,
    ))
}

/// The value of `Content-Type`: texts say that they are UTF-8.
fn with_charset(essence: &str) -> String {
    let is_text = essence.starts_with("text/");
    format!("{essence}{}", if is_text { "; charset=utf-8" } else { "" })
}
