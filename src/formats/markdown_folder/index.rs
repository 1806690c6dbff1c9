//! Which page a link means: by file, by old address, or by the date and name in an address.

use std::collections::HashMap;
use std::path::Path;

use super::address::{comparable, date_in};
use super::page::Page;
use super::walk::slashed;
use crate::domain::paths;

/// The pages of a folder by all that a link may name them with.
#[derive(Debug, Default)]
pub struct Index {
    by_path: HashMap<String, usize>,
    by_name: HashMap<String, Option<usize>>,
    by_address: HashMap<String, usize>,
    /// By month and slug, for sites whose addresses cannot be known; `None` where two share one.
    by_month: HashMap<String, Option<usize>>,
    addresses: Vec<String>,
}

impl Index {
    /// Indexes pages whose slugs are settled.
    pub fn new(pages: &[Page]) -> Self {
        let mut index = Self::default();
        for (number, page) in pages.iter().enumerate() {
            let path = slashed(&page.path);
            for start in starts(&path) {
                index.by_path.entry(path[start..].to_owned()).or_insert(number);
            }
            let stem = page.path.file_stem().map(|s| s.to_string_lossy().into_owned());
            for name in stem.into_iter().chain([page.place.name.clone()]) {
                let known = index.by_name.entry(name).or_insert(Some(number));
                if *known != Some(number) {
                    *known = None;
                }
            }
            if let Some(date) = page.date {
                let date = date.in_zone(&jiff::tz::TimeZone::UTC);
                let month = format!("{:04}/{:02}/{}", date.year(), date.month(), page.place.name);
                let known = index.by_month.entry(month.to_lowercase()).or_insert(Some(number));
                if *known != Some(number) {
                    *known = None;
                }
            }
            index.addresses.push(paths::post(&page.slug));
        }
        // The first address of every page counts before the aliases of any.
        for place in 0..2 {
            for (number, page) in pages.iter().enumerate() {
                let addresses = page.addresses.iter().skip(place);
                for address in addresses.take(if place == 0 { 1 } else { usize::MAX }) {
                    index.by_address.entry(comparable(address)).or_insert(number);
                }
            }
        }
        for (number, address) in index.addresses.iter().enumerate() {
            index.by_address.entry(comparable(address)).or_insert(number);
        }
        index
    }

    /// The new address of a page.
    pub fn address(&self, page: usize) -> &str {
        &self.addresses[page]
    }

    /// Whether only date and name tell which page stands at an address.
    pub fn is_guess(&self, address: &str) -> bool {
        !self.by_address.contains_key(&comparable(address)) && self.at_address(address).is_some()
    }

    /// The page at an old address.
    pub fn at_address(&self, address: &str) -> Option<usize> {
        let address = comparable(address);
        self.by_address.get(&address).copied().or_else(|| {
            let mut parts = address.rsplit('/');
            let name = parts.next()?;
            let before = &address[..address.len() - name.len()];
            let month = if let Some(date) = date_in(before) {
                format!("{:04}/{:02}", date.year(), date.month())
            } else {
                let month = parts.next()?;
                format!("{}/{month}", parts.next()?)
            };
            self.by_month.get(&format!("{month}/{name}")).copied().flatten()
        })
    }

    /// The page in a file, by its path below the root or below the site's content.
    pub fn at_path(&self, path: &str) -> Option<usize> {
        let path = path.trim_matches('/');
        self.by_path.get(path).copied().or_else(|| {
            ["/index.md", "/index.markdown", "/index.mdx", ".md", ".markdown", ".mdx"]
                .iter()
                .find_map(|end| self.by_path.get(&format!("{path}{end}")).copied())
        })
    }

    /// The page that a template tag names: a path, or a name that only one page has.
    pub fn named(&self, name: &str) -> Option<usize> {
        let name = name.trim().trim_start_matches("@/");
        let stem = Path::new(name).file_stem().map(|s| s.to_string_lossy().into_owned());
        let is_file = super::walk::is_markdown(Path::new(name));
        self.at_path(name)
            .or_else(|| self.at_path(&format!("_posts/{name}")))
            .or_else(|| self.by_name.get(name.rsplit('/').next()?).copied().flatten())
            .or_else(|| self.by_name.get(&stem.filter(|_| is_file)?).copied().flatten())
            .or_else(|| self.at_address(name))
    }
}

/// Where a path begins for those who leave out the folders that only hold content.
fn starts(path: &str) -> Vec<usize> {
    let mut starts = vec![0];
    let mut at = 0;
    for part in path.split('/').take(3) {
        if !["content", "src", "source", "docs", "site", "website"].contains(&part) {
            break;
        }
        at += part.len() + 1;
        starts.push(at);
    }
    starts
}

/// Joins a relative path to a folder; `None` where it leaves the top.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
