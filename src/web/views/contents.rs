//! The table of contents of a long text.

use crate::domain::post::{Heading, Post};

/// Headings from which on a text is worth a table of contents.
const HEADINGS: usize = 3;
/// Minutes from which on it is.
const MINUTES: i32 = 4;
/// Entries beyond which only the upper level is shown.
const ENTRIES: usize = 24;

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// 1 for the upper level of the text, 2 for the one below.
    pub depth: u8,
    /// The id of the heading.
    pub id: String,
    /// Its words.
    pub text: String,
}

/// The two upper levels of the headings, or nothing where the text is short.
pub(super) fn contents(post: &Post) -> Vec<Entry> {
    let headings = &post.headings.0;
    if headings.len() < HEADINGS || post.summary.reading_time < MINUTES {
        return Vec::new();
    }
    let entries = entries(headings, 2);
    if entries.len() > ENTRIES { self::entries(headings, 1) } else { entries }
}

fn entries(headings: &[Heading], depth: u8) -> Vec<Entry> {
    let upper = headings.iter().map(|heading| heading.level).min().unwrap_or(1);
    let entry = |heading: &Heading| {
        let at = heading.level - upper + 1;
        (at <= depth).then(|| Entry {
            depth: at,
            id: heading.id.clone(),
            text: heading.text.clone(),
        })
    };
    headings.iter().filter_map(entry).collect()
}
