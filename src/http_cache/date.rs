//! Dates in field values (RFC 9110, section 5.6.7).

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};

/// A date in one of the three forms that HTTP has had, as seconds since the Unix epoch.
#[must_use]
pub fn parse(value: &HeaderValue) -> Option<u64> {
    let time = httpdate::parse_http_date(value.to_str().ok()?).ok()?;
    Some(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs())
}

/// The date of a field that has one line and can be read.
#[must_use]
pub fn of(headers: &HeaderMap, field: &HeaderName) -> Option<u64> {
    let mut lines = headers.get_all(field).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    parse(line)
}

#[cfg(test)]
mod tests {
    use http::header::EXPIRES;

    use super::*;

    #[test]
    fn three_forms_are_read_and_nothing_else() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("Sun, 06 Nov 1994 08:49:37 UTC", None),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 8:49:37 GMT", None),
            ("0", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(parse(&text.parse().unwrap()), expected, "{text}");
        }
        assert_eq!(parse(&HeaderValue::from_bytes(b"\xff").unwrap()), None);
    }

    #[test]
    fn a_date_in_two_lines_is_none() {
        let mut headers = HeaderMap::new();
        headers.append(EXPIRES, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert!(of(&headers, &EXPIRES).is_some());
        headers.append(EXPIRES, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(of(&headers, &EXPIRES), None);
    }
}
