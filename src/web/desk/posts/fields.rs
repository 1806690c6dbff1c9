//! The fields of the editor: a post as texts that a person types, and what of it they changed.
//!
//! A field that comes back as it was shown was not changed, whatever a browser does to the ends of its
//! lines and a date to its seconds: so what is saved unchanged stays as it is.

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{moment, tag_names};
use crate::services::editing::Edit;

/// The fields, as they stand in the page and come back in the form. One that does not come back is not
/// changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    pub title: Option<String>,
    pub slug: Option<String>,
    pub text: Option<String>,
    pub excerpt: Option<String>,
    pub tags: Option<String>,
    pub feature_image: Option<String>,
    pub feature_image_alt: Option<String>,
    pub published_at: Option<String>,
    /// The revision that the page was made of.
    pub revision: Option<String>,
    /// Which button was pressed.
    pub action: Option<String>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The name of the field.
    pub field: &'static str,
    /// A sentence that says it.
    pub words: String,
}

impl Fault {
    /// A fault, from what stands behind the name of the field in a sentence.
    pub(super) fn new(field: &'static str, reason: &str) -> Self {
        let (field, name) = match field {
            "title" => ("title", "The title"),
            "slug" => ("slug", "The address"),
            "markdown" | "text" => ("text", "The text"),
            "tags" => ("tags", "The tags"),
            "feature_image" => ("feature_image", "The picture"),
            "published_at" => ("published_at", "The date"),
            _ => ("title", "The post"),
        };
        Self { field, words: format!("{name} {reason}.") }
    }
}

impl Fields {
    /// The fields of a post.
    pub(super) fn of(edit: &Edit, revision: i64, zone: &TimeZone) -> Self {
        let or_empty = |text: &Option<String>| Some(text.clone().unwrap_or_default());
        let date = edit.published_at.map(|at| moment::written(at, zone));
        Self {
            title: Some(edit.title.clone()),
            slug: Some(edit.slug.clone()),
            text: Some(edit.markdown.clone()),
            excerpt: or_empty(&edit.custom_excerpt),
            tags: Some(tag_names::written(&edit.tags)),
            feature_image: or_empty(&edit.feature_image),
            feature_image_alt: or_empty(&edit.feature_image_alt),
            published_at: Some(date.unwrap_or_default()),
            revision: Some(revision.to_string()),
            action: None,
        }
    }

    /// Puts what was changed into an edit. Gives what cannot be understood, which then stays as it was.
    pub(super) fn change(&self, edit: &mut Edit, zone: &TimeZone) -> Vec<Fault> {
        let shown = Self::of(edit, 0, zone);
        let mut faults = Vec::new();
        if let Some(title) = changed(self.title.as_ref(), shown.title.as_ref()) {
            edit.title = line(&title);
        }
        if let Some(slug) = changed(self.slug.as_ref(), shown.slug.as_ref()) {
            edit.slug = line(&slug);
        }
        if let Some(text) = changed(self.text.as_ref(), shown.text.as_ref()) {
            edit.markdown = text;
        }
        if let Some(excerpt) = changed(self.excerpt.as_ref(), shown.excerpt.as_ref()) {
            edit.custom_excerpt = some(excerpt.trim());
        }
        if let Some(tags) = changed(self.tags.as_ref(), shown.tags.as_ref()) {
            edit.tags = tag_names::read(&line(&tags));
        }
        if let Some(address) = changed(self.feature_image.as_ref(), shown.feature_image.as_ref()) {
            let address = line(&address);
            if is_picture(&address) {
                edit.feature_image = some(&address);
            } else {
                faults.push(Fault::new(
                    "feature_image",
                    "has an address that begins with https:// or /",
                ));
            }
        }
        if let Some(alt) =
            changed(self.feature_image_alt.as_ref(), shown.feature_image_alt.as_ref())
        {
            edit.feature_image_alt = some(&line(&alt));
        }
        if let Some(date) = changed(self.published_at.as_ref(), shown.published_at.as_ref()) {
            let read = moment::read(&date, zone);
            if read.is_some() || date.trim().is_empty() {
                edit.published_at = read;
            } else {
                faults.push(Fault::new("published_at", &format!("is written {}", moment::PATTERN)));
            }
        }
        faults
    }

