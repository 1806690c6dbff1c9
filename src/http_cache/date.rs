//! Dates in field values (RFC 9110, section 5.6.7), read as a cache reads them (RFC 9111, section 4.2).

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};

/// A date in one of the three forms that HTTP has had, as seconds since the Unix epoch. A cache does not
/// mind the case (RFC 9111, section 4.2).
#[must_use]
pub fn parse(value: &HeaderValue) -> Option<u64> {
    let text = value.to_str().ok()?;
    let time = httpdate::parse_http_date(text)
        .or_else(|_| httpdate::parse_http_date(&in_usual_case(text)))
        .ok()?;
    Some(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs())
}

/// The text with names and zone in the case that HTTP writes them in.
fn in_usual_case(text: &str) -> String {
    let mut before = ' ';
    let usual = text.chars().map(|letter| {
        let goes_on = std::mem::replace(&mut before, letter).is_ascii_alphabetic();
        if goes_on { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
    });
    usual.collect::<String>().replace(" Gmt", " GMT")
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
    fn three_forms_are_read_in_any_case_and_nothing_else() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("SUN, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sun, 06 nOV 1994 08:49:37 gMT", Some(784_111_777)),
            ("sunday, 06-NOV-94 08:49:37 gmt", Some(784_111_777)),
            ("sun nov  6 08:49:37 1994", Some(784_111_777)),
            ("sun, 06 nov 1994 08:49:37 utc", None),
            ("Mon, 06 Nov 1994 08:49:37 GMT", None),
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
