//! A response as it is kept, with all that is said of it worked out once, and the fields of its
//! answers ready to be sent.

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LANGUAGE};
use http::header::{AGE, CONTENT_ENCODING, CONTENT_LENGTH, ETAG, VARY};
use http::header::{CONTENT_RANGE, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::encoding::{AcceptEncoding, Coding};
use super::entity_tag::Tag;
use super::freshness::Freshness;
use super::list::elements;
use super::vary::{Selected, matches};

/// A stored response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What the origin sent, and what follows from it.
    pub head: Head,
    /// The plain body.
    pub body: Bytes,
    /// The body in other codings, made here.
    pub coded: Vec<(Coding, Bytes)>,
    /// One for each form of the body, the plain one first.
    ready: Vec<Ready>,
}

/// All of a stored response but its body.
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The status code.
    pub status: StatusCode,
    /// The fields as they came, without those that may not be stored.
    pub headers: HeaderMap,
    /// What the request said in the fields that chose this response.
    pub selected: Vec<Selected>,
    /// How long it lasts.
    pub freshness: Freshness,
    /// It may not be used without asking the origin.
    pub must_ask: bool,
    /// It may not be served stale, whatever a request says.
    pub forbids_stale: bool,
    /// This cache chooses its coding.
    pub is_negotiated: bool,
    /// It is kept when it is asked for a second time: anybody can make up its key. Where it is kept
    /// already, that does not count any more.
    pub is_made_up: bool,
}

/// A form of the body with the fields that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    coding: Coding,
    /// The fields of an answer with the body. `Age` has its place in it.
    pub headers: HeaderMap,
    /// The fields of an answer that the client has the body already.
    pub not_modified: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Stored {
    /// A response with its body in all forms.
    #[must_use]
    pub fn new(head: Head, body: Bytes, coded: Vec<(Coding, Bytes)>) -> Self {
        let forms = [(Coding::Identity, body.clone())].into_iter().chain(coded.iter().cloned());
        let ready = forms.map(|(coding, body)| Ready::new(&head, coding, body)).collect();
        Self { head, body, coded, ready }
    }

    /// Whether it is one for this request, as far as it varies.
    #[must_use]
    pub fn is_for(&self, request: &HeaderMap) -> bool {
        matches(&self.head.selected, request)
    }

    /// The form that the client likes best. One who takes none of them gets the plain one, which
    /// says more than a refusal (RFC 9110, section 12.4.1).
    #[must_use]
    pub fn form_for(&self, request: &HeaderMap) -> &Ready {
        let plain = &self.ready[0];
        if self.ready.len() == 1 || !request.contains_key(ACCEPT_ENCODING) {
            return plain;
        }
        let offered = self.ready[1..].iter().map(|ready| ready.coding);
        let Some(chosen) = AcceptEncoding::of(request).choose(offered) else { return plain };
        self.ready.iter().find(|ready| ready.coding == chosen).unwrap_or(plain)
    }

    /// About how many bytes it takes up.
    #[must_use]
    pub fn weight(&self) -> usize {
        let fields = |headers: &HeaderMap| -> usize {
            headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 100).sum()
        };
        // The values of the ready fields are shared, the places for them are not.
        let ready: usize = self.ready.iter().map(|ready| ready.headers.len() * 2 * 100).sum();
        let coded: usize = self.coded.iter().map(|(_, bytes)| bytes.len()).sum();
        self.body.len() + coded + fields(&self.head.headers) + ready
    }
}

impl Ready {
    fn new(head: &Head, coding: Coding, body: Bytes) -> Self {
        let mut headers = head.headers.clone();
        headers.insert(AGE, HeaderValue::from_static("0"));
        if head.status != StatusCode::NO_CONTENT {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len() as u64));
        }
        if head.is_negotiated {
            let varies = |element| b"accept-encoding".eq_ignore_ascii_case(element);
            if !elements(headers.get_all(VARY)).any(varies) {
                headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
            }
        }
        if let Some(value) = coding.header_value() {
            headers.insert(CONTENT_ENCODING, value);
            if let Some(tag) = head.headers.get(ETAG).and_then(|tag| tag_of(tag, coding)) {
                headers.insert(ETAG, tag);
            }
            // A range is cut out of the plain bytes.
            headers.remove(ACCEPT_RANGES);
        }
        let mut not_modified = headers.clone();
        remove_body_fields(&mut not_modified);
        Self { coding, headers, not_modified, body }
    }
}

/// Fields that a `304` does without, since the client has them (RFC 9110, section 15.4.5).
const OF_THE_BODY: [HeaderName; 6] = [
    CONTENT_TYPE,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_LENGTH,
    CONTENT_RANGE,
    CONTENT_DISPOSITION,
];

/// Whether a status says that there is nothing.
#[must_use]
pub fn is_absent(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}

/// Makes the fields of a `200` those of a `304`.
pub fn remove_body_fields(headers: &mut HeaderMap) {
    for field in OF_THE_BODY {
        headers.remove(field);
    }
}

/// The tag of a coded body: a strong one names exactly one sequence of bytes, so each coding has its
/// own (RFC 9110, section 8.8.3.3).
fn tag_of(plain: &HeaderValue, coding: Coding) -> Option<HeaderValue> {
    let tag = Tag::parse(plain)?;
    if tag.weak {
        return None;
    }
    let coded = [b"\"", tag.opaque, b"-", coding.token().as_bytes(), b"\""].concat();
    HeaderValue::from_bytes(&coded).ok()
}
