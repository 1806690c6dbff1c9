//! What a language tag (BCP 47) says about the way its text is set.

use std::fmt;

/// Languages whose usual script runs from right to left.
const RIGHT_TO_LEFT: [&str; 14] =
    ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "ps", "sd", "syr", "ug", "ur", "yi"];

/// Scripts that run from right to left, for tags that name one (`az-Arab`).
const RIGHT_TO_LEFT_SCRIPTS: [&str; 8] =
    ["adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"];

/// Languages, other than those above, whose usual script is not Latin.
const OTHER_SCRIPTS: [&str; 32] = [
    "am", "be", "bg", "bn", "el", "gu", "hi", "hy", "ja", "ka", "kk", "km", "kn", "ko", "ky", "lo",
    "mk", "ml", "mn", "mr", "my", "ne", "pa", "ru", "si", "sr", "ta", "te", "th", "uk", "yue",
    "zh",
];

/// The direction of a text, as the attribute `dir` spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    Ltr,
    /// From right to left.
    Rtl,
}

impl Direction {
    /// The direction of a language; its script decides where the tag names one.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let rtl = match script(locale) {
            Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script.to_ascii_lowercase().as_str()),
            None => RIGHT_TO_LEFT.contains(&language(locale).as_str()),
        };
        if rtl { Self::Rtl } else { Self::Ltr }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        })
    }
}

/// Whether the language is written in Latin letters, as far as a headline face is concerned.
#[must_use]
pub fn is_latin(locale: &str) -> bool {
    if let Some(script) = script(locale) {
        return script.eq_ignore_ascii_case("latn");
    }
    let language = language(locale);
    !RIGHT_TO_LEFT.contains(&language.as_str()) && !OTHER_SCRIPTS.contains(&language.as_str())
}

/// The primary language of a tag in lower case: `de` of `de-AT`.
pub(super) fn language(locale: &str) -> String {
    subtags(locale).next().unwrap_or_default().to_ascii_lowercase()
}

/// The script that a tag names: the second subtag, if it has four letters.
fn script(locale: &str) -> Option<&str> {
    subtags(locale).nth(1).filter(|s| s.len() == 4 && s.bytes().all(|b| b.is_ascii_alphabetic()))
}

fn subtags(locale: &str) -> impl Iterator<Item = &str> {
    locale.split(['-', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_and_script_decide_the_direction() {
        for (locale, direction) in [
            ("en", Direction::Ltr),
            ("ar", Direction::Rtl),
            ("ar-EG", Direction::Rtl),
            ("HE", Direction::Rtl),
            ("fa_IR", Direction::Rtl),
            ("ur-Latn", Direction::Ltr),
            ("az-Arab-IR", Direction::Rtl),
            ("", Direction::Ltr),
        ] {
            assert_eq!(Direction::of(locale), direction, "{locale}");
        }
    }

    #[test]
    fn scripts_are_told_apart() {
        assert!(is_latin("de-AT") && is_latin("sr-Latn") && is_latin("vi"));
        assert!(!is_latin("ja") && !is_latin("ar") && !is_latin("ru-RU"));
    }
}
