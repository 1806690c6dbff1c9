//! Which fields of a request chose a response, and what they said (RFC 9111, section 4.1).
//!
//! Two requests that say the same in other words get the same response: lines are joined, space
//! around commas goes, and where a field is known to be a list of words, their case; where its order
//! is known to mean nothing, that too. The order of `Accept-Language` means something to many.

use http::header::{ACCEPT, ACCEPT_CHARSET, ACCEPT_ENCODING, ACCEPT_LANGUAGE, VARY};
use http::{HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::list::elements;

/// How many variants of one key are kept; beyond that the oldest goes.
pub const MAX_VARIANTS: usize = 16;
/// How many fields a response may vary by and still be stored.
const MAX_FIELDS: usize = 8;

/// What a request said in a field that a response varies by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// The name of the field, in lower case.
    pub name: String,
    /// What it said, normalised; `None` where it was absent, which is not the same as empty.
    pub value: Option<Vec<u8>>,
}

/// The fields that a response varies by, sorted, each once. `negotiated` says that this cache
/// chooses the coding itself, so that `Accept-Encoding` does not count. `None` where the response
/// can be chosen for no other request: it varies by `*`, by too many fields, or by what is no name.
#[must_use]
pub fn fields(response: &HeaderMap, negotiated: bool) -> Option<Vec<HeaderName>> {
    let mut names = Vec::new();
    for name in elements(response.get_all(VARY)) {
        // `*` is a valid token, and no field has that name.
        if name == b"*" {
            return None;
        }
        let name = HeaderName::from_bytes(name).ok()?;
        if !(negotiated && name == ACCEPT_ENCODING || names.contains(&name)) {
            names.push(name);
        }
        if names.len() > MAX_FIELDS {
            return None;
        }
    }
    names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    Some(names)
}

/// What a request says in these fields.
#[must_use]
pub fn select(fields: &[HeaderName], request: &HeaderMap) -> Vec<Selected> {
    let selected = |name: &HeaderName| Selected {
        name: name.as_str().to_owned(),
        value: normalised(name, request),
    };
    fields.iter().map(selected).collect()
}

/// Whether a request says the same as the one that a response was stored for.
#[must_use]
pub fn matches(stored: &[Selected], request: &HeaderMap) -> bool {
    stored.iter().all(|selected| {
        HeaderName::from_bytes(selected.name.as_bytes())
            .is_ok_and(|name| normalised(&name, request) == selected.value)
    })
}

fn normalised(name: &HeaderName, request: &HeaderMap) -> Option<Vec<u8>> {
    let lines = request.get_all(name);
    lines.iter().next()?;
    let mut parts: Vec<Vec<u8>> = elements(lines).map(<[u8]>::to_vec).collect();
    let is_list_of_words =
        [ACCEPT, ACCEPT_CHARSET, ACCEPT_ENCODING, ACCEPT_LANGUAGE].contains(name);
    if is_list_of_words {
        for part in &mut parts {
            // A quoted parameter keeps its case and its blanks.
            if !part.contains(&b'"') {
                part.retain(|byte| !matches!(byte, b' ' | b'\t'));
                part.make_ascii_lowercase();
            }
        }
        if *name != ACCEPT_LANGUAGE {
            parts.sort_unstable();
            parts.dedup();
        }
    }
    Some(parts.join(&b','))
}

/// The variants of a key: by which fields they were chosen, and which there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variants {
    /// Random. The variants of an index that was removed are not found by the next one.
    pub id: u64,
    /// All fields that any variant was chosen by, sorted.
    pub fields: Vec<String>,
    /// The keys of the variants, the newest last.
    pub keys: Vec<String>,
}

