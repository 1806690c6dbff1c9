//! Asking whether a copy is still good: the client asks us, and we ask the origin
//! (RFC 9111, section 4.3; RFC 9110, section 13).

use http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_MATCH, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::date;
use super::entity_tag::{Comparison, Tag, is_any};

/// The conditions that a cache may answer for itself.
const CONDITIONS: [HeaderName; 2] = [IF_NONE_MATCH, IF_MODIFIED_SINCE];

/// Fields that describe the very bytes that are stored. An update from elsewhere leaves them alone
/// (section 3.2), and so does one that names another representation.
const OF_THE_BYTES: [HeaderName; 5] =
    [CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, HeaderName::from_static("content-md5"), ETAG];

/// Whether a request has conditions that only the origin can judge, since they are about a change
/// that is to be made or a state that must still stand (section 4.3.2).
#[must_use]
pub fn is_for_the_origin(request: &HeaderMap) -> bool {
    request.contains_key(IF_MATCH) || request.contains_key(IF_UNMODIFIED_SINCE)
}

/// Whether the client's copy is as good as this one: `304 Not Modified`. `received` is when the
/// response came, in seconds; it stands in where the origin gave no date of the last change.
#[must_use]
pub fn client_has_it(request: &HeaderMap, response: &HeaderMap, received: u64) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        let lines = request.get_all(IF_NONE_MATCH);
        return match response.get(ETAG).and_then(Tag::parse) {
            Some(tag) => tag.is_in(lines, Comparison::Weak),
            None => lines.iter().any(is_any),
        };
    }
    let Some(since) = date::of(request, &IF_MODIFIED_SINCE) else { return false };
    let changed = date::of(response, &LAST_MODIFIED)
        .or_else(|| date::of(response, &http::header::DATE))
        .unwrap_or(received);
    changed <= since
}

/// Whether the `Range` of a request still means what the client thinks (RFC 9110, section 13.1.5).
/// A date does where it is exactly that of the response, and that was a minute old by then: only so
/// is it strong (section 8.8.2.2).
#[must_use]
pub fn range_applies(request: &HeaderMap, response: &HeaderMap) -> bool {
    let Some(condition) = request.get(IF_RANGE) else { return true };
    if let Some(asked) = Tag::parse(condition) {
        let own = response.get(ETAG).and_then(Tag::parse);
        return own.is_some_and(|own| own.equals(&asked, Comparison::Strong));
    }
    let changed = date::of(response, &LAST_MODIFIED);
    let sent = date::of(response, &http::header::DATE);
    let (Some(asked), Some(changed), Some(sent)) = (date::parse(condition), changed, sent) else {
        return false;
    };
    asked == changed && sent >= changed.saturating_add(60)
}

/// Takes the client's conditions out of a request that is sent on: what comes is to be stored, and
/// answers them then.
pub fn remove_conditions(request: &mut HeaderMap) {
    for field in CONDITIONS {
        request.remove(field);
    }
}

/// Asks the origin whether a stored response still stands; `false` where it has no validator to ask
/// with.
pub fn ask(request: &mut HeaderMap, stored: &HeaderMap) -> bool {
    remove_conditions(request);
    let validators = [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)];
    for (validator, condition) in validators {
        if let Some(value) = stored.get(validator) {
            request.insert(condition, value.clone());
        }
    }
    CONDITIONS.iter().any(|condition| request.contains_key(condition))
}

/// Whether a message speaks of the stored response, so that it may update it (section 4.3.4): none
/// of the validators that it carries may differ.
#[must_use]
pub fn is_about(message: &HeaderMap, stored: &HeaderMap) -> bool {
    if let Some(tag) = message.get(ETAG) {
        return stored.get(ETAG).is_some_and(|own| equals_weakly(tag, own));
    }
    message.get(LAST_MODIFIED).is_none_or(|changed| stored.get(LAST_MODIFIED) == Some(changed))
}

fn equals_weakly(one: &HeaderValue, other: &HeaderValue) -> bool {
    match (Tag::parse(one), Tag::parse(other)) {
        (Some(one), Some(other)) => one.equals(&other, Comparison::Weak),
        _ => one == other,
    }
}

/// Whether the answer to a `HEAD` speaks of another body than the stored one, of so many bytes
/// (section 4.3.5).
#[must_use]
pub fn is_about_another(head: &HeaderMap, stored: &HeaderMap, length: usize) -> bool {
    let told = head.get(CONTENT_LENGTH);
    !is_about(head, stored)
        || told.is_some_and(|told| told.as_bytes() != length.to_string().as_bytes())
}

