//! Addresses within the exported site, and the files behind them.
//!
//! Exports hold `__GHOST_URL__` where the address of the site stood, older ones the address
//! itself. Both become paths from the root of the site. A path under `content/` is a file of the
//! site; where it lies beside the export, a placeholder takes its place.

use std::path::{Component, Path, PathBuf};

use super::percent;
use crate::formats::SourceFile;

/// Stands for the address of the site.
const MARK: &str = "__GHOST_URL__";

/// Where files are served.
const CONTENT: &str = "/content/";

/// The folders of files that texts refer to.
const STORES: [&str; 3] = ["images/", "media/", "files/"];

/// Knows where the site was and where its files are.
#[derive(Debug)]
pub(super) struct Addresses {
    old_site: Option<String>,
    folders: Vec<PathBuf>,
}

/// What was found while addresses were looked at.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files that lie beside the export.
    pub(super) files: Vec<SourceFile>,
    /// Paths at which there is none.
    pub(super) missing: Vec<String>,
}

/// A text, JSON too, with the addresses of a site as paths from its root.
#[must_use]
pub fn rooted(text: &str, site: &str) -> String {
    Addresses::new(Some(site), &[]).rooted(text)
}

impl Addresses {
    /// Files are looked for in the given folders, in order.
    pub(super) fn new(old_site: Option<&str>, folders: &[&Path]) -> Self {
        let old_site = old_site.map(|site| site.trim_end_matches('/').to_owned());
        Self {
            old_site: old_site.filter(|site| !site.is_empty()),
            folders: folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect(),
        }
    }

    /// Makes addresses of the site paths from its root; in any text, JSON too.
    pub(super) fn rooted(&self, text: &str) -> String {
        let text = strip_site(text, MARK);
        match &self.old_site {
            Some(site) => strip_site(&text, site),
            None => text,
        }
    }

    /// A field that is an address.
    pub(super) fn field(&self, field: &mut Option<String>, found: &mut Found) {
        if let Some(text) = field {
            *text = self.localise(&self.rooted(text.trim()), found);
        }
    }

    /// Puts placeholders in place of the paths of files.
    pub(super) fn localise(&self, text: &str, found: &mut Found) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(CONTENT) {
            let (before, path_and_more) = rest.split_at(at);
            // Behind a letter it is the path of another site's address.
            let is_elsewhere =
                before.ends_with(|c: char| c.is_alphanumeric() || "-_.:/".contains(c));
            let is_file = STORES.iter().any(|s| path_and_more[CONTENT.len()..].starts_with(s));
            let end = if is_file { path_end(path_and_more) } else { CONTENT.len() };
            let (path, more) = path_and_more.split_at(end);
            out.push_str(before);
            if is_file && !is_elsewhere {
                out.push_str(&self.placeholder(path, found));
            } else {
                out.push_str(path);
            }
            rest = more;
        }
        out.push_str(rest);
        out
    }

    fn placeholder(&self, path: &str, found: &mut Found) -> String {
        let Some(file) = self.find(path) else {
            if !found.missing.iter().any(|missing| missing == path) {
                found.missing.push(path.to_owned());
            }
            return path.to_owned();
        };
        let file = SourceFile::new(file);
        let placeholder = file.placeholder.clone();
        if !found.files.contains(&file) {
            found.files.push(file);
        }
        placeholder
    }

    /// The file at a path of the site; never one outside of the folders, through `..` or a link.
    fn find(&self, path: &str) -> Option<PathBuf> {
        let path = original(&path.replace("\\(", "(").replace("\\)", ")"));
        let relative = path.trim_start_matches('/').to_owned();
        let short = relative.trim_start_matches("content/").to_owned();
        [relative, short]
            .iter()
            .flat_map(|name| [percent::decode(name), name.clone()])
            .filter(|name| Path::new(name).components().all(|c| matches!(c, Component::Normal(_))))
            .flat_map(|name| self.folders.iter().map(move |folder| (folder, folder.join(&name))))
            .find_map(|(folder, candidate)| {
                let file = candidate.canonicalize().ok()?;
                (file.starts_with(folder) && file.is_file()).then_some(file)
            })
    }
}

/// Takes the address of the site away from the paths behind it.
fn strip_site(text: &str, site: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(site) {
        out.push_str(before);
        match after.chars().next() {
            Some('/') => {}
            // `https://a.example` is no part of `https://a.example.com`.
            Some(c) if site != MARK && (c.is_alphanumeric() || "-.:@_".contains(c)) => {
                out.push_str(site);
            }
            _ => out.push('/'),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// How many bytes of a text are the path that it starts with.
fn path_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' => escaped = true,
            '(' | ')' if escaped => escaped = false,
            c if c.is_whitespace() || "\"'()<>?#&,;`[]{}|".contains(c) => {
                return if escaped { at - 1 } else { at };
            }
            _ if escaped => return at - 1,
            _ => {}
        }
    }
    text.len() - usize::from(escaped)
}

/// The path of the picture that a resized one was made from.
fn original(path: &str) -> String {
    let Some((store, resized)) = path.split_once("/size/") else { return path.to_owned() };
    let Some((_, rest)) = resized.split_once('/') else { return path.to_owned() };
    let rest = match rest.strip_prefix("format/").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => rest,
        None => rest,
    };
    format!("{store}/{rest}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_of_the_site_become_paths() {
        let addresses = Addresses::new(Some("https://old.example/"), &[]);
        for (text, rooted) in [
            ("__GHOST_URL__/content/images/a.png", "/content/images/a.png"),
            ("\"__GHOST_URL__\"", "\"/\""),
            ("[a](https://old.example/b/)", "[a](/b/)"),
            ("https://old.example", "/"),
            ("https://old.example.com/b", "https://old.example.com/b"),
            ("https://older.example/b", "https://older.example/b"),
        ] {
            assert_eq!(addresses.rooted(text), rooted);
        }
    }

    #[test]
    fn files_beside_the_export_get_placeholders() {
        let folder = tempfile::tempdir().unwrap();
        let images = folder.path().join("content/images/2020");
        std::fs::create_dir_all(&images).unwrap();
        for name in ["a.png", "b c.png", "d(1).png"] {
            std::fs::write(images.join(name), "x").unwrap();
        }
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        let addresses = Addresses::new(None, &[folder.path()]);
        let mut found = Found::default();
        let text = addresses.localise(
            "![](/content/images/2020/a.png) <img src=\"/content/images/size/w600/2020/a.png\" \
             x='/content/images/2020/b%20c.png'> ![](/content/images/2020/d\\(1\\).png) \
             https://cdn.example/content/images/2020/a.png /content/images/../../secret \
             /content/images/2020/no.png",
            &mut found,
        );
        assert_eq!(found.files.len(), 3);
        assert_eq!(text.matches(&found.files[0].placeholder).count(), 2);
        assert!(text.contains("https://cdn.example/content/images/2020/a.png"));
        assert!(text.contains("/content/images/../../secret"));
        assert_eq!(found.missing, ["/content/images/../../secret", "/content/images/2020/no.png"]);
    }

    proptest! {
        #[test]
        fn without_files_no_text_changes(text in "(/content/(images|files)/|[\\\\()\"? a-zé]){0,12}") {
            let mut found = Found::default();
            prop_assert_eq!(Addresses::new(None, &[]).localise(&text, &mut found), text);
        }
    }
}
