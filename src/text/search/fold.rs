//! Words become terms: one spelling for what people take for the same word.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest term, in characters; what is longer is cut.
const MAX_CHARS: usize = 64;

/// Folds the words of one language.
pub(super) struct Folder {
    stemmer: Option<Stemmer>,
}

impl Folder {
    /// The folder for a language (BCP 47); one without a stemmer for languages that have none.
    pub(super) fn new(locale: &str) -> Self {
        Self { stemmer: algorithm(locale).map(Stemmer::create) }
    }

    /// The term of a word, or nothing where no letter or digit is in it.
    pub(super) fn term(&self, word: &str) -> Option<String> {
        let lower: String =
            word.chars().take(MAX_CHARS).nfkc().flat_map(char::to_lowercase).collect();
        let lower = lower.replace('’', "'");
        let stem = match &self.stemmer {
            Some(stemmer) => stemmer.stem(&lower),
            None => lower.as_str().into(),
        };
        let term = fold(&stem);
        if term.is_empty() {
            Some(fold(&lower)).filter(|term| !term.is_empty())
        } else {
            Some(term)
        }
    }
}

/// The characters of a script without blanks as they stand in a term.
pub(super) fn characters(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

fn algorithm(locale: &str) -> Option<Algorithm> {
    let language = locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let algorithm = match language.as_str() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nb" | "nn" | "no" => Algorithm::Norwegian,
        "nl" => Algorithm::Dutch,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    };
    Some(algorithm)
}

/// Takes the accents off Latin and Greek letters, spells ligatures out, and leaves letters and
/// digits only. Marks of other scripts are letters of their own and stay.
fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let mut takes_accents = false;
    for c in word.nfd() {
        if is_combining_mark(c) {
            if !takes_accents {
                folded.push(c);
            }
            continue;
        }
        takes_accents = matches!(u32::from(c), 0x41..=0x24F | 0x370..=0x3FF | 0x1E00..=0x1FFF);
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            // Arabic writes words longer with it, not differently.
            'ـ' => {}
            _ => folded.push(c),
        }
    }
    folded.nfc().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(word: &str, locale: &str) -> String {
        Folder::new(locale).term(word).unwrap_or_default()
    }

    #[test]
    fn spellings_of_one_word_are_one_term() {
        let cases = [
            ("en", "Running", "runs"),
            ("en", "author’s", "author"),
            ("en", "Ｒｕｓｔ", "rust"),
            ("en", "naïve", "naive"),
            ("de", "Häuser", "haus"),
            ("de", "Straße", "strasse"),
            ("fr", "études", "etude"),
            ("es", "canciones", "canción"),
            ("tr", "İSTANBUL", "istanbul"),
            ("pl", "Łódź", "lodz"),
            ("ar", "الكتاب", "كتاب"),
            ("ru", "книги", "книга"),
        ];
        for (locale, one, other) in cases {
            assert_eq!(term(one, locale), term(other, locale), "{one} and {other}");
        }
    }

    #[test]
    fn a_term_is_never_long_nor_empty() {
        assert_eq!(Folder::new("xx").term(&"a".repeat(900)).map(|t| t.len()), Some(64));
        assert_eq!(Folder::new("en").term("'"), None);
        assert_eq!(characters("ｶﾞ"), "ガ");
    }
}
