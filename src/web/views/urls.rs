//! Addresses that people typed: which of them may stand in a link, and how they become absolute.

use super::Site;
use crate::domain::Author;

/// An address that may stand in a link: on this site, or over `http`, `https` or `mailto`.
///
/// Everything else is dropped, `javascript:` above all.
pub(super) fn safe(url: &str) -> Option<&str> {
    let url = url.trim();
    let lower = url.to_ascii_lowercase();
    let known = ["http://", "https://", "mailto:", "/", "#", "?"];
    known.iter().any(|start| lower.starts_with(start)).then_some(url)
}

/// A web address, for what may only be elsewhere.
pub(super) fn web(url: &str) -> Option<&str> {
    safe(url).filter(|url| url.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http")))
}

/// The address with the site's own in front, if it is a path.
pub(super) fn absolute(base_url: &str, url: &str) -> String {
    let is_path = url.starts_with('/') && !url.starts_with("//");
    if is_path { format!("{base_url}{url}") } else { url.to_owned() }
}

/// The path of an address on this site.
pub(super) fn on_site<'a>(base_url: &str, url: &'a str) -> Option<&'a str> {
    let path = url.strip_prefix(base_url).unwrap_or(url);
    match path {
        "" => Some("/"),
        _ => (path.starts_with('/') && !path.starts_with("//")).then_some(path),
    }
}

/// The picture of an author, if it lies on this site: a page asks nothing of a third party on its
/// own account, and a face is the page's, not the text's.
pub(super) fn face<'a>(site: Site<'_>, author: &'a Author) -> Option<&'a str> {
    author.profile_image.as_deref().and_then(|url| on_site(site.base_url, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_addresses_become_links() {
        for url in
            ["/about/", "https://example.org", "HTTP://example.org", "mailto:a@b.example", "#x"]
        {
            assert!(safe(url).is_some(), "{url}");
        }
        for url in ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "vbscript:x", "x"] {
            assert!(safe(url).is_none(), "{url}");
        }
        assert_eq!(web("/x"), None);
    }

    #[test]
    fn paths_become_absolute_and_back() {
        assert_eq!(absolute("https://a.example", "/x/"), "https://a.example/x/");
        assert_eq!(absolute("https://a.example", "//b.example/x"), "//b.example/x");
        assert_eq!(on_site("https://a.example", "https://a.example/x/"), Some("/x/"));
        assert_eq!(on_site("https://a.example", "https://a.example"), Some("/"));
        assert_eq!(on_site("https://a.example", "https://b.example/x/"), None);
    }
}
