//! Typewriter marks become those of print: quotes by language, apostrophes, dashes, ellipses.
//!
//! Only what can be meant in one way changes: `--flag`, `a >> b` and `...rest` stay as they are.
//! Code, and links that show their own address, are left alone.

use super::plaintext::is_block;
use super::tree::{Kind, NodeId, ROOT, Step, Tree};

/// The quotation marks of a language: double opening and closing, single opening and closing.
type Quotes = [&'static str; 4];

/// The quotation marks of a language, for languages whose custom is clear.
fn quotes(locale: &str) -> Option<Quotes> {
    let language = locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    match language.as_str() {
        "ca" | "cy" | "en" | "eo" | "es" | "ga" | "id" | "it" | "ko" | "ms" | "nl" | "pt"
        | "tr" | "vi" | "zh" => Some(["“", "”", "‘", "’"]),
        "bg" | "cs" | "de" | "et" | "is" | "lt" | "sk" | "sl" => Some(["„", "“", "‚", "‘"]),
        "hu" | "pl" | "ro" => Some(["„", "”", "‚", "’"]),
        "fi" | "sv" => Some(["”", "”", "’", "’"]),
        "fr" => Some(["«\u{202f}", "\u{202f}»", "‘", "’"]),
        "be" | "el" | "ru" | "uk" => Some(["«", "»", "„", "“"]),
        _ => None,
    }
}

/// Sets the prose of a tree as its language is printed.
pub(super) fn set(tree: &mut Tree, locale: &str) {
    let Some(quotes) = quotes(locale) else { return };
    for run in prose(tree) {
        if let Some(text) = tree.text_mut(run.text)
            && text.contains(['"', '\'', '-', '.'])
        {
            *text = print(text, run.before, quotes);
        }
    }
}

/// A text of prose, and the character before it in the same block.
struct Run {
    text: NodeId,
    before: Option<char>,
}

fn prose(tree: &Tree) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut before = None;
    let mut verbatim = 0_usize;
    for step in tree.walk(ROOT) {
        match step {
            Step::Enter(id) | Step::Leave(id) if is_block(tree.name(id)) => before = None,
            _ => {}
        }
        match step {
            Step::Enter(id) if is_verbatim(tree, id) => verbatim += 1,
            Step::Leave(id) if is_verbatim(tree, id) => verbatim -= 1,
            Step::Enter(id) => {
                if let Kind::Text(text) = tree.kind(id) {
                    if verbatim == 0 {
                        runs.push(Run { text: id, before });
                    }
                    before = text.chars().last().or(before);
                }
            }
            Step::Leave(_) => {}
        }
    }
    runs
}

fn is_verbatim(tree: &Tree, id: NodeId) -> bool {
    match tree.name(id) {
        "code" | "kbd" | "pre" | "samp" | "var" => true,
        "a" => {
            let first = tree.children(id).first().map(|&child| tree.kind(child));
            matches!(first, Some(Kind::Text(text)) if text.contains("://") || text.starts_with("www."))
        }
        _ => false,
    }
}

fn print(text: &str, before: Option<char>, quotes: Quotes) -> String {
    let [double_open, double_close, single_open, single_close] = quotes;
    let mut printed = String::with_capacity(text.len());
    let mut before = before;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (mark, length) = match c {
            '"' if opens(before) => (Some(double_open), 1),
            '"' => (Some(double_close), 1),
            '\'' if opens(before) && closes_later(&rest[1..]) => (Some(single_open), 1),
            '\'' if opens(before) || between_letters(before, &rest[1..]) => (Some("’"), 1),
            '\'' => (Some(single_close), 1),
            '-' => dashes(rest, before),
            '.' => dots(rest, before),
            _ => (None, c.len_utf8()),
        };
        printed.push_str(mark.unwrap_or(&rest[..length]));
        before = rest[..length].chars().last();
        if mark == Some(double_open) {
            before = Some('“');
        }
        rest = &rest[length..];
    }
    printed
}

/// Whether a quotation mark after this character opens a quotation.
fn opens(before: Option<char>) -> bool {
    before.is_none_or(|c| {
        c.is_whitespace() || matches!(c, '(' | '[' | '{' | '–' | '—' | '-' | '/' | '“' | '„' | '«')
    })
}

fn between_letters(before: Option<char>, rest: &str) -> bool {
    before.is_some_and(char::is_alphanumeric) && rest.starts_with(char::is_alphanumeric)
}

/// Whether a single quotation that begins here ends in the same sentence or so; else the mark is
/// an apostrophe (`'90s`).
fn closes_later(rest: &str) -> bool {
    let mut before = None;
    let mut characters = rest.chars().take(300).peekable();
    while let Some(c) = characters.next() {
        let ends = before.is_some_and(|b: char| !b.is_whitespace())
            && characters.peek().is_none_or(|next| !next.is_alphanumeric());
        if c == '\'' && ends {
            return true;
        }
        before = Some(c);
    }
    false
}

/// ` -- ` is an en dash, `---` within words or between blanks an em dash.
fn dashes(rest: &str, before: Option<char>) -> (Option<&'static str>, usize) {
    let length = rest.len() - rest.trim_start_matches('-').len();
    let after = rest[length..].chars().next();
    let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let apart = before.is_some() && is_blank(before) && is_blank(after);
    let mark = match length {
        2 if apart => Some("–"),
        3 if apart || is_letter(before) && is_letter(after) => Some("—"),
        _ => None,
    };
    (mark, length)
}

/// Three dots are an ellipsis, unless a word follows that they belong to (`...rest`).
fn dots(rest: &str, before: Option<char>) -> (Option<&'static str>, usize) {
    let length = rest.len() - rest.trim_start_matches('.').len();
    let belongs = !before.is_some_and(char::is_alphanumeric)
        && rest[length..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
    ((length == 3 && !belongs).then_some("…"), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(html: &str, locale: &str) -> String {
        let mut tree = Tree::parse(html);
        set(&mut tree, locale);
        tree.to_html()
    }

    #[test]
    fn prose_is_set_as_in_print() {
        let cases = [
            ("en", "<p>\"It's 'so'\", she said.</p>", "<p>“It’s ‘so’”, she said.</p>"),
            ("en", "<p>\"<em>a</em>\" ('b')</p>", "<p>“<em>a</em>” (‘b’)</p>"),
            ("en", "<p>the '90s, rock 'n roll</p>", "<p>the ’90s, rock ’n roll</p>"),
            ("en", "<p>a -- b --- c---d ...</p>", "<p>a – b — c—d …</p>"),
            ("de-AT", "<p>\"Wie geht's?\"</p>", "<p>„Wie geht’s?“</p>"),
            ("fr", "<p>\"a\" l'eau</p>", "<p>«\u{202f}a\u{202f}» l’eau</p>"),
            ("ru", "<p>\"a\"</p>", "<p>«a»</p>"),
        ];
        for (locale, typed, set) in cases {
            assert_eq!(printed(typed, locale), set.replace('"', "&quot;"));
        }
    }

    #[test]
    fn what_may_mean_something_else_stays() {
        let cases = [
            "<p>--flag a--b ...rest .. .... -</p>",
            "<p><code>it's \"a\" -- b</code></p>",
            "<pre>\n'a'</pre>",
            "<p><a href=\"https://e.com/a---b\">https://e.com/a---b</a></p>",
        ];
        for html in cases {
            let same = Tree::parse(html).to_html();
            assert_eq!(printed(html, "en"), same);
        }
        assert_eq!(printed("<p>it's</p>", "ja"), "<p>it's</p>");
    }
}