/// Brings the fields of a stored response up to those of a later message (section 3.2). The message
/// has lost its connection's fields already.
pub fn update(stored: &mut HeaderMap, message: &HeaderMap) {
    for name in message.keys().filter(|name| !OF_THE_BYTES.contains(name)) {
        stored.remove(name);
        for value in message.get_all(name) {
            stored.append(name, value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::DATE;
    use proptest::prelude::*;

    use super::*;

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const CHANGE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const CHANGE_850: &str = "Sunday, 06-Nov-94 08:49:37 GMT";
    const SENT: &str = "Sun, 06 Nov 1994 08:50:37 GMT";

    fn fields(fields: &[(HeaderName, &str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_client_asks() {
        let stored = fields(&[(ETAG, "\"a\""), (LAST_MODIFIED, CHANGE)]);
        let table: &[(bool, &[(HeaderName, &str)])] = &[
            (false, &[]),
            (true, &[(IF_NONE_MATCH, "\"a\"")]),
            (true, &[(IF_NONE_MATCH, "W/\"a\"")]),
            (true, &[(IF_NONE_MATCH, "\"x\", \"a\", \"y\"")]),
            (true, &[(IF_NONE_MATCH, "*")]),
            (false, &[(IF_NONE_MATCH, "a")]),
            (false, &[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, CHANGE)]),
            (true, &[(IF_MODIFIED_SINCE, CHANGE)]),
            (true, &[(IF_MODIFIED_SINCE, CHANGE_850)]),
            (true, &[(IF_MODIFIED_SINCE, SENT)]),
            (false, &[(IF_MODIFIED_SINCE, BEFORE)]),
            (false, &[(IF_MODIFIED_SINCE, "yesterday")]),
        ];
        for (expected, request) in table {
            assert_eq!(client_has_it(&fields(request), &stored, 0), *expected, "{request:?}");
        }
        let since = fields(&[(IF_MODIFIED_SINCE, CHANGE)]);
        assert!(client_has_it(&since, &fields(&[(DATE, BEFORE)]), u64::MAX));
        assert!(!client_has_it(&since, &fields(&[]), 784_111_778));
        assert!(client_has_it(&since, &fields(&[]), 784_111_777));
    }

    #[test]
    fn a_range_goes_with_its_validator() {
        let stored = fields(&[(ETAG, "\"a\""), (LAST_MODIFIED, CHANGE), (DATE, SENT)]);
        for (condition, expected) in
            [("\"a\"", true), ("\"b\"", false), ("W/\"a\"", false), (CHANGE, true), (SENT, false)]
        {
            let request = fields(&[(IF_RANGE, condition)]);
            assert_eq!(range_applies(&request, &stored), expected, "{condition}");
        }
        assert!(range_applies(&fields(&[]), &stored));
        let young = fields(&[(LAST_MODIFIED, CHANGE), (DATE, CHANGE)]);
        assert!(!range_applies(&fields(&[(IF_RANGE, CHANGE)]), &young));
    }

    #[test]
    fn the_origin_is_asked_with_what_is_stored() {
        let mut request = fields(&[(IF_NONE_MATCH, "\"client\""), (IF_MODIFIED_SINCE, BEFORE)]);
        assert!(ask(&mut request, &fields(&[(ETAG, "W/\"a\"")])));
        assert_eq!(request, fields(&[(IF_NONE_MATCH, "W/\"a\"")]));
        assert!(!ask(&mut request, &fields(&[])));
        assert!(request.is_empty());
    }

    #[test]
    fn only_the_same_representation_is_updated() {
        let stored = fields(&[(ETAG, "\"a\""), (LAST_MODIFIED, CHANGE)]);
        for (message, expected) in [
            (fields(&[]), true),
            (fields(&[(ETAG, "\"a\"")]), true),
            (fields(&[(ETAG, "W/\"a\"")]), true),
            (fields(&[(ETAG, "\"b\"")]), false),
            (fields(&[(LAST_MODIFIED, CHANGE)]), true),
            (fields(&[(LAST_MODIFIED, SENT)]), false),
        ] {
            assert_eq!(is_about(&message, &stored), expected, "{message:?}");
        }
        assert!(!is_about(&fields(&[(ETAG, "\"a\"")]), &fields(&[])));
    }

    #[test]
    fn an_update_replaces_all_lines_and_leaves_the_bytes() {
        let foo = HeaderName::from_static("foo");
        let bar = HeaderName::from_static("bar");
        let mut stored = fields(&[
            (foo.clone(), "1"),
            (bar.clone(), "1"),
            (CONTENT_LENGTH, "5"),
            (ETAG, "\"a\""),
        ]);
        stored.append(&foo, HeaderValue::from_static("2"));
        update(&mut stored, &fields(&[(foo.clone(), "3"), (CONTENT_LENGTH, "0"), (ETAG, "\"b\"")]));
        assert_eq!(
            stored,
            fields(&[(bar, "1"), (CONTENT_LENGTH, "5"), (ETAG, "\"a\""), (foo, "3")])
        );
        assert!(is_about_another(&fields(&[(CONTENT_LENGTH, "6")]), &stored, 5));
        assert!(!is_about_another(&fields(&[(CONTENT_LENGTH, "5")]), &stored, 5));
    }

    proptest! {
        #[test]
        fn any_condition_can_be_read(text in "\\PC{0,80}") {
            let Ok(value) = HeaderValue::from_str(&text) else { return Ok(()) };
            let stored = fields(&[(ETAG, "\"a\""), (LAST_MODIFIED, CHANGE)]);
            for condition in [IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_RANGE] {
                let request = [(condition, value.clone())].into_iter().collect();
                let _ = client_has_it(&request, &stored, 0);
                let _ = range_applies(&request, &stored);
            }
        }
    }
}
