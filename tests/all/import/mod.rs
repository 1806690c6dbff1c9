//! Imports: what changed in the source changes here, and nothing else does.

mod again;
mod careful;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use masthead::domain::post::FullPost;
use masthead::formats::markdown_folder;
use masthead::services::Result;
use masthead::services::importing::{Options, Progress, Report};

use crate::instance::Instance;
use crate::support::fixtures::slug;

/// Watches an import without a word.
pub struct Silent;

impl Progress for Silent {
    fn start(&mut self, _: usize) {}
    fn step(&mut self, _: &str) {}
}

/// Every file below a folder by its path, with its bytes.
pub fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(std::result::Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().display().to_string();
            (path, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// A blog in a folder of its own, as some other tool keeps it.
pub struct Blog(tempfile::TempDir);

impl Blog {
    /// Three posts and a page, by name.
    pub fn new() -> Self {
        let blog = Self(tempfile::tempdir().unwrap());
        for (day, name) in (1..).zip(["one", "two", "three"]) {
            blog.post(name, &format!("2026-04-0{day}"), &format!("The text of {name}."));
        }
        blog.write("content/about.md", "---\ntitle: About\n---\n\nWho we are.\n");
        blog
    }

    /// Writes a post; its title is its name.
    pub fn post(&self, name: &str, date: &str, text: &str) {
        let page = format!("---\ntitle: {name}\ndate: {date}\nauthor: Ann\n---\n\n{text}\n");
        self.write(&format!("content/posts/{name}.md"), &page);
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        // Older than the clock of any instance.
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Imports it under its path, as the command line does.
    pub async fn import(&self, site: &Instance) -> Report {
        self.import_with(site, Options::default()).await.unwrap()
    }

    pub async fn import_with(&self, site: &Instance, options: Options) -> Result<Report> {
        let how = markdown_folder::Options::at(site.app.clock.now());
        let source = markdown_folder::read(self.path(), &how).unwrap();
        let options = Options { source: self.path().display().to_string(), ..options };
        site.app.importing.import(source, &options, &mut Silent).await
    }
}

/// Created, updated, unchanged.
pub fn counts(report: &Report) -> (usize, usize, usize) {
    (report.created, report.updated, report.unchanged)
}

/// A published post by its slug.
pub async fn post(site: &Instance, name: &str) -> FullPost {
    let found = site.app.reading.post_alone(&slug(name)).await.unwrap();
    found.content.unwrap_or_else(|| panic!("there is no {name}"))
}
