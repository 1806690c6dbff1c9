//! Takes a text apart into terms, each with its place in the text.

use unicode_segmentation::UnicodeSegmentation;

use super::fold::{Folder, characters};

/// The most terms that one document gives.
pub const MAX_TERMS: usize = 100_000;

/// A term and the bytes of the text that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) term: String,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it is of a script without blanks: one character, or two neighbours.
    pub(super) dense: bool,
}

/// The terms of a text for the index, in order, at most [`MAX_TERMS`].
///
/// A run of a script without blanks gives every pair of neighbours, and its last character alone,
/// so that each of its characters begins a term.
#[must_use]
pub fn terms(text: &str, locale: &str) -> Vec<String> {
    tokens(text, locale).take(MAX_TERMS).map(|token| token.term).collect()
}

/// The tokens of a text, in order.
pub(super) fn tokens<'a>(text: &'a str, locale: &str) -> impl Iterator<Item = Token> + use<'a> {
    let folder = Folder::new(locale);
    let keeps_apostrophes = locale.starts_with("en");
    let mut words = text.unicode_word_indices().peekable();
    std::iter::from_fn(move || {
        let (start, word) = words.next()?;
        if !is_dense(word) {
            return Some(word_tokens(start, word, &folder, keeps_apostrophes));
        }
        let mut end = start + word.len();
        while let Some((_, next)) = words.next_if(|&(at, next)| at == end && is_dense(next)) {
            end += next.len();
            // A run without an end is cut; only the pair across the cut is lost.
            if end - start > MAX_RUN {
                break;
            }
        }
        Some(run_tokens(start, &text[start..end]))
    })
    .flatten()
}

/// The longest run of a script without blanks that is taken apart at a time, in bytes.
const MAX_RUN: usize = 4_096;

/// A word is split where other characters stand within it (`example.com`, `l'eau`).
fn word_tokens(start: usize, word: &str, folder: &Folder, keeps_apostrophes: bool) -> Vec<Token> {
    let belongs = |c: char| {
        c.is_alphanumeric()
            || unicode_normalization::char::is_combining_mark(c)
            || (keeps_apostrophes && matches!(c, '\'' | '’'))
            || matches!(c, '\u{200c}' | '\u{200d}')
    };
    let mut tokens = Vec::new();
    let mut at = start;
    for piece in word.split_inclusive(|c: char| !belongs(c)) {
        let end = at + piece.len();
        // A character that is a letter in its normal form only is a piece of its own.
        let letters = match piece.trim_end_matches(|c: char| !belongs(c)) {
            "" => piece,
            letters => letters,
        };
        if let Some(term) = folder.term(letters) {
            tokens.push(Token { term, start: at, end: at + letters.len(), dense: false });
        }
        at = end;
    }
    tokens
}

fn run_tokens(start: usize, run: &str) -> Vec<Token> {
    let characters: Vec<(usize, &str)> = run.grapheme_indices(true).collect();
    let mut tokens = Vec::with_capacity(characters.len());
    for (index, &(at, first)) in characters.iter().enumerate() {
        let second = characters.get(index + 1).map_or("", |&(_, second)| second);
        let end = at + first.len() + second.len();
        let term = self::characters(&run[at..end]);
        if !term.is_empty() {
            tokens.push(Token { term, start: start + at, end: start + end, dense: true });
        }
    }
    tokens
}

/// Whether a word is of a script that is written without blanks between words, or whose words
/// are best found by their syllables: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese.
pub(super) fn is_dense(word: &str) -> bool {
    word.chars().next().is_some_and(|c| {
        matches!(
            u32::from(c),
            0x0E01..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF
                | 0x2E80..=0x2FDF
                | 0x3005..=0x3007 | 0x3041..=0x30FF | 0x31F0..=0x31FF
                | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFF66..=0xFF9F
                | 0x1100..=0x11FF | 0xAC00..=0xD7AF
                | 0x20000..=0x3FFFF
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_come_apart() {
        let cases: [(&str, &str, &[&str]); 7] = [
            ("en", "The runner's running!", &["the", "runner", "run"]),
            ("en", "example.com foo_bar 1.94", &["exampl", "com", "foo", "bar", "1", "94"]),
            ("fr", "L’eau d'été", &["l", "eau", "d", "ete"]),
            ("ja", "東京都へ", &["東京", "京都", "都へ", "へ"]),
            ("ja", "Rust言語", &["rust", "言語", "語"]),
            ("zh", "山", &["山"]),
            ("ko", "서울에서", &["서울", "울에", "에서", "서"]),
        ];
        for (locale, text, expected) in cases {
            assert_eq!(terms(text, locale), expected, "{text}");
        }
    }

    #[test]
    fn thai_comes_in_pairs() {
        assert_eq!(terms("ภาษา", "th").first().map(String::as_str), Some("ภา"));
    }

    #[test]
    fn terms_are_bounded() {
        assert_eq!(terms(&"a ".repeat(MAX_TERMS + 1), "en").len(), MAX_TERMS);
        assert_eq!(terms(&"字".repeat(MAX_TERMS + 1), "zh").len(), MAX_TERMS);
    }

    proptest! {
        #[test]
        fn tokens_lie_in_the_text_in_order(text in "\\PC{0,200}", english: bool) {
            let mut last = 0;
            for token in tokens(&text, if english { "en" } else { "th" }) {
                prop_assert!(!token.term.is_empty());
                prop_assert!(token.term.chars().all(char::is_alphanumeric));
                prop_assert!(last <= token.start && token.start < token.end);
                prop_assert!(text.get(token.start..token.end).is_some());
                last = token.start;
            }
        }
    }
}
