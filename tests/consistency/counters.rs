//! What is written and how it is read back: counters inside posts, in groups whose sums tell the moment.
//!
//! A group is a handful of posts with one tag. Its writer raises one counter at a time, in a fixed
//! order, so step `s` of a group is one state of all its counters, and a counter at `v` says that the
//! step lies between two bounds. A page that shows several counters of a group is of a single moment
//! if and only if all these intervals have a step in common.

use std::collections::BTreeMap;

/// Posts in a group.
pub const POSTS: u32 = 4;
/// What stands before a counter in a title.
const MARK: &str = "Counter g";

/// How often the writer of a group has written; 0 is what stands there at the start.
pub type Step = u32;

/// The steps at which a page may have been made, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub first: Step,
    pub last: Step,
}

impl Span {
    /// The steps between which counter `post` stands at `value`.
    const fn of(post: u32, value: u32) -> Self {
        let first = if value == 0 { 0 } else { (value - 1) * POSTS + post + 1 };
        Self { first, last: value * POSTS + post }
    }

    /// The steps that both allow; empty where they contradict each other.
    fn and(self, other: Self) -> Self {
        Self { first: self.first.max(other.first), last: self.last.min(other.last) }
    }

    /// Whether no step is left: the counters are of different moments.
    pub const fn is_empty(self) -> bool {
        self.first > self.last
    }
}

/// What a step writes: the counter, and its new value.
pub const fn written_at(step: Step) -> (u32, u32) {
    ((step - 1) % POSTS, (step - 1) / POSTS + 1)
}

/// The title of a post whose counter stands at a value.
pub fn title(group: usize, post: u32, value: u32) -> String {
    format!("{MARK}{group}p{post}v{value}")
}

/// The titles of all posts of a group at a step.
pub fn titles(group: usize, step: Step) -> Vec<String> {
    (0..POSTS).map(|post| title(group, post, (step + POSTS - 1 - post) / POSTS)).collect()
}

/// The slug of a post.
pub fn slug(group: usize, post: u32) -> String {
    format!("group-{group}-post-{post}")
}

/// The tag of a group.
pub fn tag(group: usize) -> String {
    format!("group-{group}")
}

/// The groups that a page shows, and what it says of their steps.
pub fn read(page: &str) -> BTreeMap<usize, Span> {
    let mut spans = BTreeMap::new();
    for (at, _) in page.match_indices(MARK) {
        let Some((group, span)) = counter(&page[at + MARK.len()..]) else { continue };
        spans.entry(group).and_modify(|seen: &mut Span| *seen = seen.and(span)).or_insert(span);
    }
    spans
}

/// The counter with which a text begins, behind its mark.
fn counter(text: &str) -> Option<(usize, Span)> {
    let (group, rest) = number(text)?;
    let (post, rest) = number(rest.strip_prefix('p')?)?;
    let (value, _) = number(rest.strip_prefix('v')?)?;
    Some((group as usize, Span::of(post, value)))
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// Where the counters of a group are shown: each post, and the lists.
pub fn addresses(group: usize) -> Vec<String> {
    let mut addresses: Vec<_> = (0..POSTS).map(|post| format!("/{}/", slug(group, post))).collect();
    let tag = tag(group);
    addresses.extend([format!("/tag/{tag}/"), format!("/tag/{tag}/rss/")]);
    addresses
}

/// Where counters of several groups are shown.
pub const SHARED: [&str; 2] = ["/", "/rss/"];
