//! The web app manifest (W3C): the site's name and colours, for when somebody keeps it as an app.

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::Settings;
use crate::domain::paths;
use crate::web::json;

/// The content type of the manifest.
pub const CONTENT_TYPE: &str = "application/manifest+json; charset=utf-8";

/// Characters that fit under an icon.
const SHORT_NAME_CHARS: usize = 12;

/// A picture of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Icon {
    /// Its address: a path on this site, or anywhere.
    pub src: String,
    /// `any`, or width and height in pixels: `512x512`.
    pub sizes: String,
    /// Its content type.
    #[serde(rename = "type")]
    pub media_type: String,
}

/// What the settings do not say.
#[derive(Debug, Clone, Copy)]
pub struct Appearance<'a> {
    /// Pictures of the site.
    pub icons: &'a [Icon],
    /// The colour of the window around the site: `#rrggbb`.
    pub theme_color: &'a str,
    /// The colour behind the site while it loads: `#rrggbb`.
    pub background_color: &'a str,
    /// The direction of the site's language: `ltr` or `rtl`.
    pub direction: &'a str,
}

#[derive(Serialize)]
struct Manifest<'a> {
    id: &'static str,
    name: &'a str,
    short_name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    lang: &'a str,
    dir: &'a str,
    start_url: &'static str,
    scope: &'static str,
    display: &'static str,
    theme_color: &'a str,
    background_color: &'a str,
    icons: &'a [Icon],
}

/// The manifest of a site.
#[must_use]
pub fn render(settings: &Settings, appearance: &Appearance<'_>) -> String {
    let manifest = Manifest {
        id: paths::HOME,
        name: &settings.title,
        short_name: short_name(&settings.title),
        description: &settings.description,
        lang: &settings.locale,
        dir: appearance.direction,
        start_url: paths::HOME,
        scope: paths::HOME,
        // A reader wants to see where a link leads, and to go back.
        display: "minimal-ui",
        theme_color: appearance.theme_color,
        background_color: appearance.background_color,
        icons: appearance.icons,
    };
    json::render(&manifest)
}

/// As many whole words of the title as fit under an icon; the beginning of its first word where
/// that alone is too long.
fn short_name(title: &str) -> String {
    let length = |text: &str| text.graphemes(true).count();
    let mut name = String::new();
    for word in title.split_whitespace().take(SHORT_NAME_CHARS) {
        let space = if name.is_empty() { "" } else { " " };
        if length(&name) + space.len() + length(word) > SHORT_NAME_CHARS {
            break;
        }
        name.push_str(space);
        name.push_str(word);
    }
    if name.is_empty() {
        title.trim().graphemes(true).take(SHORT_NAME_CHARS).collect()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::fixtures;

    #[test]
    fn it_says_what_the_site_is() {
        let icon = Icon {
            src: "/content/images/icon.png".to_owned(),
            sizes: "512x512".to_owned(),
            media_type: "image/png".to_owned(),
        };
        let appearance = Appearance {
            icons: &[icon],
            theme_color: "#fffdf8",
            background_color: "#fffdf8",
            direction: "ltr",
        };
        let text = render(&fixtures::settings(), &appearance);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            json!({
                "id": "/",
                "name": "The <Gazette> & Co.",
                "short_name": "The",
                "description": "News, \"slowly\"",
                "lang": "de",
                "dir": "ltr",
                "start_url": "/",
                "scope": "/",
                "display": "minimal-ui",
                "theme_color": "#fffdf8",
                "background_color": "#fffdf8",
                "icons": [{"src": "/content/images/icon.png", "sizes": "512x512", "type": "image/png"}],
            })
        );
    }

    #[test]
    fn a_short_name_fits_under_an_icon() {
        for (title, expected) in [
            ("Masthead", "Masthead"),
            ("The Daily Gazette", "The Daily"),
            ("Donaudampfschifffahrt", "Donaudampfsc"),
            ("Fast  one", "Fast one"),
            ("東京の天気と暮らしの新聞です", "東京の天気と暮らしの新聞"),
            ("", ""),
        ] {
            assert_eq!(short_name(title), expected);
        }
    }
}
