//! The `OpenSearch` description: how a browser asks the site's search.

use askama::Template;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::Settings;
use crate::domain::paths;
use crate::web::{absolute, xml};

/// The content type of the description.
pub const CONTENT_TYPE: &str = "application/opensearchdescription+xml; charset=utf-8";

/// The longest `ShortName`, in characters.
const SHORT_NAME_CHARS: usize = 16;
/// The longest `LongName`, in characters.
const LONG_NAME_CHARS: usize = 48;
/// The longest `Description`, in characters.
const DESCRIPTION_CHARS: usize = 1024;

#[derive(Template)]
#[template(path = "discovery/opensearch.xml")]
struct OpenSearch<'a> {
    short_name: &'a str,
    long_name: &'a str,
    description: &'a str,
    language: &'a str,
    search_url: String,
    self_url: String,
    icon: Option<String>,
}

/// The description of a site's search; `base_url` has no slash at its end.
#[must_use]
pub fn render(settings: &Settings, base_url: &str) -> String {
    xml::render(&OpenSearch {
        short_name: cut(&settings.title, SHORT_NAME_CHARS),
        long_name: cut(&settings.title, LONG_NAME_CHARS),
        description: cut(&settings.description, DESCRIPTION_CHARS),
        language: &settings.locale,
        search_url: format!("{base_url}{}?q={{searchTerms}}", paths::SEARCH),
        self_url: format!("{base_url}{}", paths::OPENSEARCH),
        icon: settings.icon.as_deref().map(|icon| absolute::address(base_url, icon)),
    })
}

/// The beginning of a text, cut between characters as people see them.
fn cut(text: &str, chars: usize) -> &str {
    // Characters are counted as Unicode scalar values, which is the stricter way.
    let fits = |end: usize| text[..end].chars().count() <= chars;
    let ends = text.grapheme_indices(true).map(|(start, grapheme)| start + grapheme.len());
    text[..ends.take_while(|&end| fits(end)).last().unwrap_or(0)].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::fixtures::{self, BASE_URL};

    #[test]
    fn it_says_how_to_search() {
        let xml = render(&fixtures::settings(), BASE_URL);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let text = |name: &str| {
            document.descendants().find(|n| n.tag_name().name() == name).and_then(|n| n.text())
        };
        assert_eq!(text("ShortName"), Some("The <Gazette> &"));
        assert_eq!(text("LongName"), Some("The <Gazette> & Co."));
        assert_eq!(text("Image"), Some("https://a.example/content/images/icon.png"));
        let templates: Vec<_> =
            document.descendants().filter_map(|n| n.attribute("template")).collect();
        assert_eq!(
            templates,
            ["https://a.example/search/?q={searchTerms}", "https://a.example/opensearch.xml"]
        );
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("short", 16), "short");
        assert_eq!(cut("e\u{301}e\u{301}", 3), "e\u{301}");
        assert_eq!(cut("👩‍👩‍👧", 3), "");
    }
}
