//! A copy of the source that may be spoiled: to build what is not in the tree.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where it is: among what the build leaves, so that the next one goes faster.
const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/scratch");
/// The tree that is copied.
const TREE: &str = env!("CARGO_MANIFEST_DIR");

/// A copy of the source, with a folder of its own for what is built.
pub struct Scratch {
    source: PathBuf,
}

impl Scratch {
    /// A new copy. What the dependencies were built to is shared by links.
    pub fn new() -> Self {
        let source = Path::new(FOLDER).join("source");
        let target = Path::new(FOLDER).join("target");
        let script = r#"
            rm -rf "$2" && mkdir -p "$2"
            cd "$1"
            git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$2"
            if [ ! -d "$3/debug" ] && [ -d target/debug/deps ]; then
                mkdir -p "$3/debug"
                cp -al target/debug/deps target/debug/build target/debug/.fingerprint "$3/debug/"
            fi
        "#;
        run(Command::new("sh").args(["-ec", script, "sh", TREE]).arg(&source).arg(target));
        Self { source }
    }

    /// Applies a patch, or takes it back.
    pub fn patch(&self, patch: &Path, is_taken_back: bool) {
        let mut command = Command::new("patch");
        command.args(["--strip=0", "--silent", "--directory"]).arg(&self.source);
        if is_taken_back {
            command.arg("--reverse");
        }
        run(command.arg("--input").arg(patch));
    }

    /// Adds a text to the end of a file.
    pub fn append(&self, file: &str, text: &str) {
        use std::io::Write as _;
        let path = self.source.join(file);
        let mut file = std::fs::File::options().append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Builds the program, and copies it to a name of its own.
    pub fn build(&self, name: &str) -> PathBuf {
        let target = Path::new(FOLDER).join("target");
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--quiet", "--locked", "--bin", "masthead"]);
        run(cargo.current_dir(&self.source).env("CARGO_TARGET_DIR", &target));
        let program = Path::new(FOLDER).join(format!("masthead-{name}"));
        std::fs::copy(target.join("debug/masthead"), &program).unwrap();
        program
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
