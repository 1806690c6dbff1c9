//! The numbered pages of a list.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::listing::Pagination;
use crate::i18n::Strings;

/// The pages around the present one that the pager names, beside the first and the last.
const AROUND: u64 = 1;

/// The pager at the end of a list.
#[derive(Debug, Clone, Template)]
#[template(path = "part/pager.html")]
pub(super) struct Pager {
    strings: &'static Strings,
    /// The page of newer posts.
    pub newer: Option<String>,
    /// The page of older posts.
    pub older: Option<String>,
    /// `Page 2 of 51`.
    pub position: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
enum Entry {
    Page { number: String, href: String },
    Current { number: String },
    Gap,
}

impl HtmlSafe for Pager {}

impl Pager {
    /// The pager of a list whose pages have these addresses; `None` where one page holds all.
    pub(super) fn new(
        strings: &'static Strings,
        pagination: &Pagination,
        address: impl Fn(u64) -> String,
    ) -> Option<Self> {
        let pages = pagination.pages();
        if pages <= 1 {
            return None;
        }
        let page = pagination.page.clamp(1, pages);
        let mut entries = Vec::new();
        let mut last = 0;
        let near = page.saturating_sub(AROUND).max(1)..=(page + AROUND).min(pages);
        for number in std::iter::once(1).chain(near).chain([pages]) {
            if number <= last {
                continue;
            }
            match number - last {
                1 => {}
                // A gap of one page would be no shorter than its number.
                2 => entries.push(Self::entry(strings, number - 1, page, &address)),
                _ => entries.push(Entry::Gap),
            }
            entries.push(Self::entry(strings, number, page, &address));
            last = number;
        }
        Some(Self {
            strings,
            newer: pagination.newer().map(&address),
            older: pagination.older().map(&address),
            position: position(strings, page, pages),
            entries,
        })
    }

    fn entry(
        strings: &Strings,
        number: u64,
        current: u64,
        address: impl Fn(u64) -> String,
    ) -> Entry {
        let text = strings.number(number);
        if number == current {
            Entry::Current { number: text }
        } else {
            Entry::Page { number: text, href: address(number) }
        }
    }
}

/// `Page 2 of 51`.
fn position(strings: &Strings, page: u64, pages: u64) -> String {
    strings.with("page-of", &[("page", &strings.number(page)), ("pages", &strings.number(pages))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(at: u64, of: u64) -> String {
        let list = Pagination { page: at, per_page: 1, total: of };
        let strings = Strings::for_locale("en");
        let pager = Pager::new(strings, &list, |n| format!("/page/{n}/")).unwrap();
        let word = |entry: &Entry| match entry {
            Entry::Page { number, .. } => number.clone(),
            Entry::Current { number } => format!("[{number}]"),
            Entry::Gap => "…".to_owned(),
        };
        pager.entries.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_pager_names_the_ends_and_the_neighbours() {
        for (page, pages, expected) in [
            (1, 2, "[1] 2"),
            (1, 9, "[1] 2 … 9"),
            (3, 9, "1 2 [3] 4 … 9"),
            (4, 9, "1 2 3 [4] 5 … 9"),
            (5, 9, "1 … 4 [5] 6 … 9"),
            (9, 9, "1 … 8 [9]"),
        ] {
            assert_eq!(spelled(page, pages), expected, "{page} of {pages}");
        }
    }

    #[test]
    fn one_page_needs_no_pager() {
        let pagination = Pagination { page: 1, per_page: 15, total: 15 };
        assert!(Pager::new(Strings::for_locale("en"), &pagination, |_| String::new()).is_none());
    }
}
