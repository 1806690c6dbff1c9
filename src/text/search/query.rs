//! What a reader looks for.

use super::tokens::{Token, tokens};

/// How much of a question is read, in characters.
const MAX_CHARS: usize = 200;

/// The most terms of a question.
const MAX_TERMS: usize = 16;

/// A term to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryTerm {
    /// Letters and digits only, folded as in the index.
    pub text: String,
    /// Whether longer terms that begin like it are meant too.
    pub prefix: bool,
}

impl QueryTerm {
    pub(super) fn fits(&self, term: &str) -> bool {
        if self.prefix { term.starts_with(&self.text) } else { term == self.text }
    }
}

/// Terms that a document must all have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// At least one; none twice.
    pub terms: Vec<QueryTerm>,
}

impl Query {
    /// Reads the words of a reader, or `None` where there is nothing to look for in them.
    ///
    /// The last word may be unfinished, so it is a prefix; so is a lone character of a script
    /// without blanks, wherever it stands.
    #[must_use]
    pub fn parse(words: &str, locale: &str) -> Option<Self> {
        let bounded: String = words.chars().take(MAX_CHARS).collect();
        let found: Vec<Token> = tokens(&bounded, locale).collect();
        let mut terms: Vec<QueryTerm> = Vec::new();
        for (index, token) in found.iter().enumerate() {
            let previous = index.checked_sub(1).map(|before| &found[before]);
            let is_lone = token.dense && token.end - token.start == first_length(&bounded, token);
            // The last character of a run is in the pair before it already.
            if is_lone && previous.is_some_and(|before| before.dense && before.end == token.end) {
                continue;
            }
            let is_last = index + 1 == found.len();
            let prefix = is_lone || (is_last && token.term.chars().nth(1).is_some());
            let term = QueryTerm { text: token.term.clone(), prefix };
            if !terms.contains(&term) && terms.len() < MAX_TERMS {
                terms.push(term);
            }
        }
        (!terms.is_empty()).then_some(Self { terms })
    }
}

/// The length of the first character of a token, in bytes, with the marks on it.
fn first_length(text: &str, token: &Token) -> usize {
    use unicode_segmentation::UnicodeSegmentation;
    text[token.start..token.end].graphemes(true).next().map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(words: &str, locale: &str) -> String {
        let terms = Query::parse(words, locale).map(|query| query.terms).unwrap_or_default();
        let spelled =
            |term: &QueryTerm| format!("{}{}", term.text, if term.prefix { "*" } else { "" });
        terms.iter().map(spelled).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn questions_are_read() {
        let cases = [
            ("en", "running shoes", "run shoe*"),
            ("en", "  ", ""),
            ("en", "\"a\" OR (b) NOT c* - ^'", "a or b not c"),
            ("en", "rust rust go", "rust go*"),
            ("ja", "東京都", "東京 京都"),
            ("ja", "東", "東*"),
            ("ja", "東 京都", "東* 京都"),
            ("ja", "言語 rust", "言語 rust*"),
        ];
        for (locale, words, expected) in cases {
            assert_eq!(parsed(words, locale), expected, "{words}");
        }
    }

    #[test]
    fn questions_are_bounded() {
        let words = (0..200).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        let query = Query::parse(&words, "en").expect("it has words");
        assert_eq!(query.terms.len(), MAX_TERMS);
    }

    proptest! {
        #[test]
        fn terms_need_no_escaping(words in "\\PC{0,300}") {
            if let Some(query) = Query::parse(&words, "en") {
                prop_assert!(!query.terms.is_empty() && query.terms.len() <= MAX_TERMS);
                for term in query.terms {
                    prop_assert!(term.text.chars().all(char::is_alphanumeric));
                }
            }
        }
    }
}
