//! Settings of the export that mean something here.
//!
//! What is not in the table below stays behind: secrets, themes, payments, members, experiments.

use serde_json::{Map, Value};

use super::Reading;
use super::addresses::Found;
use super::export_file::SettingRow;
use crate::formats::SourceFile;

/// How the value of a setting is written in an export, which knows only texts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    /// The address of a picture.
    Picture,
    /// A text that holds JSON: a list of links.
    Links,
    Number,
    /// HTML that stands on every page; read only where that is asked for.
    Code,
}

/// A key here, the keys that exports have had for it, newest first, and the shape of its value.
const KEYS: [(&str, &[&str], Shape); 30] = [
    ("title", &["title"], Shape::Text),
    ("description", &["description"], Shape::Text),
    ("logo", &["logo"], Shape::Picture),
    ("icon", &["icon"], Shape::Picture),
    ("cover_image", &["cover_image", "cover"], Shape::Picture),
    ("accent_color", &["accent_color"], Shape::Text),
    ("locale", &["locale", "lang", "default_locale", "defaultLang"], Shape::Text),
    ("timezone", &["timezone", "active_timezone", "activeTimezone"], Shape::Text),
    ("navigation", &["navigation"], Shape::Links),
    ("secondary_navigation", &["secondary_navigation"], Shape::Links),
    ("facebook", &["facebook"], Shape::Text),
    ("twitter", &["twitter"], Shape::Text),
    ("threads", &["threads"], Shape::Text),
    ("bluesky", &["bluesky"], Shape::Text),
    ("mastodon", &["mastodon"], Shape::Text),
    ("tiktok", &["tiktok"], Shape::Text),
    ("youtube", &["youtube"], Shape::Text),
    ("instagram", &["instagram"], Shape::Text),
    ("linkedin", &["linkedin"], Shape::Text),
    ("meta_title", &["meta_title"], Shape::Text),
    ("meta_description", &["meta_description"], Shape::Text),
    ("og_image", &["og_image"], Shape::Picture),
    ("og_title", &["og_title"], Shape::Text),
    ("og_description", &["og_description"], Shape::Text),
    ("twitter_image", &["twitter_image"], Shape::Picture),
    ("twitter_title", &["twitter_title"], Shape::Text),
    ("twitter_description", &["twitter_description"], Shape::Text),
    ("codeinjection_head", &["codeinjection_head", "ghost_head"], Shape::Code),
    ("codeinjection_foot", &["codeinjection_foot", "ghost_foot"], Shape::Code),
    ("posts_per_page", &["posts_per_page", "postsPerPage"], Shape::Number),
];

/// The keys that the format has a row for.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(key, ..)| *key)
}

/// The settings by our keys, and the pictures among them that lie beside the export.
pub(super) fn read(
    rows: &[SettingRow],
    reading: &Reading,
) -> (Map<String, Value>, Vec<SourceFile>) {
    let mut settings = Map::new();
    let mut found = Found::default();
    for (key, names, shape) in KEYS {
        let value = names.iter().find_map(|name| {
            let row = rows.iter().find(|row| row.key.text() == Some(name))?;
            row.value.owned()
        });
        let Some(value) = value else { continue };
        if shape == Shape::Code && !reading.options.code_injection {
            continue;
        }
        if let Some(value) = of_shape(value, shape, reading, &mut found) {
            settings.insert(key.to_owned(), value);
        }
    }
    (settings, found.files)
}

fn of_shape(value: String, shape: Shape, reading: &Reading, found: &mut Found) -> Option<Value> {
    match shape {
        Shape::Text => Some(value.into()),
        Shape::Code => Some(reading.addresses.rooted(&value).into()),
        Shape::Number => value.trim().parse::<u32>().ok().map(Value::from),
        Shape::Picture => {
            let mut address = Some(value);
            reading.addresses.field(&mut address, found);
            address.map(Value::from)
        }
        Shape::Links => {
            let list: Vec<Map<String, Value>> = serde_json::from_str(&value).ok()?;
            Some(list.iter().filter_map(|link| navigation_link(link, reading)).collect())
        }
    }
}

fn navigation_link(link: &Map<String, Value>, reading: &Reading) -> Option<Value> {
    let text = |key: &str| link.get(key).and_then(Value::as_str);
    let url = reading.addresses.rooted(text("url")?);
    Some(serde_json::json!({"label": text("label").unwrap_or(""), "url": url}))
}
