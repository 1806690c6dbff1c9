//! No handler of the desk reads a form but through `DeskForm`, `KeptForm` and `OpenForm`, which check its
//! token.

use std::path::{Path, PathBuf};

/// What would read a body past them.
const READERS: [&str; 11] = [
    "axum::Form",
    "extract::Form",
    "RawForm",
    "Multipart",
    "Bytes",
    "extract::Request",
    "Request<",
    "Body",
    "Json",
    "to_bytes",
    "body: String",
];

#[test]
fn no_handler_of_the_desk_reads_a_body_by_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/desk");
    let files = files_below(&folder);
    for path in &files {
        let source = std::fs::read_to_string(path).unwrap();
        // The tests of a file may make requests.
        let source = source.split("#[cfg(test)]").next().unwrap();
        for reader in READERS {
            // The limit on bodies has one in its name.
            let source = source.replace("RequestBodyLimitLayer", "");
            assert!(!source.contains(reader), "{}: {reader}", path.display());
        }
    }
    assert!(files.len() > 5, "the source was not found");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Every form of the desk has a handler that takes one of the three.
#[test]
fn every_handler_of_a_form_takes_a_checked_one() {
    for room in ["src/web/desk", "src/web/desk/posts"] {
        takes_checked_forms(&Path::new(env!("CARGO_MANIFEST_DIR")).join(room));
    }
}

fn takes_checked_forms(desk: &Path) {
    let routes = std::fs::read_to_string(desk.join("mod.rs")).unwrap();
    let handlers: Vec<&str> = routes
        .split(".post(")
        .skip(1)
        .map(|call| call.split(')').next().unwrap().rsplit(',').next().unwrap().trim())
        .collect();
    assert!(handlers.len() >= 3, "{handlers:?}");
    for handler in handlers {
        let (file, name) = handler.split_once("::").unwrap();
        let source = std::fs::read_to_string(desk.join(format!("{file}.rs"))).unwrap();
        let start = source.find(&format!("async fn {name}(")).expect(handler);
        let arguments = source[start..].split("{\n").next().unwrap();
        let is_checked =
            ["DeskForm(", "KeptForm {", "OpenForm("].iter().any(|form| arguments.contains(form));
        assert!(is_checked, "{handler} takes no checked form");
    }
}
