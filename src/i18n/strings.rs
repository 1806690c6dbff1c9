//! The interface in one language.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::direction::language;

/// Stands for the argument where a sentence is cut around it; no translation contains it.
const GAP: &str = "\u{fffc}";

/// The words of one language.
pub struct Strings {
    language: &'static str,
    bundle: FluentBundle<FluentResource>,
}

/// The files: language and contents. English is first; it stands in where another is silent.
const LOCALES: [(&str, &str); 4] = [
    ("en", include_str!("locales/en.ftl")),
    ("de", include_str!("locales/de.ftl")),
    ("ja", include_str!("locales/ja.ftl")),
    ("ar", include_str!("locales/ar.ftl")),
];

static PARSED: [LazyLock<Strings>; LOCALES.len()] = [
    LazyLock::new(|| Strings::parse(0)),
    LazyLock::new(|| Strings::parse(1)),
    LazyLock::new(|| Strings::parse(2)),
    LazyLock::new(|| Strings::parse(3)),
];

impl Strings {
    /// The words for a language tag: `de-AT` gives German, an unknown language English.
    #[must_use]
    pub fn for_locale(locale: &str) -> &'static Self {
        let wanted = language(locale);
        let index = LOCALES.iter().position(|(language, _)| *language == wanted).unwrap_or(0);
        &PARSED[index]
    }

    fn parse(index: usize) -> Self {
        let (language, source) = LOCALES[index];
        // What a broken file still says is used; a test keeps broken files out.
        let resource =
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let identifier = language.parse::<LanguageIdentifier>().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // The pages isolate foreign text with elements; invisible characters would reach titles.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { language, bundle }
    }

    /// The language that is spoken here: the name of its file.
    #[must_use]
    pub fn language(&self) -> &'static str {
        self.language
    }

    /// A text without arguments; the key itself where no language has it.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A text about a number: `$count` chooses the plural, `$number` is the number as it is read.
    #[must_use]
    pub fn count(&self, key: &str, count: u64) -> String {
        let mut args = FluentArgs::new();
        args.set("count", count);
        args.set("number", self.number(count));
        self.format(key, Some(&args))
    }

    /// A text with arguments.
    #[must_use]
    pub fn with(&self, key: &str, args: &[(&'static str, &str)]) -> String {
        let args = args.iter().map(|&(name, value)| (name, FluentValue::from(value))).collect();
        self.format(key, Some(&args))
    }

    /// What stands before and behind `$it` in a text, for arguments that are markup.
    #[must_use]
    pub fn around(&self, key: &str) -> (String, String) {
        let text = self.with(key, &[("it", GAP)]);
        match text.split_once(GAP) {
            Some((before, after)) => (before.to_owned(), after.to_owned()),
            None => (text, String::new()),
        }
    }

    /// A number in digits, grouped by thousands from five digits on.
    #[must_use]
    pub fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        if digits.len() < 5 {
            return digits;
        }
        let group = self.text("number-group");
        let mut grouped = String::with_capacity(digits.len() + 8);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push_str(&group);
            }
            grouped.push(digit);
        }
        grouped
    }

    fn format(&self, key: &str, args: Option<&FluentArgs>) -> String {
        if let Some(text) = self.own(key, args) {
            return text.into_owned();
        }
        let english = Self::for_locale("en");
        english.own(key, args).map_or_else(|| key.to_owned(), Cow::into_owned)
    }

    fn own<'a>(&'a self, key: &str, args: Option<&'a FluentArgs>) -> Option<Cow<'a, str>> {
        let pattern = self.bundle.get_message(key)?.value()?;
        Some(self.bundle.format_pattern(pattern, args, &mut Vec::new()))
    }
}

impl std::fmt::Debug for Strings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Strings").field(&self.language).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The names of the messages: what stands in front of ` =` at the beginning of a line.
    fn keys(source: &str) -> BTreeSet<String> {
        FluentResource::try_new(source.to_owned()).expect("a file without errors");
        let begins = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
        let key = |line: &str| line.split_once(" =").map(|(key, _)| key.to_owned());
        source.lines().filter(begins).filter_map(key).collect()
    }

    /// The keys that the code of readers' pages and the templates ask for.
    fn asked(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                asked(&path, found);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for call in
                ["strings.text(\"", "strings.count(\"", "strings.with(\"", "strings.around(\""]
            {
                for rest in source.split(call).skip(1) {
                    found.extend(rest.split('"').next().map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn every_language_says_everything() {
        let english = keys(LOCALES[0].1);
        for (language, source) in LOCALES {
            assert_eq!(keys(source), english, "{language}");
        }
    }

    #[test]
    fn everything_that_is_asked_is_said() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = BTreeSet::new();
        asked(&root.join("templates"), &mut found);
        asked(&root.join("src/web/views"), &mut found);
        let english = keys(LOCALES[0].1);
        assert!(found.len() > 20, "{found:?}");
        let missing: Vec<_> = found.difference(&english).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn locales_are_negotiated() {
        for (locale, language) in [
            ("de-AT", "de"),
            ("DE", "de"),
            ("ja_JP", "ja"),
            ("ar-EG", "ar"),
            ("xx", "en"),
            ("", "en"),
        ] {
            assert_eq!(Strings::for_locale(locale).language(), language, "{locale}");
        }
    }

    #[test]
    fn plurals_follow_the_language() {
        let english = Strings::for_locale("en");
        assert_eq!(english.count("posts-count", 1), "1 post");
        assert_eq!(english.count("posts-count", 12_345), "12,345 posts");
        let arabic = Strings::for_locale("ar");
        let forms: BTreeSet<_> =
            [1, 2, 3, 11, 100].map(|n| arabic.count("posts-count", n)).into_iter().collect();
        assert_eq!(forms.len(), 5);
    }

    #[test]
    fn a_sentence_is_cut_around_its_argument() {
        let (before, after) = Strings::for_locale("en").around("byline");
        assert_eq!((before.as_str(), after.as_str()), ("By ", ""));
    }
}
