//! `robots.txt` (RFC 9309): what crawlers may visit, and where the sitemap is.

use crate::domain::paths;

/// The content type of `robots.txt`.
pub const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// What is not for crawlers: the API, the desk, previews, and searches, of which there is no end.
const DISALLOWED: [&str; 4] = ["/ghost/", "/desk/", "/p/", paths::SEARCH];

/// The file for a site; `base_url` has no slash at its end.
#[must_use]
pub fn render(base_url: &str) -> String {
    format!(
        "User-agent: *\nDisallow: {}\n\nSitemap: {base_url}{}\n",
        DISALLOWED.join("\nDisallow: "),
        paths::SITEMAP
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_sitemap_and_what_is_not_for_crawlers() {
        assert_eq!(
            render("https://a.example"),
            "User-agent: *\n\
             Disallow: /ghost/\n\
             Disallow: /desk/\n\
             Disallow: /p/\n\
             Disallow: /search/\n\
             \n\
             Sitemap: https://a.example/sitemap.xml\n"
        );
    }
}
