//! How the sitemap is cut into parts, since the protocol allows 50,000 entries in a file.

use std::fmt;

/// The most entries of a part (sitemaps.org). The protocol's other limit, 50 MB, would take paths
/// of about 900 bytes on average to reach first.
const MAX_ENTRIES: u64 = 50_000;

/// What a part lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// Published posts.
    Posts,
    /// Published pages, and the front page before them.
    Pages,
    /// Public tags.
    Tags,
    /// Authors.
    Authors,
}

impl Section {
    /// All of them, in the order of the index.
    pub const ALL: [Self; 4] = [Self::Posts, Self::Pages, Self::Tags, Self::Authors];

    const fn name(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::Pages => "pages",
            Self::Tags => "tags",
            Self::Authors => "authors",
        }
    }

    /// Entries that stand before those from the database: the front page.
    const fn extra(self) -> u64 {
        match self {
            Self::Pages => 1,
            Self::Posts | Self::Tags | Self::Authors => 0,
        }
    }

    /// The parts of a section of which the database holds `rows`; none where there is nothing to
    /// list, because a part without entries is not valid.
    pub fn parts(self, rows: u64) -> impl Iterator<Item = Part> {
        let parts = rows.saturating_add(self.extra()).div_ceil(MAX_ENTRIES);
        (1..=parts).map(move |number| Part { section: self, number })
    }
}

/// A file of the sitemap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    section: Section,
    /// From 1.
    number: u64,
}

impl Part {
    /// The part that a path names (`/sitemap-posts-2.xml`), or `None` where it names none.
    ///
    /// Every part has one path: `-1`, `-02` and the like name none.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let name = path.strip_prefix("/sitemap-")?.strip_suffix(".xml")?;
        let (section, number) = match name.split_once('-') {
            Some((section, number)) => (section, number.parse().ok()?),
            None => (name, 1),
        };
        let section = Section::ALL.into_iter().find(|s| s.name() == section)?;
        let part = Self { section, number };
        (number > 0 && part.to_string() == path).then_some(part)
    }

    /// What it lists.
    #[must_use]
    pub const fn section(self) -> Section {
        self.section
    }

    /// Whether the front page is its first entry, before those from the database.
    #[must_use]
    pub const fn holds_home(self) -> bool {
        matches!(self.section, Section::Pages) && self.number == 1
    }

    /// Which rows of the section it lists: how many come before, and how many it holds at most.
    #[must_use]
    pub const fn rows(self) -> (u64, u64) {
        let first = (self.number - 1).saturating_mul(MAX_ENTRIES);
        let limit = MAX_ENTRIES - if self.holds_home() { 1 } else { 0 };
        (first.saturating_sub(self.section.extra()), limit)
    }
}

impl fmt::Display for Part {
    /// The path of the part.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let section = self.section.name();
        match self.number {
            1 => write!(f, "/sitemap-{section}.xml"),
            number => write!(f, "/sitemap-{section}-{number}.xml"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(section: Section, rows: u64) -> Vec<String> {
        section.parts(rows).map(|part| part.to_string()).collect()
    }

    #[test]
    fn a_section_is_cut_at_the_limit() {
        assert!(paths(Section::Posts, 0).is_empty());
        assert_eq!(paths(Section::Posts, 50_000), ["/sitemap-posts.xml"]);
        assert_eq!(paths(Section::Posts, 50_001), ["/sitemap-posts.xml", "/sitemap-posts-2.xml"]);
        assert_eq!(paths(Section::Pages, 0), ["/sitemap-pages.xml"]);
        assert_eq!(paths(Section::Pages, 50_000).len(), 2);
        assert_eq!(Section::Tags.parts(1_000_000).count(), 20);
    }

    #[test]
    fn every_row_is_in_one_part() {
        for section in Section::ALL {
            let mut next = 0;
            for part in section.parts(170_000) {
                let (offset, limit) = part.rows();
                assert_eq!(offset, next, "{part}");
                assert!(limit + u64::from(part.holds_home()) <= MAX_ENTRIES);
                next += limit;
            }
            assert!(next >= 170_000);
        }
    }

    #[test]
    fn a_part_has_one_path() {
        for path in ["/sitemap-posts.xml", "/sitemap-authors-2.xml", "/sitemap-tags-13.xml"] {
            assert_eq!(Part::from_path(path).map(|p| p.to_string()).as_deref(), Some(path));
        }
        for path in [
            "/sitemap-posts-1.xml",
            "/sitemap-posts-0.xml",
            "/sitemap-posts-02.xml",
            "/sitemap-posts-+2.xml",
            "/sitemap-posts--2.xml",
            "/sitemap-posts-99999999999999999999.xml",
            "/sitemap-.xml",
            "/sitemap-.xm",
            "/sitemap-users.xml",
            "/sitemap.xml",
            "sitemap-posts.xml",
        ] {
            assert_eq!(Part::from_path(path), None, "{path}");
        }
        let last = Part::from_path("/sitemap-posts-18446744073709551615.xml").unwrap();
        assert_eq!(last.rows(), (u64::MAX, 50_000));
    }
}
