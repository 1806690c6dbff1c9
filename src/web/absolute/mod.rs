//! Addresses that mean the same wherever a text is read: in a feed reader, in a crawler, in a mail.

mod html;
mod markdown;
mod srcset;

use std::borrow::Cow;

use url::Url;

pub use html::html;
pub use markdown::markdown;

/// An address of a field (a picture, an icon, a link): a path on this site gets the site's address
/// in front.
///
/// `base_url` has no slash at its end.
#[must_use]
pub fn address(base_url: &str, address: &str) -> String {
    let site = Url::parse(base_url).ok();
    resolve(site.as_ref(), address).into_owned()
}

/// The other way round: an address on this site becomes a path, and any other stays what it is.
#[must_use]
pub fn rooted(base_url: &str, address: &str) -> String {
    match address.strip_prefix(base_url) {
        Some("") => "/".to_owned(),
        Some(path) if path.starts_with('/') => path.to_owned(),
        _ => address.to_owned(),
    }
}

/// An address as seen from a page (RFC 3986, section 5); one that is absolute, or no address at
/// all, stays as it is.
fn resolve<'a>(page: Option<&Url>, address: &'a str) -> Cow<'a, str> {
    match (Url::parse(address), page) {
        (Err(_), Some(page)) => match page.join(address) {
            Ok(url) => Cow::Owned(url.into()),
            Err(_) => Cow::Borrowed(address),
        },
        _ => Cow::Borrowed(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_on_the_site_become_paths() {
        for (given, expected) in [
            ("https://a.example/content/images/a.png", "/content/images/a.png"),
            ("https://a.example", "/"),
            ("https://a.example.org/a.png", "https://a.example.org/a.png"),
            ("https://b.example/a.png", "https://b.example/a.png"),
            ("/a.png", "/a.png"),
        ] {
            assert_eq!(rooted("https://a.example", given), expected);
        }
    }

    #[test]
    fn fields_become_absolute() {
        for (given, expected) in [
            ("/content/images/a.png", "https://a.example/content/images/a.png"),
            ("//cdn.example/a.png", "https://cdn.example/a.png"),
            ("https://b.example/ü", "https://b.example/ü"),
            ("/ü b", "https://a.example/%C3%BC%20b"),
            ("http://[", "http://["),
        ] {
            assert_eq!(address("https://a.example", given), expected);
        }
        assert_eq!(address("no address", "/x"), "/x");
    }
}
