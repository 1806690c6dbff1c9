//! The bugs that the consistency checker has to find still fit into the source.

use std::path::Path;
use std::process::Command;

#[test]
fn every_planted_bug_still_applies() {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tree.join("tests/consistency/bugs").read_dir().unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    let patches: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "patch")).collect();
    assert!(patches.len() >= 6, "{patches:?}");
    for patch in patches {
        let output = Command::new("patch")
            .args(["--dry-run", "--force", "--strip=0", "--directory"])
            .arg(tree)
            .arg("--input")
            .arg(&patch)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: {words}", patch.display());
    }
}
