//! What a result shows of a text: the passage that has the most of what was looked for.

use std::collections::VecDeque;
use std::ops::Range;

use super::query::Query;
use super::tokens::tokens;
use crate::text::plaintext::one_line;

/// How much of a text is looked through, in bytes.
const MAX_SEARCHED: usize = 300_000;

/// The length of a passage, in bytes of the text; about as many characters in most scripts.
const LENGTH: usize = 200;

/// How much stands before the first hit of a passage, in bytes.
const BEFORE: usize = 50;

/// A piece of a text, in its original spelling, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// The characters.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// The passage of a text that fits a query best, in one line; its beginning where nothing fits.
#[must_use]
pub fn snippet(plaintext: &str, query: &Query, locale: &str) -> Vec<Fragment> {
    let text = &plaintext[..plaintext.floor_char_boundary(MAX_SEARCHED)];
    let hits = hits(text, query, locale);
    let start =
        best_start(&hits).map_or(0, |hit| word_start(text, hit.saturating_sub(BEFORE), hit));
    let end = word_end(text, start, start + LENGTH);
    let within: Vec<Range<usize>> = hits
        .into_iter()
        .map(|hit| hit.range)
        .filter(|hit| start <= hit.start && hit.end <= end)
        .collect();
    let mut fragments = fragments(text, start..end, &within);
    let cut = || Fragment { text: "…".to_owned(), hit: false };
    if start > 0 {
        match fragments.first_mut() {
            Some(first) if !first.hit => first.text.insert(0, '…'),
            _ => fragments.insert(0, cut()),
        }
    }
    if end < plaintext.trim_end().len() {
        match fragments.last_mut() {
            Some(last) if !last.hit => last.text.push('…'),
            _ => fragments.push(cut()),
        }
    }
    fragments
}

/// A short text, such as a title, as a whole, with what was looked for marked.
#[must_use]
pub fn highlight(title: &str, query: &Query, locale: &str) -> Vec<Fragment> {
    let searched = &title[..title.floor_char_boundary(MAX_SEARCHED)];
    let ranges: Vec<Range<usize>> =
        hits(searched, query, locale).into_iter().map(|hit| hit.range).collect();
    fragments(title, 0..title.len(), &ranges)
}

/// A place where a term of the query stands.
struct Hit {
    range: Range<usize>,
    /// Which term of the query it is.
    term: usize,
}

fn hits(text: &str, query: &Query, locale: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    for token in tokens(text, locale) {
        let Some(term) = query.terms.iter().position(|term| term.fits(&token.term)) else {
            continue;
        };
        let end = if token.dense {
            // A pair that only begins with what was looked for is a hit in its beginning.
            let length = query.terms[term].text.chars().count();
            text[token.start..token.end]
                .char_indices()
                .nth(length)
                .map_or(token.end, |(index, _)| token.start + index)
        } else {
            token.end
        };
        hits.push(Hit { range: token.start..end, term });
    }
    hits
}

/// Where the passage begins that has the most different terms, and of those the most hits.
fn best_start(hits: &[Hit]) -> Option<usize> {
    let mut window: VecDeque<&Hit> = VecDeque::new();
    let mut best: Option<((u32, usize), usize)> = None;
    for hit in hits {
        window.push_back(hit);
        while window
            .front()
            .is_some_and(|first| hit.range.end - first.range.start > LENGTH - BEFORE)
            && window.len() > 1
        {
            window.pop_front();
        }
        let different = window.iter().fold(0_u32, |terms, hit| terms | 1 << (hit.term % 32));
        let score = (different.count_ones(), window.len());
        let start = window.front().map_or(hit.range.start, |first| first.range.start);
        if best.is_none_or(|(score_so_far, _)| score > score_so_far) {
            best = Some((score, start));
        }
    }
    best.map(|(_, start)| start)
}

/// The beginning of the first word from `from` on, no later than `latest`.
fn word_start(text: &str, from: usize, latest: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let from = text.floor_char_boundary(from);
    let passed = &text[from..latest];
    passed.find(char::is_whitespace).map_or(from, |blank| {
        let rest = &passed[blank..];
        from + blank + (rest.len() - rest.trim_start().len())
    })
}

