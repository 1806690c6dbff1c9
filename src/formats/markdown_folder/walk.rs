//! The files of a folder that hold text, in a stable order and within bounds.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::formats::Problem;

/// The most files of a folder.
pub const MAX_FILES: usize = 200_000;
/// The deepest folder.
pub const MAX_DEPTH: usize = 64;
/// The largest Markdown file, in bytes.
pub const MAX_BYTES: u64 = 16 << 20;

/// What lies in a folder.
#[derive(Debug, Default)]
pub struct Found {
    /// Markdown files, as paths below the root, sorted.
    pub texts: Vec<PathBuf>,
    /// What was left out on purpose.
    pub skipped: Vec<Problem>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Lists the Markdown files below a root. `Err` where the root itself cannot be read.
pub fn texts(root: &Path) -> Result<Found, Problem> {
    let refuse = |e: std::io::Error| Problem {
        origin: root.display().to_string(),
        line: None,
        reason: format!("the folder cannot be read: {e}"),
    };
    std::fs::read_dir(root).map_err(refuse)?;
    let mut found = Found::default();
    let mut count = 0;
    let walk = WalkDir::new(root).max_depth(MAX_DEPTH).sort_by_file_name();
    let mut entries = walk.into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                let origin = e.path().map_or_else(String::new, |p| origin(root, p));
                found.problems.push(Problem { origin, line: None, reason: e.to_string() });
                continue;
            }
        };
        if entry.depth() == 0 {
            continue;
        }
        if entry.file_type().is_dir() {
            if let Some(reason) = left_out(&entry) {
                found.skipped.push(note(root, entry.path(), reason));
                entries.skip_current_dir();
            } else if entry.depth() == MAX_DEPTH {
                found.problems.push(note(root, entry.path(), "the folder lies too deep"));
            }
            continue;
        }
        count += 1;
        if count > MAX_FILES {
            let reason = format!("the folder holds more than {MAX_FILES} files; the rest is left");
            found.problems.push(note(root, root, &reason));
            break;
        }
        if !is_markdown(entry.path()) {
            continue;
        }
        if entry.file_type().is_symlink() {
            found.skipped.push(note(root, entry.path(), "a symbolic link"));
        } else if entry.metadata().is_ok_and(|m| m.len() > MAX_BYTES) {
            let reason = format!("the file is larger than {} MB", MAX_BYTES >> 20);
            found.problems.push(note(root, entry.path(), &reason));
        } else if let Ok(path) = entry.path().strip_prefix(root) {
            match no_post(path) {
                Some(reason) => found.skipped.push(note(root, entry.path(), reason)),
                None => found.texts.push(path.to_owned()),
            }
        }
    }
    Ok(found)
}

/// Whether a path has an extension of Markdown.
pub fn is_markdown(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    ["md", "markdown", "mdx", "mkd", "mdown"].iter().any(|e| extension.eq_ignore_ascii_case(e))
}

/// A path as people read it, with `/` on every system.
pub fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn origin(root: &Path, path: &Path) -> String {
    slashed(path.strip_prefix(root).unwrap_or(path))
}

fn note(root: &Path, path: &Path, reason: &str) -> Problem {
    Problem { origin: origin(root, path), line: None, reason: reason.to_owned() }
}

/// Why nothing below a folder is a post.
fn left_out(entry: &DirEntry) -> Option<&'static str> {
    let name = entry.file_name().to_string_lossy();
    match name.as_ref() {
        "node_modules" | "vendor" | "target" => Some("a folder of dependencies"),
        "_site" | "_build" | "resources" if entry.depth() == 1 => Some("a folder of built files"),
        "_layouts" | "_includes" | "_sass" => Some("a folder of templates"),
        "layouts" | "themes" | "templates" | "archetypes" if entry.depth() == 1 => {
            Some("a folder of templates")
        }
        _ if name.starts_with('.') => Some("a hidden folder"),
        _ => None,
    }
}

/// Why a Markdown file is no post, by its name alone.
fn no_post(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let at_root = path.components().count() == 1;
    match stem.as_str() {
        "" => Some("a hidden file"),
        "readme" => Some("a note about the folder, not a post"),
        "license" | "licence" | "contributing" | "changelog" | "code_of_conduct" | "security"
        | "claude" | "agents"
            if at_root =>
        {
            Some("a note about the project, not a post")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["b.md", "a/x.markdown", "node_modules/y.md", ".git/z.md", "README.md", "i.png"]
        {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let found = texts(folder.path()).unwrap();
        let names: Vec<_> = found.texts.iter().map(|p| slashed(p)).collect();
        assert_eq!(names, ["a/x.markdown", "b.md"]);
        assert_eq!(found.skipped.len(), 3);
        assert!(found.problems.is_empty());
        assert!(texts(&folder.path().join("none")).is_err());
    }
}
