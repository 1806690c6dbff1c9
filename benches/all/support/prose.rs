//! Made-up texts: as many as wanted, the same each time, with words as unevenly frequent as in any
//! language, so that an index has to work as it would.

use std::fmt::Write as _;

use masthead::domain::slug::SlugStyle;
use masthead::domain::{Post, PostId, PostKind, PostSummary, Slug, Status, Timestamp, ids};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// A word that stands in more than half of all posts, however many there are.
pub const COMMON: &str = "harbour";
/// A word that stands in [`RARE_POSTS`] posts, however many there are.
pub const RARE: &str = "zymurgy";
/// In how many posts the rare word stands.
const RARE_POSTS: u32 = 5;

/// Where the common word stands among the words by frequency.
const COMMON_RANK: usize = 9;
/// How many different words there are.
const WORDS: usize = 20_000;
const WORDS_OF_A_PARAGRAPH: usize = 30;
const PARAGRAPHS: usize = 3;

/// Noon of 1 January 2006, UTC: the first post.
const FIRST: i64 = 1_136_116_800_000_000;
/// Twenty years, in microseconds.
const YEARS: i64 = 20 * 31_557_600_000_000;

/// Makes texts.
pub struct Prose {
    words: Vec<String>,
}

impl Prose {
    pub fn new() -> Self {
        const ONSETS: &[u8; 16] = b"bcdfghklmnprstvw";
        const VOWELS: &[u8; 5] = b"aeiou";
        let mut random = StdRng::seed_from_u64(0);
        let mut syllable = |word: &mut String| {
            word.push(char::from(ONSETS[random.random_range(0..ONSETS.len())]));
            word.push(char::from(VOWELS[random.random_range(0..VOWELS.len())]));
        };
        let mut words: Vec<String> = (0..WORDS)
            .map(|rank| {
                // What is said often is short.
                let mut word = String::new();
                (0..2 + rank.max(1).ilog10() / 2).for_each(|_| syllable(&mut word));
                word
            })
            .collect();
        COMMON.clone_into(&mut words[COMMON_RANK]);
        Self { words }
    }

    /// A paragraph whose words follow Zipf's law: the second is half as frequent as the first.
    pub fn paragraph(&self, random: &mut StdRng) -> String {
        let mut text = String::new();
        for n in 0..WORDS_OF_A_PARAGRAPH {
            let word = self.word(random);
            match n {
                0 => capitalise(word, &mut text),
                _ if n % 10 == 0 => {
                    text.push_str(". ");
                    capitalise(word, &mut text);
                }
                _ => {
                    text.push(' ');
                    text.push_str(word);
                }
            }
        }
        text.push('.');
        text
    }

    fn word(&self, random: &mut StdRng) -> &str {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank from 1 to the number of words"
        )]
        let rank = (WORDS as f64).powf(random.random::<f64>()) as usize;
        &self.words[rank.clamp(1, WORDS) - 1]
    }

    /// The post with a number of so many, oldest first, spread evenly over twenty years. Every
    /// hundredth is featured.
    pub fn post(&self, number: u32, of: u32) -> Post {
        let mut random = StdRng::seed_from_u64(u64::from(number));
        let random = &mut random;
        let mut title = String::new();
        capitalise(self.word(random), &mut title);
        for _ in 0..random.random_range(3..7) {
            title.push(' ');
            title.push_str(self.word(random));
        }
        let mut paragraphs: Vec<String> = (0..PARAGRAPHS).map(|_| self.paragraph(random)).collect();
        if number.is_multiple_of((of / RARE_POSTS).max(1)) {
            let _ = write!(paragraphs[1], " {RARE}.");
        }
        let at = Timestamp(FIRST + YEARS / i64::from(of) * i64::from(number));
        let markdown = paragraphs.join("\n\n");
        let (id, slug) = (PostId::new(at, random.random()), slug(&format!("{title} {number}")));
        let summary = PostSummary {
            status: Status::Published,
            featured: number.is_multiple_of(100),
            excerpt: paragraphs[0].clone(),
            reading_time: 1,
            published_at: Some(at),
            ..PostSummary::titled(id, PostKind::Post, &title, slug, at)
        };
        Post {
            uuid: ids::derived_uuid(&number.to_string()),
            html: format!("<p>{}</p>", paragraphs.join("</p>\n<p>")),
            plaintext: markdown.clone(),
            markdown,
            ..Post::of(summary)
        }
    }
}

/// The slug of a text that has letters.
pub fn slug(text: &str) -> Slug {
    Slug::from_text(text, SlugStyle::Ascii).expect("the text has letters")
}

fn capitalise(word: &str, text: &mut String) {
    let mut letters = word.chars();
    text.extend(letters.next().map(|c| c.to_ascii_uppercase()));
    text.push_str(letters.as_str());
}