impl Variants {
    /// No variants yet.
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self { id, fields: Vec::new(), keys: Vec::new() }
    }

    /// The key of the variant that a request asks for, kept or not. What the fields say may be long,
    /// so a hash stands for it; whoever finds a variant compares the words themselves.
    #[must_use]
    pub fn key_for(&self, primary: &str, request: &HeaderMap) -> String {
        let mut hash = Sha256::new();
        for selected in select(&self.names(), request) {
            hash.update(selected.name.as_bytes());
            match &selected.value {
                None => hash.update([0]),
                Some(value) => {
                    hash.update([1]);
                    hash.update((value.len() as u64).to_le_bytes());
                    hash.update(value);
                }
            }
        }
        let digest = data_encoding::HEXLOWER.encode(&hash.finalize()[..16]);
        format!("{primary}\n{:016x}:{digest}", self.id)
    }

    /// The fields, as names.
    #[must_use]
    pub fn names(&self) -> Vec<HeaderName> {
        let name = |name: &String| HeaderName::from_bytes(name.as_bytes()).ok();
        self.fields.iter().filter_map(name).collect()
    }

    /// Takes in the fields of a response; where some are new, the keys are others from now on.
    /// `false` where they are too many altogether.
    #[must_use]
    pub fn take_in(&mut self, fields: &[HeaderName]) -> bool {
        self.fields.extend(fields.iter().map(|name| name.as_str().to_owned()));
        self.fields.sort_unstable();
        self.fields.dedup();
        self.fields.len() <= MAX_FIELDS
    }

    /// Puts a variant in as the newest; gives the key of the one that has to go.
    #[must_use]
    pub fn put(&mut self, key: String) -> Option<String> {
        self.keys.retain(|known| *known != key);
        self.keys.push(key);
        (self.keys.len() > MAX_VARIANTS).then(|| self.keys.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_response_names_what_it_varies_by() {
        let names = |lines: &[&str]| {
            let lines: Vec<_> = lines.iter().map(|line| ("vary", *line)).collect();
            fields(&headers(&lines), true)
                .map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(names(&[]).as_deref(), Some(""));
        assert_eq!(names(&["Foo, bar", "foo,, Accept-Encoding"]).as_deref(), Some("bar foo"));
        for lines in [&["*"][..], &["*, *"], &[", *"], &["Foo, *"], &["Foo", "*"], &["a b"]] {
            assert_eq!(names(lines), None, "{lines:?}");
        }
        assert_eq!(names(&["a,b,c,d,e,f,g,h,i"]), None);
    }

    #[test]
    fn other_words_for_the_same_are_the_same() {
        for (name, one, other, same) in [
            ("foo", "1, 2", "1,2", true),
            ("foo", "1,2", " 1 ,\t2 ", true),
            ("foo", "1, 2", "2, 1", false),
            ("foo", "a", "A", false),
            ("foo", "\"1, 2\"", "\"1,2\"", false),
            ("accept-language", "en, de", "EN , dE", true),
            ("accept-language", "en;q=0.5", "en; q=0.5", true),
            ("accept-language", "en, de", "de, en", false),
            ("accept-encoding", "gzip, br", "BR,gzip", true),
            ("accept-encoding", "gzip, br", "gzip", false),
            ("accept", "text/html;level=\"A\"", "text/html;level=\"a\"", false),
        ] {
            let stored = select(&[HeaderName::from_static(name)], &headers(&[(name, one)]));
            assert_eq!(
                matches(&stored, &headers(&[(name, other)])),
                same,
                "{name}: {one}, {other}"
            );
        }
        let stored = select(&[HeaderName::from_static("foo")], &headers(&[("foo", "1, 2")]));
        assert!(matches(&stored, &headers(&[("foo", "1"), ("foo", "2")])));
    }

    #[test]
    fn absent_is_not_empty() {
        let foo = [HeaderName::from_static("foo")];
        let absent = select(&foo, &headers(&[]));
        assert!(matches(&absent, &headers(&[("bar", "1")])));
        assert!(!matches(&absent, &headers(&[("foo", "")])));
        assert!(!matches(&select(&foo, &headers(&[("foo", "")])), &headers(&[])));
    }

    #[test]
    fn the_seventeenth_variant_pushes_out_the_first() {
        let mut variants = Variants::new(1);
        assert!(variants.take_in(&[HeaderName::from_static("foo")]));
        for n in 0..MAX_VARIANTS {
            assert_eq!(variants.put(n.to_string()), None);
        }
        assert_eq!(variants.put("0".to_owned()), None, "known already, and now the newest");
        assert_eq!(variants.put("x".to_owned()).as_deref(), Some("1"));
        assert_eq!(variants.keys.len(), MAX_VARIANTS);
    }

    #[test]
    fn the_fields_of_all_variants_make_the_key() {
        let mut variants = Variants::new(1);
        let request = headers(&[("foo", "1"), ("bar", "2")]);
        assert!(variants.take_in(&[HeaderName::from_static("foo")]));
        let before = variants.key_for("k", &request);
        assert!(variants.take_in(&[HeaderName::from_static("foo")]));
        assert_eq!(variants.key_for("k", &request), before);
        assert!(variants.take_in(&[HeaderName::from_static("bar")]));
        assert_ne!(variants.key_for("k", &request), before);
        assert_ne!(
            Variants::new(2).key_for("k", &request),
            Variants::new(1).key_for("k", &request)
        );
    }

    proptest! {
        #[test]
        fn any_request_matches_itself(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
            for name in [ACCEPT, ACCEPT_LANGUAGE, ACCEPT_ENCODING, HeaderName::from_static("foo")] {
                let request = [(name.clone(), value.clone())].into_iter().collect();
                prop_assert!(matches(&select(&[name], &request), &request));
            }
        }
    }
}
