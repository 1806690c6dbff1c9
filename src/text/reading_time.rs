//! The reading time: Ghost's estimate.

/// Words that a reader reads in a minute.
const WORDS_PER_MINUTE: usize = 275;

/// Seconds that the first picture takes; each further one takes a second less …
const FIRST_IMAGE: usize = 12;

/// … but none takes less than this.
const SHORTEST_IMAGE: usize = 3;

/// Whole minutes, rounded; at least 1 unless the text is empty. A picture above the text counts.
pub(super) fn minutes(plaintext: &str, images: usize, has_feature_image: bool) -> i32 {
    let words = count_words(plaintext);
    if words == 0 && images == 0 {
        return 0;
    }
    let images = images + usize::from(has_feature_image);
    let looking: usize = (0..images.min(FIRST_IMAGE - SHORTEST_IMAGE))
        .map(|image| FIRST_IMAGE - image)
        .sum::<usize>()
        + images.saturating_sub(FIRST_IMAGE - SHORTEST_IMAGE) * SHORTEST_IMAGE;
    // (words / per minute + looking / 60), rounded half up, in whole numbers.
    let sixtieths = words * 60 + looking * WORDS_PER_MINUTE;
    let whole = WORDS_PER_MINUTE * 60;
    let minutes = (sixtieths + whole / 2) / whole;
    i32::try_from(minutes.max(1)).unwrap_or(i32::MAX)
}

/// Words; in scripts without blanks every character counts as one.
fn count_words(text: &str) -> usize {
    let mut words = 0;
    let mut within = false;
    for c in text.chars() {
        if is_cjk(c) {
            words += 1;
            within = false;
        } else if c.is_alphanumeric() || (within && matches!(c, '\'' | '’' | '_' | '-')) {
            words += usize::from(!within);
            within = true;
        } else {
            within = within && unicode_normalization::char::is_combining_mark(c);
        }
    }
    words
}

/// Ideographs, kana and syllables of Korean.
fn is_cjk(c: char) -> bool {
    matches!(
        u32::from(c),
        0x3041..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF
            | 0x20000..=0x3FFFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_pictures_take_time() {
        let cases = [
            (String::new(), 0, 0),
            ("a".to_owned(), 0, 1),
            (String::new(), 1, 1),
            ("word ".repeat(275), 0, 1),
            ("word ".repeat(412), 0, 1),
            ("word ".repeat(413), 0, 2),
            ("字".repeat(550), 0, 2),
            // 12 + 11 + … + 4 = 72 seconds for nine, and 3 for each after.
            (String::new(), 9, 1),
            (String::new(), 15, 2),
        ];
        for (text, images, expected) in cases {
            assert_eq!(minutes(&text, images, false), expected, "{} bytes, {images}", text.len());
        }
    }

    #[test]
    fn a_picture_above_the_text_counts() {
        assert_eq!(minutes(&"word ".repeat(400), 0, false), 1);
        assert_eq!(minutes(&"word ".repeat(400), 0, true), 2);
        assert_eq!(minutes("", 0, true), 0);
    }

    #[test]
    fn a_word_is_one_word() {
        assert_eq!(count_words("It’s a well-known snake_case: 3.5 हिन्दी"), 8 - 1);
        assert_eq!(count_words("日本語 and English"), 5);
    }
}
