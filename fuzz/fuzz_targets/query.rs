//! The query of a request to the Content API, on its way from the door to the parameters: whatever bytes it
//! is of, it is read or refused, and what is read keeps its bounds.

#![no_main]

use std::cmp::Ordering;

use http::uri::PathAndQuery;
use libfuzzer_sys::fuzz_target;

#[path = "../../src/web/api/cursor.rs"]
mod cursor;
#[path = "../../src/web/edge/query.rs"]
mod edge;
#[path = "../../src/nql/mod.rs"]
#[allow(dead_code, unused_imports)]
mod nql;
#[path = "../../src/web/api/params.rs"]
#[allow(dead_code)]
mod params;
#[path = "../../src/web/api/query.rs"]
mod query;

use cursor::Walk;
use error::Doing;
use params::{BROWSE, Format, Formats, Limit, ListLimits, MAX_RULES, MAX_WORDS, Params};
use services::reading::Place;

/// What the parameters need of the house: a place in an order, and a rule of one.
mod services {
    pub mod reading {
        #[derive(Debug, Default, Clone, PartialEq, Eq)]
        pub struct Place(pub Vec<Option<String>>);

        #[derive(Debug, PartialEq, Eq)]
        pub struct By {
            pub field: String,
            pub is_descending: bool,
        }
    }
}

/// An error without the words that go out.
#[allow(dead_code)]
mod error {
    #[derive(Debug, PartialEq, Eq)]
    pub struct ApiError;

    pub enum Kind {
        BadRequest,
        NoPermission,
    }

    #[derive(Clone, Copy)]
    pub struct Doing;

    impl ApiError {
        pub fn new(_: Kind, _: impl Into<String>) -> Self {
            Self
        }

        pub fn code(self, _: &'static str) -> Self {
            self
        }
    }

    impl Doing {
        pub fn fails(self, _: Kind, _: impl Into<String>) -> ApiError {
            ApiError
        }

        pub fn refuses(self, _: &'static str, _: &str) -> ApiError {
            ApiError
        }
    }
}

/// What owners may set the limits to: as it is, and both ends.
const LIMITS: [ListLimits; 3] = [
    ListLimits { max: 100, allows_all: false },
    ListLimits { max: 1, allows_all: false },
    ListLimits { max: 1_000, allows_all: true },
];

fuzz_target!(|bytes: &[u8]| {
    // What is no address comes to no door. A seed is a line, with its end.
    let bytes = bytes.trim_ascii_end();
    let Ok(address) = PathAndQuery::try_from([b"/?", bytes].concat()) else { return };
    let given = address.query().expect("there is a question mark");
    let named = query::in_one_case(given);
    assert!(named.eq_ignore_ascii_case(given) && query::in_one_case(&named) == named);
    key(&named);
    let kept = declared(&named);
    let params = Params::of(&kept);
    page(&params);
    words(&params);
    order(&params);
    // The parser itself has a target of its own.
    let _ = params.filter(Doing);
    cursor(&params);
});

fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// There is a key if one parameter is called so.
fn key(named: &str) {
    let pairs = pairs(named);
    let keys: Vec<_> = pairs.iter().filter(|(name, _)| name == "key").collect();
    match (query::key(named), &keys[..]) {
        (Ok(key), [(_, value)]) => assert!(!key.is_empty() && key == *value),
        (Ok(key), _) => panic!("{key:?} of {keys:?}"),
        (Err(_), _) => assert!(keys.len() != 1 || keys[0].1.is_empty()),
    }
}

/// What the handler is given: each declared parameter once, the first of its name, in the order of the names.
fn declared(named: &str) -> String {
    let kept = edge::declared(Some(named), BROWSE);
    assert_eq!(edge::declared(Some(&kept), BROWSE), kept);
    assert!(PathAndQuery::try_from(format!("/?{kept}")).is_ok());
    let (given, left) = (pairs(named), pairs(&kept));
    assert!(left.is_sorted_by(|(one, _), (other, _)| one.cmp(other) == Ordering::Less));
    for (name, _) in given.iter().filter(|(name, _)| BROWSE.contains(&name.as_str())) {
        let first = |pairs: &[(String, String)]| pairs.iter().find(|(n, _)| n == name).cloned();
        assert_eq!(first(&given), first(&left));
    }
    assert!(left.iter().all(|(name, _)| BROWSE.contains(&name.as_str())));
    kept
}

fn page(params: &Params) {
    for limits in LIMITS {
        let Ok(page) = params.page(Doing, limits) else { continue };
        match page.limit {
            Limit::Rows(rows) => assert!((1..=limits.max).contains(&rows), "{page:?}"),
            Limit::All => assert!(limits.allows_all),
        }
        assert!(page.page > 0 && page.skip() >= page.page - 1, "{page:?}");
    }
}

fn words(params: &Params) {
    if let Ok(formats) = params.formats(Doing) {
        assert!(is_for_readers(&formats));
        let fields = params.fields().unwrap_or_default();
        assert!(is_for_readers(&formats.and(&fields)));
    }
    if let Some(fields) = params.fields() {
        assert!((1..=MAX_WORDS).contains(&fields.len()));
        let is_word = |word: &String| !word.is_empty() && *word == word.trim().to_ascii_lowercase();
        assert!(fields.iter().all(is_word), "{fields:?}");
    }
    let _ = params.includes("tags");
}

fn is_for_readers(formats: &Formats) -> bool {
    let has_any = formats.has(Format::Html) || formats.has(Format::Plaintext);
    let writers = [Format::Lexical, Format::Mobiledoc, Format::Markdown];
    has_any && !writers.into_iter().any(|format| formats.has(format))
}

fn order(params: &Params) {
    let Ok(rules) = params.order(Doing) else { return };
    assert!(rules.len() <= MAX_RULES);
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.".contains(c);
    assert!(rules.iter().all(|by| !by.field.is_empty() && by.field.chars().all(is_plain)));
}

/// Nothing but a cursor of a list leads anywhere in it.
fn cursor(params: &Params) {
    let [filter, order] = params.choice();
    let walk = Walk::through(&["posts", "Reader", filter, order]);
    let Some(after) = params.after() else { return };
    let place = walk.place(after);
    assert!(place.is_none() || after.is_empty(), "{after:?} is {place:?}");
    let place = Place(after.split(',').map(|word| Some(word.to_owned())).collect());
    let cursor = walk.cursor(&place);
    assert_eq!(walk.place(&cursor), Some(place));
    assert_eq!(Walk::through(&["pages", "Reader", filter, order]).place(&cursor), None);
}