/// The end of the last word that ends before `to`, or `to` where a word is longer than that.
fn word_end(text: &str, start: usize, to: usize) -> usize {
    if to >= text.len() {
        return text.len();
    }
    let to = text.floor_char_boundary(to);
    let tail = text.floor_char_boundary(to.saturating_sub(LENGTH / 4).max(start));
    text[tail..to].rfind(char::is_whitespace).map_or(to, |blank| tail + blank)
}

/// Cuts a part of a text at its hits, which are in order; hits that overlap are one.
fn fragments(text: &str, part: Range<usize>, hits: &[Range<usize>]) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    let mut push = |range: Range<usize>, hit: bool| {
        let piece = &text[range];
        if piece.is_empty() {
            return;
        }
        let mut line = one_line(piece);
        if !hit {
            if piece.starts_with(char::is_whitespace) {
                line.insert(0, ' ');
            }
            if piece.ends_with(char::is_whitespace) && line != " " {
                line.push(' ');
            }
        }
        fragments.push(Fragment { text: line, hit });
    };
    let mut done = part.start;
    let mut hits = hits.iter().peekable();
    while let Some(hit) = hits.next() {
        let start = hit.start.max(done);
        let mut end = hit.end;
        while let Some(next) = hits.next_if(|next| next.start <= end) {
            end = end.max(next.end);
        }
        if start < end {
            push(done..start, false);
            push(start..end, true);
            done = end;
        }
    }
    push(done..part.end, false);
    fragments
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(fragments: &[Fragment]) -> String {
        let mark = |f: &Fragment| if f.hit { format!("[{}]", f.text) } else { f.text.clone() };
        fragments.iter().map(mark).collect()
    }

    fn found(text: &str, words: &str, locale: &str) -> String {
        let query = Query::parse(words, locale).expect("it has words");
        marked(&snippet(text, &query, locale))
    }

    #[test]
    fn hits_keep_their_spelling() {
        assert_eq!(
            found("The Runner’s\n\nrunning shoes.", "runs shoe", "en"),
            "The Runner’s [running] [shoes]."
        );
        assert_eq!(found("Große Häuser", "haus", "de"), "Große [Häuser]");
        assert_eq!(found("東京都へ行く", "京都", "ja"), "東[京都]へ行く");
        assert_eq!(found("東京都へ行く", "東京都", "ja"), "[東京都]へ行く");
        assert_eq!(found("東京都へ行く", "行", "ja"), "東京都へ[行]く");
        assert_eq!(found("Rustaceans", "rust", "en"), "[Rustaceans]");
    }

    #[test]
    fn the_best_passage_is_shown() {
        let filler = "word ".repeat(100);
        let text = format!("apple {filler} apple pear {filler} pear");
        let shown = found(&text, "apple pear", "en");
        assert!(shown.starts_with("…word") && shown.ends_with("word…"), "{shown}");
        assert!(shown.contains(" [apple] [pear] "), "{shown}");
        assert!(shown.len() < LENGTH + 20);
        let none = found(&text, "plum", "en");
        assert!(none.starts_with("apple word") && none.ends_with("word…"), "{none}");
    }

    #[test]
    fn titles_are_shown_whole() {
        let query = Query::parse("title", "en").expect("it has words");
        assert_eq!(marked(&highlight("A title of titles", &query, "en")), "A [title] of [titles]");
    }

    proptest! {
        #[test]
        fn a_highlighted_title_is_the_title(title in "[a-c東京 ]{0,40}", words in "[a-c東京]{1,4}") {
            if let Some(query) = Query::parse(&words, "ja") {
                let whole: String = highlight(&title, &query, "ja").into_iter().map(|f| f.text).collect();
                prop_assert_eq!(one_line(&whole), one_line(&title));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,900}", words in "\\PC{1,20}") {
            if let Some(query) = Query::parse(&words, "en") {
                let shown: usize = snippet(&text, &query, "en").iter().map(|f| f.text.len()).sum();
                prop_assert!(shown <= LENGTH + 10);
            }
        }
    }
}
