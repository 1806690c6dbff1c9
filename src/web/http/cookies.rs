//! The cookies of a request (RFC 6265, section 5.4).

use ::http::{HeaderMap, header};

/// The name and the value of each, without the blanks around them. What is no pair is passed over.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
}
