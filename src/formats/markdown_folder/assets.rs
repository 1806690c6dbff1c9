//! The files that texts refer to: beside the text, or in the folders that the site serves.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::walk::MAX_FILES;

/// Folders whose files a site serves from its top, below a base.
const SERVED: [&str; 4] = ["static", "assets", "public", "src/assets"];
/// Folders that may hold such folders, below a base.
const WRAPPERS: [&str; 4] = ["src", "source", "docs", "content"];

/// Where files may come from; nothing outside is ever named.
#[derive(Debug)]
pub struct Assets {
    root: PathBuf,
    /// Folders that a path from the top of the site may mean, the likeliest first.
    tops: Vec<PathBuf>,
    /// Folders that hold assets and nothing else.
    served: Vec<PathBuf>,
    by_name: OnceCell<HashMap<String, Option<PathBuf>>>,
}

impl Assets {
    /// The assets of a root; `given` is the folder that its owner named.
    pub fn new(root: &Path, given: Option<&Path>, bases: &[PathBuf]) -> Self {
        let real = |path: &Path| std::fs::canonicalize(path).ok().filter(|path| path.is_dir());
        let root = real(root).unwrap_or_else(|| root.to_owned());
        let mut served: Vec<PathBuf> = given.and_then(real).into_iter().collect();
        let guesses = bases.iter().flat_map(|base| SERVED.iter().map(move |name| base.join(name)));
        for path in guesses.filter_map(|path| real(&path)) {
            // A link that leads out of the site serves nothing.
            if bases.iter().any(|base| path.starts_with(base)) && !served.contains(&path) {
                served.push(path);
            }
        }
        let mut tops = served.clone();
        tops.push(root.clone());
        tops.extend(WRAPPERS.iter().filter_map(|name| real(&root.join(name))));
        tops.retain(|path| path.starts_with(&root) || served.contains(path));
        Self { root, tops, served, by_name: OnceCell::new() }
    }

    /// The file at a path relative to a folder below the root.
    pub fn beside(&self, folder: &Path, path: &str) -> Option<PathBuf> {
        self.admit(&self.root.join(folder).join(path))
    }

    /// The file at a path from the top of the site.
    pub fn at_top(&self, path: &str) -> Option<PathBuf> {
        let path = path.trim_start_matches('/');
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let named = |top: &&PathBuf| top.file_name().is_some_and(|name| name == first);
        let below = self.tops.iter().map(|top| top.join(path));
        let within = self.served.iter().filter(named).map(|top| top.join(rest));
        below.chain(within).find_map(|path| self.admit(&path))
    }

    /// The picture of a name, where only one of the assets has it.
    pub fn by_name(&self, name: &str) -> Option<PathBuf> {
        self.by_name.get_or_init(|| self.index()).get(name).cloned().flatten()
    }

    fn index(&self) -> HashMap<String, Option<PathBuf>> {
        let mut index = HashMap::new();
        let folders = self.served.iter().chain((self.served.is_empty()).then_some(&self.root));
        for folder in folders {
            let visible = |entry: &walkdir::DirEntry| {
                entry.depth() == 0 || !is_hidden(Path::new(entry.file_name()))
            };
            let walk = WalkDir::new(folder).max_depth(16).sort_by_file_name();
            for entry in walk.into_iter().filter_entry(visible).take(MAX_FILES).flatten() {
                let is_picture = mime_guess::from_path(entry.path())
                    .first()
                    .is_some_and(|kind| kind.type_() == "image");
                if !entry.file_type().is_file() || !is_picture {
                    continue;
                }
                let name = entry.file_name().to_string_lossy().into_owned();
                index
                    .entry(name)
                    .and_modify(|known: &mut Option<PathBuf>| {
                        if known.as_deref() != Some(entry.path()) {
                            *known = None;
                        }
                    })
                    .or_insert_with(|| Some(entry.path().to_owned()));
            }
        }
        index
    }

    /// A file, if it is one and lies where files may come from, links followed.
    fn admit(&self, path: &Path) -> Option<PathBuf> {
        let path = std::fs::canonicalize(path).ok().filter(|path| path.is_file())?;
        let home = std::iter::once(&self.root).chain(&self.served).find(|h| path.starts_with(h))?;
        let inside = path.strip_prefix(home).ok()?;
        (!is_hidden(inside)).then_some(path)
    }
}

/// Whether a part of a path is hidden, or holds what is nobody's content.
fn is_hidden(path: &Path) -> bool {
    path.components().any(|part| match part {
        Component::Normal(name) => {
            name == "node_modules" || name.to_string_lossy().starts_with('.')
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_is_found() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("site");
        std::fs::create_dir_all(root.join("static/images")).unwrap();
        std::fs::create_dir_all(root.join("content")).unwrap();
        for path in ["secret.png", "site/.env", "site/static/images/a.png", "site/content/b.png"] {
            std::fs::write(outer.path().join(path), "x").unwrap();
        }
        let bases = [std::fs::canonicalize(&root).unwrap()];
        let assets = Assets::new(&root, None, &bases);
        let content = Path::new("content");
        assert!(assets.beside(content, "b.png").is_some());
        assert!(assets.beside(content, "../static/images/a.png").is_some());
        assert!(assets.beside(content, "../../secret.png").is_none());
        assert!(assets.beside(content, "../.env").is_none());
        assert!(assets.beside(content, "/etc/hostname").is_none());
        assert!(assets.at_top("/images/a.png").is_some());
        assert!(assets.at_top("/static/images/a.png").is_some());
        assert!(assets.at_top("/../secret.png").is_none());
        assert!(assets.by_name("a.png").is_some());
        #[cfg(unix)]
        {
            let link = root.join("content/link.png");
            std::os::unix::fs::symlink(outer.path().join("secret.png"), link).unwrap();
            assert!(assets.beside(content, "link.png").is_none());
        }
    }
}
