//! A representation that is chosen and ready: what status, fields and bytes a request gets of it.

use std::ops::Range;

use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, ETAG,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use super::ascii_value;
use super::conditional::{Precondition, Validators};
use super::etag::ETag;
use crate::http_cache::range::RangeRequest;

/// Bytes with a tag, which may be sent whole, in part or not at all.
#[derive(Debug, Clone)]
pub struct Representation {
    /// The tag of exactly these bytes.
    pub etag: ETag,
    /// How many there are.
    pub length: u64,
    /// The fields that describe them: type, coding, lifetime and the like.
    pub headers: HeaderMap,
}

/// The head of an answer, and which bytes of the representation follow it.
#[derive(Debug)]
pub struct Answer {
    /// Status and fields, complete.
    pub head: Response<()>,
    /// The bytes to send; `None` where the answer has no body.
    pub body: Option<Range<u64>>,
}

impl Representation {
    /// What a `GET` or a `HEAD` gets: `200`, `206`, `304`, `412` or `416`.
    #[must_use]
    pub fn answer(mut self, method: &Method, request: &HeaderMap) -> Answer {
        let validators = Validators { etag: Some(self.etag.clone()), last_modified: None };
        self.headers.insert(ETAG, self.etag.header_value());
        self.headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        match validators.check(method, request) {
            Precondition::Passed => {}
            Precondition::NotModified => return self.not_modified(),
            Precondition::Failed => return self.refused(StatusCode::PRECONDITION_FAILED),
        }
        // A range is a matter of GET alone (RFC 9110, section 14.2).
        let range = if *method == Method::GET && validators.range_applies(request) {
            RangeRequest::of(request, self.length)
        } else {
            RangeRequest::Whole
        };
        match range {
            RangeRequest::Whole => {
                let length = self.length;
                self.send(StatusCode::OK, length, (*method == Method::GET).then_some(0..length))
            }
            RangeRequest::Part(part) => {
                let of = format!("bytes {}-{}/{}", part.start, part.end - 1, self.length);
                self.headers.insert(CONTENT_RANGE, ascii_value(&of));
                self.send(StatusCode::PARTIAL_CONTENT, part.end - part.start, Some(part))
            }
            RangeRequest::Unsatisfiable => {
                self.headers
                    .insert(CONTENT_RANGE, ascii_value(&format!("bytes */{}", self.length)));
                self.refused(StatusCode::RANGE_NOT_SATISFIABLE)
            }
        }
    }

    fn send(mut self, status: StatusCode, length: u64, body: Option<Range<u64>>) -> Answer {
        self.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        Answer { head: head(status, self.headers), body }
    }

    /// The fields of the `200`, without those that describe a body.
    fn not_modified(mut self) -> Answer {
        self.drop_body_fields();
        Answer { head: head(StatusCode::NOT_MODIFIED, self.headers), body: None }
    }

    /// A refusal belongs to this request alone.
    fn refused(mut self, status: StatusCode) -> Answer {
        self.drop_body_fields();
        Answer { head: head(status, self.headers), body: None }
    }

    fn drop_body_fields(&mut self) {
        for field in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_DISPOSITION] {
            self.headers.remove(field);
        }
    }
}

fn head(status: StatusCode, headers: HeaderMap) -> Response<()> {
    let mut head = Response::new(());
    *head.status_mut() = status;
    *head.headers_mut() = headers;
    head
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderName, IF_NONE_MATCH, IF_RANGE, RANGE, VARY};

    use super::*;

    fn answer(method: &Method, fields: &[(HeaderName, &str)]) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "text/css".parse().unwrap());
        headers.insert(VARY, "accept-encoding".parse().unwrap());
        let request = fields.iter().map(|(n, v)| (n.clone(), v.parse().unwrap())).collect();
        let etag = ETag::new("a");
        Representation { etag, length: 100, headers }.answer(method, &request)
    }

    #[test]
    fn each_request_gets_its_status_and_bytes() {
        type Case<'a> = (&'a Method, &'a [(HeaderName, &'a str)], u16, Option<Range<u64>>);
        let table: &[Case<'_>] = &[
            (&Method::GET, &[], 200, Some(0..100)),
            (&Method::HEAD, &[], 200, None),
            (&Method::HEAD, &[(RANGE, "bytes=0-9")], 200, None),
            (&Method::GET, &[(RANGE, "bytes=0-9")], 206, Some(0..10)),
            (&Method::GET, &[(RANGE, "bytes=0-9"), (IF_RANGE, "\"a\"")], 206, Some(0..10)),
            (&Method::GET, &[(RANGE, "bytes=0-9"), (IF_RANGE, "\"b\"")], 200, Some(0..100)),
            (&Method::GET, &[(RANGE, "bytes=100-")], 416, None),
            (&Method::GET, &[(RANGE, "bytes=0-9"), (IF_NONE_MATCH, "\"a\"")], 304, None),
        ];
        for (method, fields, status, body) in table {
            let answer = answer(method, fields);
            assert_eq!(answer.head.status().as_u16(), *status, "{method} {fields:?}");
            assert_eq!(answer.body, *body, "{method} {fields:?}");
        }
    }

    #[test]
    fn a_304_carries_the_fields_of_the_200_but_those_of_the_body() {
        let answer = answer(&Method::GET, &[(IF_NONE_MATCH, "W/\"a\"")]);
        let fields = answer.head.headers();
        assert_eq!(fields[ETAG], "\"a\"");
        assert_eq!(fields[VARY], "accept-encoding");
        assert!(!fields.contains_key(CONTENT_TYPE) && !fields.contains_key(CONTENT_LENGTH));
    }

    #[test]
    fn a_refusal_says_how_long_the_whole_is() {
        let answer = answer(&Method::GET, &[(RANGE, "bytes=100-")]);
        assert_eq!(answer.head.headers()[CONTENT_RANGE], "bytes */100");
    }
}
