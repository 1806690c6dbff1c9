//! Prepares what `static/` holds for embedding: final names, compressed bytes and their table.
//!
//! An asset is served under a name that holds a hash of its bytes, so that it can be kept for
//! ever. A style sheet that refers to a font must therefore name the font's hashed address, which
//! changes the sheet's own bytes: an asset is finished after everything that it refers to.

mod compress;
mod generate;
mod references;
mod shrink;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Where the assets stand in the repository.
const FOLDER: &str = "static";
/// Where they are served.
const ADDRESS: &str = "/assets/";
/// Bytes of the SHA-256 in a name: 64 bits, far from any collision among a few dozen files.
const HASH_BYTES: usize = 8;

/// An asset in its final form.
struct Asset {
    name: String,
    hash: String,
    path: String,
    bytes: Vec<u8>,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut sources = BTreeMap::new();
    read_folder(Path::new(FOLDER), "", &mut sources)?;

    let mut finished = BTreeMap::new();
    for name in sources.keys() {
        finish(name, &sources, &mut finished, &mut Vec::new())?;
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let best = env::var("PROFILE")? == "release";
    generate::write(&out, finished.values(), best)?;
    Ok(())
}

/// Reads every file of a folder and of those below it, under its name relative to the first.
fn read_folder(
    folder: &Path,
    prefix: &str,
    sources: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), Box<dyn Error>> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file_name = entry.file_name().into_string().map_err(|_| "a file name is not UTF-8")?;
        if file_name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{file_name}");
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &format!("{name}/"), sources)?;
            continue;
        }
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/');
        if !name.bytes().all(is_plain) {
            return Err(format!("{FOLDER}/{name}: a name holds only a-z, 0-9, ., _ and -").into());
        }
        sources.insert(name, fs::read(entry.path())?);
    }
    Ok(())
}

/// Brings an asset, and first what it refers to, into its final form; gives its address.
fn finish(
    name: &str,
    sources: &BTreeMap<String, Vec<u8>>,
    finished: &mut BTreeMap<String, Asset>,
    underway: &mut Vec<String>,
) -> Result<String, Box<dyn Error>> {
    if let Some(asset) = finished.get(name) {
        return Ok(asset.path.clone());
    }
    let source = sources.get(name).ok_or_else(|| format!("{FOLDER}/ holds no {name}"))?;
    if underway.iter().any(|other| other == name) {
        return Err(format!("{} and {name} refer to each other", underway.join(", ")).into());
    }
    underway.push(name.to_owned());
    let bytes = if has_extension(name, "css") {
        let css = str::from_utf8(source).map_err(|e| format!("{FOLDER}/{name}: {e}"))?;
        references::rewrite(css, |reference| {
            let target = references::resolve(name, reference)
                .ok_or_else(|| format!("{reference} leads out of {FOLDER}/"))?;
            finish(&target, sources, finished, underway)
        })
        .map(|css| shrink::shrink(&css))
        .map_err(|e| format!("{FOLDER}/{name}: {e}"))?
        .into_bytes()
    } else {
        source.clone()
    };
    underway.pop();

    let hash = HEXLOWER.encode(&Sha256::digest(&bytes)[..HASH_BYTES]);
    let path = hashed_path(name, &hash);
    let asset = Asset { name: name.to_owned(), hash, path: path.clone(), bytes };
    finished.insert(name.to_owned(), asset);
    Ok(path)
}

/// `fonts/text.woff2` becomes `/assets/fonts/text.<hash>.woff2`.
fn hashed_path(name: &str, hash: &str) -> String {
    let folder_end = name.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, file) = name.split_at(folder_end);
    match file.rsplit_once('.') {
        Some((stem, extension)) => format!("{ADDRESS}{folder}{stem}.{hash}.{extension}"),
        None => format!("{ADDRESS}{folder}{file}.{hash}"),
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case(extension))
}
