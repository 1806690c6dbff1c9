//! The proof of the rule names a test for each of its steps. They are there.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_test_that_the_proof_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let proof = std::fs::read_to_string(root.join("src/content_clock/mod.rs")).unwrap();
    let tests = text_below(&root.join("src")) + &text_below(&root.join("tests/all"));
    let comment: String = proof.lines().filter(|line| line.starts_with("//!")).collect();
    let quoted = comment.split('`').skip(1).step_by(2);
    let names: BTreeSet<_> = quoted
        .filter_map(|quoted| quoted.rsplit("::").next())
        .filter(|name| name.matches('_').count() > 2)
        .collect();
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}

fn text_below(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &text_below(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text += &std::fs::read_to_string(&path).unwrap();
        }
    }
    text
}
