//! No handler of the desk reads a form but through `DeskForm` and `OpenForm`, which check its token.

use std::path::Path;

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
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        // The tests of a file may make requests.
        let source = source.split("#[cfg(test)]").next().unwrap();
        for reader in READERS {
            // The limit on bodies has one in its name.
            let source = source.replace("RequestBodyLimitLayer", "");
            assert!(!source.contains(reader), "{}: {reader}", path.display());
        }
        files += 1;
    }
    assert!(files > 5, "the source was not found");
}

/// Every form of the desk has a handler that takes one of the two.
#[test]
fn every_handler_of_a_form_takes_a_checked_one() {
    let desk = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/desk");
    let routes = std::fs::read_to_string(desk.join("mod.rs")).unwrap();
    let handlers: Vec<&str> = routes
        .split(".post(")
        .skip(1)
        .map(|call| call.split(')').next().unwrap().rsplit(',').next().unwrap().trim())
        .collect();
    assert!(handlers.len() >= 4, "{handlers:?}");
    for handler in handlers {
        let (file, name) = handler.split_once("::").unwrap();
        let source = std::fs::read_to_string(desk.join(format!("{file}.rs"))).unwrap();
        let start = source.find(&format!("async fn {name}(")).expect(handler);
        let arguments = source[start..].split("{\n").next().unwrap();
        let is_checked = ["DeskForm(", "OpenForm("].iter().any(|form| arguments.contains(form));
        assert!(is_checked, "{handler} takes no checked form");
    }
}
