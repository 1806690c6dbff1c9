//! The permalink pattern that a site's links to itself betray, where its configuration is not in
//! the folder: `/news/2016/05/18/a-post/` means the post of that month with that name.

use std::collections::BTreeMap;

use super::address::{self, Parts};
use super::index::Index;
use super::page::Page;

/// How many links must agree.
const ENOUGH: usize = 2;

/// Adds to every dated page the address that the pattern gives it.
pub fn add_addresses(pages: &mut [Page]) {
    let Some(pattern) = pattern(pages) else { return };
    for page in pages.iter_mut() {
        let Some(date) = page.date else { continue };
        let date = Some(date.in_zone(&jiff::tz::TimeZone::UTC).date());
        let categories = &page.topics.categories;
        let parts = Parts { place: &page.place, date, slug: &page.place.name, categories };
        let address = address::fill(&pattern, parts);
        if !page.addresses.contains(&address) {
            page.addresses.push(address);
        }
    }
}

/// The pattern that most links follow.
fn pattern(pages: &[Page]) -> Option<String> {
    let index = Index::new(pages);
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    for page in pages {
        for (at, _) in page.body.match_indices("](/") {
            let link = super::liquid::cut(&page.body[at + 2..], 300);
            let end = link.find([')', ' ', '#', '?', '\n']).unwrap_or(link.len());
            if let Some(pattern) = index.is_guess(&link[..end]).then(|| of_link(&link[..end])) {
                *votes.entry(pattern?).or_default() += 1;
            }
        }
    }
    let (pattern, count) = votes.into_iter().max_by_key(|(_, count)| *count)?;
    (count >= ENOUGH).then_some(pattern)
}

/// `/news/2016/05/18/a-post/` as `/news/:year/:month/:day/:title/`.
fn of_link(link: &str) -> Option<String> {
    let ending = ["/index.html", "/", ".html"].into_iter().find(|end| link.ends_with(end));
    let ending = ending.unwrap_or_default();
    let mut parts: Vec<&str> = link[..link.len() - ending.len()].split('/').collect();
    parts.pop()?;
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let dated = parts.iter().rev().take_while(|part| is_number(part)).count();
    let names = [":year", ":month", ":day"];
    let prefix = parts.get(..parts.len() - dated)?.join("/");
    let date = names.get(..dated)?.join("/");
    Some(format!("{prefix}/{date}/:title{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_tell_their_pattern() {
        for (link, pattern) in [
            ("/news/2016/05/18/a/", Some("/news/:year/:month/:day/:title/")),
            ("/2016/05/a.html", Some("/:year/:month/:title.html")),
            ("/1/2016/05/18/a", None),
        ] {
            assert_eq!(of_link(link).as_deref(), pattern, "{link}");
        }
    }
}
