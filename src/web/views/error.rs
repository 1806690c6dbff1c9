//! The page for the case that no other can be made: it needs no settings and no database.

use askama::Template;

use crate::i18n::{Direction, Strings, is_latin};
use crate::web::assets::asset;

/// The answer when something broke on our side.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    locale: &'static str,
    headline_face: bool,
    direction: Direction,
    strings: &'static Strings,
    /// What a reader can quote in a report: what stands before, the id, what stands behind.
    reference: Option<(String, &'a str, String)>,
}

impl<'a> ErrorPage<'a> {
    /// The page in the language for a locale, with the id of the request if it has one.
    #[must_use]
    pub fn new(locale: &str, request_id: Option<&'a str>) -> Self {
        let strings = Strings::for_locale(locale);
        let reference = request_id.map(|id| {
            let (before, after) = strings.around("error-reference");
            (before, id, after)
        });
        // The language that is spoken, which may not be the one that was wished for.
        let locale = strings.language();
        Self {
            locale,
            headline_face: is_latin(locale),
            direction: Direction::of(locale),
            strings,
            reference,
        }
    }
}
