//! The answer to a request out of a stored response: whole, in part, or that the client has it
//! (RFC 9111, section 4; RFC 9110, sections 13 and 14).

use std::time::Duration;

use http::header::{
    AGE, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, EXPIRES, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    RANGE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};

use super::body::ResponseBody;
use super::cache_control::{DeltaSeconds, Flag, ResponseDirectives, Scope};
use super::range::RangeRequest;
use super::stored::{Ready, Stored, remove_body_fields};
use super::targeted::directives;
use super::validation;
use crate::clock::Timestamp;

/// Answers a `GET` or a `HEAD` at an instant.
#[must_use]
pub fn answer(
    stored: &Stored,
    (method, request): (&Method, &HeaderMap),
    now: Timestamp,
) -> Response<ResponseBody> {
    let age = HeaderValue::from(stored.head.freshness.age(now).as_secs());
    // Conditions and ranges are about a success (RFC 9110, sections 13.2.1 and 14.2).
    let is_plain_ok = stored.head.status == StatusCode::OK;
    if is_plain_ok && *method == Method::GET && request.contains_key(RANGE) {
        if has_it(stored, request) {
            return not_modified(stored.form_for(request), age);
        }
        if validation::range_applies(request, &stored.head.headers) {
            return ranged(stored, request, age);
        }
    }
    let form = stored.form_for(request);
    let asks = request.contains_key(IF_NONE_MATCH) || request.contains_key(IF_MODIFIED_SINCE);
    if asks && is_plain_ok && has_form(stored, form, request) {
        return not_modified(form, age);
    }
    let mut headers = form.headers.clone();
    headers.insert(AGE, age);
    let body = if *method == Method::HEAD {
        ResponseBody::empty()
    } else {
        ResponseBody::whole(form.body.clone())
    };
    response(stored.head.status, headers, body)
}

fn has_it(stored: &Stored, request: &HeaderMap) -> bool {
    has_form(stored, stored.form_for(request), request)
}

fn has_form(stored: &Stored, form: &Ready, request: &HeaderMap) -> bool {
    let received = u64::try_from(stored.head.freshness.received.as_seconds()).unwrap_or(0);
    validation::client_has_it(request, &form.headers, received)
}

fn not_modified(form: &Ready, age: HeaderValue) -> Response<ResponseBody> {
    let mut headers = form.not_modified.clone();
    headers.insert(AGE, age);
    response(StatusCode::NOT_MODIFIED, headers, ResponseBody::empty())
}

/// A part of the plain body, whatever coding the client likes.
fn ranged(stored: &Stored, request: &HeaderMap, age: HeaderValue) -> Response<ResponseBody> {
    let plain = stored.form_for(&HeaderMap::new());
    let length = plain.body.len() as u64;
    let mut headers = plain.headers.clone();
    headers.insert(AGE, age);
    match RangeRequest::of(request, length) {
        RangeRequest::Whole => {
            response(stored.head.status, headers, ResponseBody::whole(plain.body.clone()))
        }
        RangeRequest::Part(part) => {
            let of = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            headers.insert(CONTENT_RANGE, ascii(&of));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
            let index = |at: u64| usize::try_from(at).unwrap_or(plain.body.len());
            let body = plain.body.slice(index(part.start)..index(part.end));
            response(StatusCode::PARTIAL_CONTENT, headers, ResponseBody::whole(body))
        }
        RangeRequest::Unsatisfiable => {
            // The refusal belongs to this request alone.
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, ascii(&format!("bytes */{length}")));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response(StatusCode::RANGE_NOT_SATISFIABLE, headers, ResponseBody::empty())
        }
    }
}

/// An answer whose body the client has already.
#[must_use]
pub fn without_body(whole: Response<ResponseBody>) -> Response<ResponseBody> {
    let (mut head, _) = whole.into_parts();
    head.status = StatusCode::NOT_MODIFIED;
    remove_body_fields(&mut head.headers);
    Response::from_parts(head, ResponseBody::empty())
}

/// An answer of this cache itself: there is nothing behind it that could be sent.
#[must_use]
pub fn refusal(status: StatusCode) -> Response<ResponseBody> {
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response(status, headers, ResponseBody::empty())
}

/// Bounds the lifetime of a stale answer for the caches behind this one: what they keep longer,
/// nobody can take back. What they may not keep at all stays so.
pub fn shorten(headers: &mut HeaderMap, targeted: &[HeaderName], longest: Duration) {
    let longest = DeltaSeconds::new(longest.as_secs());
    for field in targeted.iter().filter(|field| headers.contains_key(*field)).collect::<Vec<_>>() {
        let (stated, is_theirs) = directives(headers, std::slice::from_ref(field));
        if is_theirs && may_be_kept(&stated) {
            let seconds = lifetime(&stated).min(longest).duration().as_secs();
            headers.insert(field, ascii(&format!("max-age={seconds}")));
        }
    }
    let stated = ResponseDirectives::of(headers);
    if may_be_kept(&stated) {
        let shared = lifetime(&stated).min(longest).duration().as_secs();
        let own = stated.max_age.unwrap_or(DeltaSeconds::ZERO).min(longest).duration().as_secs();
        headers.insert(CACHE_CONTROL, ascii(&format!("max-age={own}, s-maxage={shared}")));
        headers.remove(EXPIRES);
    }
}

fn may_be_kept(stated: &ResponseDirectives) -> bool {
    !stated.has(Flag::NoStore)
        && stated.private != Scope::Everything
        && stated.no_cache != Scope::Everything
}

fn lifetime(stated: &ResponseDirectives) -> DeltaSeconds {
    stated.s_maxage.or(stated.max_age).unwrap_or(DeltaSeconds::new(u64::MAX))
}

fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("words and digits are a field value")
}

fn response(status: StatusCode, headers: HeaderMap, body: ResponseBody) -> Response<ResponseBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

#[cfg(test)]
mod tests {
    use super::super::targeted::CDN_CACHE_CONTROL;
    use super::*;

    #[test]
    fn what_is_stale_is_kept_briefly_and_no_wider_than_before() {
        for (browser, cdn, expected_browser, expected_cdn) in [
            ("max-age=60", "", "max-age=2, s-maxage=2", ""),
            ("max-age=1, s-maxage=60", "", "max-age=1, s-maxage=2", ""),
            ("no-cache", "max-age=60, stale-if-error=9", "no-cache", "max-age=2"),
            ("private", "max-age=1", "private", "max-age=1"),
            ("no-store", "no-store", "no-store", "no-store"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(browser));
            headers.insert(EXPIRES, HeaderValue::from_static("0"));
            if !cdn.is_empty() {
                headers.insert(CDN_CACHE_CONTROL, HeaderValue::from_static(cdn));
            }
            shorten(&mut headers, &[CDN_CACHE_CONTROL], Duration::from_secs(2));
            assert_eq!(headers[CACHE_CONTROL], expected_browser, "{browser}");
            let told = headers.get(CDN_CACHE_CONTROL).map_or("", |told| told.to_str().unwrap());
            assert_eq!(told, expected_cdn, "{cdn}");
        }
    }

    #[test]
    fn a_refusal_is_not_kept() {
        let refused = refusal(StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(refused.headers()[CACHE_CONTROL], "no-store");
    }
}
