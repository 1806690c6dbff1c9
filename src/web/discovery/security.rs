//! `security.txt` (RFC 9116): where to report a vulnerability.

use url::Url;

use crate::domain::paths;
use crate::domain::{Settings, Timestamp};

/// The content type of `security.txt`.
pub const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

const DAY: i64 = 24 * 60 * 60;

/// Less than a year, as the RFC advises.
const LIFETIME_DAYS: i64 = 364;

/// The file, or `None` where the settings name no contact that can stand in it.
///
/// It expires about a year after `now`. Only the day of `now` counts, so that the file changes once
/// a day. `base_url` has no slash at its end.
#[must_use]
pub fn render(settings: &Settings, base_url: &str, now: Timestamp) -> Option<String> {
    let contact = contact(settings.security_contact.as_deref()?)?;
    let today = now.as_seconds().div_euclid(DAY) * DAY;
    let expires = Timestamp(0).plus_seconds(today + LIFETIME_DAYS * DAY).to_rfc3339();
    let is_language = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let language: String = settings.locale.chars().filter(|&c| is_language(c)).collect();
    let languages = match &*language {
        "" => String::new(),
        language => format!("Preferred-Languages: {language}\n"),
    };
    Some(format!(
        "Contact: {contact}\nExpires: {expires}\n{languages}Canonical: {base_url}{}\n",
        paths::SECURITY
    ))
}

/// The contact as a URI: a bare mail address becomes a `mailto:` link.
///
/// A URI has neither blanks nor line breaks; a contact that has any is none, so that it adds no
/// field to the file.
fn contact(setting: &str) -> Option<String> {
    let setting = setting.trim();
    if setting.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let uri = match Url::parse(setting) {
        Ok(uri) => uri,
        Err(_) if setting.contains('@') => Url::parse(&format!("mailto:{setting}")).ok()?,
        Err(_) => return None,
    };
    matches!(uri.scheme(), "https" | "mailto" | "tel").then(|| uri.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::fixtures::{self, BASE_URL, PUBLISHED};

    #[test]
    fn it_names_a_contact_for_about_a_year() {
        let settings = fixtures::settings();
        let expected = "Contact: mailto:security@a.example\n\
                        Expires: 2027-11-22T00:00:00Z\n\
                        Preferred-Languages: de\n\
                        Canonical: https://a.example/.well-known/security.txt\n";
        assert_eq!(render(&settings, BASE_URL, PUBLISHED).as_deref(), Some(expected));
        assert_eq!(
            render(&settings, BASE_URL, PUBLISHED.plus_seconds(4 * 60 * 60)).as_deref(),
            Some(expected),
            "the file changes once a day"
        );
    }

    #[test]
    fn a_contact_is_a_uri() {
        for (setting, expected) in [
            ("a@b.example", Some("mailto:a@b.example")),
            ("mailto:a@b.example", Some("mailto:a@b.example")),
            (" https://b.example/report ", Some("https://b.example/report")),
            ("http://b.example/report", None),
            ("javascript:x", None),
            ("somebody", None),
            ("", None),
            ("a@b.example\nExpires: 1970-01-01T00:00:00Z", None),
            ("https://b.example/\rX:", None),
        ] {
            assert_eq!(contact(setting).as_deref(), expected, "{setting}");
        }
    }

    #[test]
    fn without_a_contact_there_is_none() {
        assert_eq!(render(&Settings::default(), BASE_URL, PUBLISHED), None);
    }
}