    /// The revision that the page was made of; one that no post has where there is none.
    pub(super) fn revision(&self) -> i64 {
        self.revision.as_deref().and_then(|text| text.parse().ok()).unwrap_or(-1)
    }
}

/// What was typed, if it is not what was shown.
fn changed(typed: Option<&String>, shown: Option<&String>) -> Option<String> {
    let typed = plain(typed?);
    let shown = shown.map(|shown| plain(shown)).unwrap_or_default();
    // A field of one line drops what would begin another.
    let same = typed == shown || typed == shown.replace('\n', "");
    (!same).then_some(typed)
}

/// A text with the ends of lines that it is stored with. No text has the character zero: the databases
/// do not take it.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}

fn line(text: &str) -> String {
    text.trim().replace('\n', " ")
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_picture(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let known = ["https://", "http://", "/"];
    address.is_empty() || known.iter().any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Timestamp;

    /// What a browser makes of a field: a text area writes every end of a line as two characters, and
    /// a field of one line has none.
    fn in_a_browser(mut fields: Fields) -> Fields {
        let area = |text: &mut Option<String>| {
            *text = text.take().map(|text| plain(&text).replace('\n', "\r\n"));
        };
        for text in [&mut fields.title, &mut fields.text, &mut fields.excerpt] {
            area(text);
        }
        for text in [
            &mut fields.slug,
            &mut fields.tags,
            &mut fields.feature_image,
            &mut fields.feature_image_alt,
            &mut fields.published_at,
        ] {
            *text = text.take().map(|text| text.replace(['\r', '\n'], ""));
        }
        fields
    }

    fn edit() -> impl Strategy<Value = Edit> {
        let text = || "[a-c\\r\\n ,\"\u{20ac}]{0,12}";
        let maybe = || prop::option::of(text());
        let dates =
            prop::option::of((-1_000_000_000_000_i64..4_000_000_000_000_000).prop_map(Timestamp));
        let tags = prop::collection::vec("[a-c,\" ]{1,6}", 0..4);
        (text(), text(), text(), maybe(), maybe(), maybe(), tags, dates).prop_map(
            |(title, slug, markdown, custom_excerpt, image, alt, tags, published_at)| Edit {
                title,
                slug,
                markdown,
                custom_excerpt,
                feature_image: image,
                feature_image_alt: alt,
                tags,
                published_at,
            },
        )
    }

    proptest! {
        #[test]
        fn what_comes_back_as_it_was_shown_is_not_changed(before in edit()) {
            let zone = TimeZone::get("Europe/Berlin").unwrap();
            let fields = in_a_browser(Fields::of(&before, 7, &zone));
            let mut after = before.clone();
            prop_assert_eq!(fields.change(&mut after, &zone), Vec::new());
            prop_assert_eq!(after, before);
            prop_assert_eq!(fields.revision(), 7);
        }

        #[test]
        fn any_fields_are_read(text in "\\PC{0,40}", number in "\\PC{0,8}") {
            let field = || Some(text.clone());
            let fields = Fields {
                title: field(), slug: field(), text: field(), excerpt: field(), tags: field(),
                feature_image: field(), feature_image_alt: field(), published_at: field(),
                revision: Some(number), action: field(),
            };
            fields.change(&mut Edit::default(), &TimeZone::UTC);
            fields.revision();
        }
    }

    #[test]
    fn what_was_changed_is_cleaned() {
        let typed = |text: &str| Some(text.to_owned());
        let fields = Fields {
            title: typed("Two\r\nlines "),
            text: typed("one\r\n\0two\r"),
            excerpt: typed("  "),
            tags: typed("News, News"),
            feature_image: typed("javascript:alert(7)"),
            published_at: typed("soon"),
            ..Fields::default()
        };
        let mut edit = Edit { custom_excerpt: typed("Before"), ..Edit::default() };
        let faults = fields.change(&mut edit, &TimeZone::UTC);
        let words: Vec<&str> = faults.iter().map(|fault| fault.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "The picture has an address that begins with https:// or /.",
                "The date is written YYYY-MM-DD HH:MM.",
            ]
        );
        assert_eq!(
            (edit.title.as_str(), edit.markdown.as_str()),
            ("Two lines", "one\n\u{fffd}two\n")
        );
        assert_eq!((edit.custom_excerpt, edit.feature_image), (None, None));
    }
}
