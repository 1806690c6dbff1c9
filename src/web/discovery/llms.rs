//! `llms.txt` (llmstxt.org): the contents of the site for language models, each line with the
//! address of a text in Markdown.

use std::fmt::Write as _;

use super::markdown_alternate::{escape, one_line};
use crate::domain::paths;
use crate::domain::{PostSummary, Settings};

/// The content type of `llms.txt`.
pub const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// The longest note on a text, in characters.
const NOTE_CHARS: usize = 200;

/// The file: the posts and the pages in the order in which they are given. `base_url` has no slash
/// at its end.
#[must_use]
pub fn render(
    settings: &Settings,
    base_url: &str,
    posts: &[PostSummary],
    pages: &[PostSummary],
) -> String {
    let mut text = format!("# {}\n", escape(&one_line(&settings.title)));
    let description = one_line(&settings.description);
    if !description.is_empty() {
        let _ = write!(text, "\n> {}\n", escape(&description));
    }
    for (heading, entries) in [("Posts", posts), ("Pages", pages)] {
        if entries.is_empty() {
            continue;
        }
        let _ = write!(text, "\n## {heading}\n\n");
        for entry in entries {
            line(&mut text, base_url, entry);
        }
    }
    text
}

/// `- [Title](https://…/slug.md): note`
fn line(text: &mut String, base_url: &str, post: &PostSummary) {
    let title = escape(&one_line(&post.title));
    let path = paths::post_markdown(&post.slug);
    let _ = write!(text, "- [{title}]({base_url}{path})");
    let note = one_line(&post.excerpt);
    if !note.is_empty() {
        let _ = write!(text, ": {}", escape(&cut(&note)));
    }
    text.push('\n');
}

/// As many whole words as a note may have.
fn cut(note: &str) -> String {
    let Some((end, _)) = note.char_indices().nth(NOTE_CHARS) else { return note.to_owned() };
    let end = note[..end].rfind(' ').unwrap_or(end);
    format!("{}…", &note[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::fixtures::{self, BASE_URL};

    #[test]
    fn it_lists_texts_in_markdown() {
        let mut post = fixtures::summary("A [b] *c*\n# d");
        post.excerpt = "One\ntwo `three`".to_owned();
        let mut page = fixtures::summary("About");
        page.excerpt = String::new();
        assert_eq!(
            render(&fixtures::settings(), BASE_URL, &[post], &[page]),
            "# The \\<Gazette> & Co.\n\
             \n\
             > News, \"slowly\"\n\
             \n\
             ## Posts\n\
             \n\
             - [A \\[b\\] \\*c\\* # d](https://a.example/a-b-c-d.md): One two \\`three\\`\n\
             \n\
             ## Pages\n\
             \n\
             - [About](https://a.example/about.md)\n"
        );
    }

    #[test]
    fn a_note_ends_with_a_word() {
        let long = "word ".repeat(100);
        let cut_note = cut(long.trim());
        assert_eq!(cut_note.chars().count(), 200);
        assert!(cut_note.ends_with("word…"), "{cut_note}");
        assert_eq!(cut(&"長".repeat(300)).chars().count(), 201);
        assert_eq!(cut("short"), "short");
    }
}
