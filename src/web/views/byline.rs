//! Who wrote it: the names of the authors in a sentence of the page's language.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::Author;
use crate::domain::paths;
use crate::i18n::{Direction, Strings};

/// The byline of a post.
#[derive(Debug, Clone, Template)]
#[template(path = "part/byline.html")]
pub(super) struct Byline {
    direction: Direction,
    before: String,
    people: Vec<Person>,
    after: String,
}

#[derive(Debug, Clone)]
struct Person {
    /// What stands between the name before and this one.
    joint: String,
    name: String,
    href: String,
}

impl HtmlSafe for Byline {}

impl Byline {
    pub(super) fn new(authors: &[Author], strings: &Strings) -> Self {
        let (before, after) = strings.around("byline");
        let last = authors.len().saturating_sub(1);
        let person = |(index, author): (usize, &Author)| Person {
            joint: match index {
                0 => String::new(),
                _ if index == last => strings.text("list-and"),
                _ => strings.text("list-comma"),
            },
            name: author.name.clone(),
            href: paths::author(&author.slug),
        };
        let people = authors.iter().enumerate().map(person).collect();
        Self { direction: Direction::of(strings.language()), before, people, after }
    }
}
