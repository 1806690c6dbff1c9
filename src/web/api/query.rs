//! The query of a request as it comes to the door: its names get one case, and the key is taken out of it.

use std::borrow::Cow;

use super::error::{ApiError, Kind};

/// A query whose names are in lower case; values are their own.
pub(super) fn in_one_case(query: &str) -> Cow<'_, str> {
    let name = |pair: &str| pair.split('=').next().map_or(0, str::len);
    let is_upper = |pair: &str| pair[..name(pair)].bytes().any(|b| b.is_ascii_uppercase());
    if !query.split('&').any(is_upper) {
        return Cow::Borrowed(query);
    }
    let pairs = query.split('&').map(|pair| {
        let (name, value) = pair.split_at(name(pair));
        format!("{}{value}", name.to_ascii_lowercase())
    });
    Cow::Owned(pairs.collect::<Vec<_>>().join("&"))
}

/// The key in a query. There is one.
pub(super) fn key(query: &str) -> Result<String, ApiError> {
    let mut keys = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "key");
    let (first, more) = (keys.next(), keys.next());
    match (first, more) {
        (Some((_, key)), None) if !key.is_empty() => Ok(key.into_owned()),
        (Some(_), Some(_)) => {
            Err(ApiError::new(Kind::BadRequest, "There is more than one key")
                .code("INVALID_REQUEST"))
        }
        _ => Err(ApiError::new(Kind::NoPermission, "Authorization failed: there is no key")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_case() {
        for (given, form) in [
            ("KEY=a&Filter=Title:B", "key=a&filter=Title:B"),
            ("key=A&limit=ALL", "key=A&limit=ALL"),
            ("Key&=A&=&&Limit=B=C", "key&=A&=&&limit=B=C"),
            ("", ""),
        ] {
            assert_eq!(in_one_case(given), form);
        }
    }

    #[test]
    fn there_is_one_key() {
        assert_eq!(key("key=ab").ok(), Some("ab".to_owned()));
        assert_eq!(key("limit=1&key=a%2Bb").ok(), Some("a+b".to_owned()));
        for query in ["", "key=", "Key=ab", "key=ab&key=ab", "monkey=ab"] {
            assert_eq!(key(query).ok(), None, "{query}");
        }
    }
}
