//! Conditional requests: whether the client's copy will do (RFC 9110, section 13).

use std::time::{Duration, SystemTime};

use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};
use http::{HeaderMap, HeaderName, Method};

use super::etag::{Comparison, ETag};

/// What identifies the present state of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    /// The tag of the representation that would be sent.
    pub etag: Option<ETag>,
    /// When it last changed.
    pub last_modified: Option<SystemTime>,
}

/// What the preconditions of a request say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// The request is carried out.
    Passed,
    /// The client's copy is good: `304 Not Modified`.
    NotModified,
    /// The resource is not in the state that the client wanted: `412 Precondition Failed`.
    Failed,
}

impl Validators {
    /// Works through the preconditions in the order of RFC 9110, section 13.2.2.
    #[must_use]
    pub fn check(&self, method: &Method, request: &HeaderMap) -> Precondition {
        let reads = *method == Method::GET || *method == Method::HEAD;
        if request.contains_key(IF_MATCH) {
            if !self.tag_is_in(request, IF_MATCH, Comparison::Strong) {
                return Precondition::Failed;
            }
        } else if self.modified_since(request, IF_UNMODIFIED_SINCE) == Some(true) {
            return Precondition::Failed;
        }
        if request.contains_key(IF_NONE_MATCH) {
            if self.tag_is_in(request, IF_NONE_MATCH, Comparison::Weak) {
                return if reads { Precondition::NotModified } else { Precondition::Failed };
            }
        } else if reads && self.modified_since(request, IF_MODIFIED_SINCE) == Some(false) {
            return Precondition::NotModified;
        }
        Precondition::Passed
    }

    /// Whether a `Range` of this request still means what the client thinks it means.
    ///
    /// A date in `If-Range` never does: seconds are too coarse to tell two versions apart, and
    /// sending the whole is always right.
    #[must_use]
    pub fn range_applies(&self, request: &HeaderMap) -> bool {
        let Some(condition) = request.get(IF_RANGE) else { return true };
        self.etag.as_ref().is_some_and(|etag| etag.is(condition, Comparison::Strong))
    }

    /// Whether a list holds the tag; `*` means that there is a representation, and there is.
    fn tag_is_in(&self, request: &HeaderMap, field: HeaderName, comparison: Comparison) -> bool {
        let values = request.get_all(field);
        match &self.etag {
            Some(etag) => etag.is_in(&values, comparison),
            None => values.iter().any(|line| line.as_bytes().trim_ascii() == b"*"),
        }
    }

    /// `None` where either date is missing or cannot be read. HTTP dates have whole seconds.
    fn modified_since(&self, request: &HeaderMap, field: HeaderName) -> Option<bool> {
        let date = httpdate::parse_http_date(request.get(field)?.to_str().ok()?).ok()?;
        Some(self.last_modified? >= date + Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const CHANGE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn request(fields: &[(HeaderName, &str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn preconditions_are_checked_in_order() {
        use Precondition::{Failed, NotModified, Passed};
        let table: &[(Precondition, &[(HeaderName, &str)])] = &[
            (Passed, &[]),
            (Passed, &[(IF_MATCH, "\"now\"")]),
            (Passed, &[(IF_MATCH, "*")]),
            (Failed, &[(IF_MATCH, "\"old\"")]),
            (Failed, &[(IF_MATCH, "W/\"now\"")]),
            (Passed, &[(IF_MATCH, "\"now\""), (IF_UNMODIFIED_SINCE, BEFORE)]),
            (Failed, &[(IF_UNMODIFIED_SINCE, BEFORE)]),
            (Passed, &[(IF_UNMODIFIED_SINCE, CHANGE)]),
            (Failed, &[(IF_MATCH, "\"old\""), (IF_NONE_MATCH, "\"now\"")]),
            (NotModified, &[(IF_NONE_MATCH, "W/\"now\"")]),
            (NotModified, &[(IF_NONE_MATCH, "*")]),
            (Passed, &[(IF_NONE_MATCH, "\"old\""), (IF_MODIFIED_SINCE, CHANGE)]),
            (NotModified, &[(IF_MODIFIED_SINCE, CHANGE)]),
            (Passed, &[(IF_MODIFIED_SINCE, BEFORE)]),
            (Passed, &[(IF_MODIFIED_SINCE, "yesterday")]),
        ];
        let change = httpdate::parse_http_date(CHANGE).unwrap() + Duration::from_millis(500);
        let validators = Validators { etag: Some(ETag::new("now")), last_modified: Some(change) };
        for (expected, fields) in table {
            let request = request(fields);
            assert_eq!(validators.check(&Method::GET, &request), *expected, "{fields:?}");
            assert_eq!(validators.check(&Method::HEAD, &request), *expected, "{fields:?}");
        }
        let create = request(&[(IF_NONE_MATCH, "*")]);
        assert_eq!(validators.check(&Method::PUT, &create), Failed);
    }

    #[test]
    fn a_range_goes_with_its_tag() {
        let validators = Validators { etag: Some(ETag::new("now")), last_modified: None };
        assert!(validators.range_applies(&request(&[])));
        assert!(validators.range_applies(&request(&[(IF_RANGE, "\"now\"")])));
        for other in ["\"old\"", "W/\"now\"", CHANGE, "*", ""] {
            assert!(!validators.range_applies(&request(&[(IF_RANGE, other)])), "{other}");
        }
    }
}
