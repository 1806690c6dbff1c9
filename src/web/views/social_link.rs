//! Accounts on social networks: handles, as Ghost keeps them, become addresses.

use crate::domain::slug::encode;
use crate::domain::{Author, Settings};

use super::urls;

/// A link to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SocialLink {
    /// The name of the network.
    pub network: &'static str,
    /// The address of the account.
    pub href: String,
}

/// The accounts of the site.
pub(super) fn of_site(settings: &Settings) -> Vec<SocialLink> {
    links([
        ("Mastodon", &settings.mastodon),
        ("Bluesky", &settings.bluesky),
        ("X", &settings.twitter),
        ("Threads", &settings.threads),
        ("Facebook", &settings.facebook),
        ("Instagram", &settings.instagram),
        ("LinkedIn", &settings.linkedin),
        ("YouTube", &settings.youtube),
        ("TikTok", &settings.tiktok),
    ])
}

/// The accounts of an author.
pub(super) fn of_author(author: &Author) -> Vec<SocialLink> {
    links([
        ("Mastodon", &author.mastodon),
        ("Bluesky", &author.bluesky),
        ("X", &author.twitter),
        ("Threads", &author.threads),
        ("Facebook", &author.facebook),
        ("Instagram", &author.instagram),
        ("LinkedIn", &author.linkedin),
        ("YouTube", &author.youtube),
        ("TikTok", &author.tiktok),
    ])
}

fn links<const N: usize>(accounts: [(&'static str, &Option<String>); N]) -> Vec<SocialLink> {
    let link = |(network, account): (_, &Option<String>)| {
        let account = account.as_deref()?.trim();
        let href = if account.contains("://") {
            urls::web(account)?.to_owned()
        } else {
            address(network, account)?
        };
        Some(SocialLink { network, href })
    };
    accounts.into_iter().filter_map(link).collect()
}

/// The address of a handle. The parts of a path (`in/name`) stay apart, all else is encoded.
fn address(network: &str, handle: &str) -> Option<String> {
    let bare = handle.trim_start_matches(['@', '/']);
    let path = bare.split('/').map(encode_handle).collect::<Vec<_>>().join("/");
    if path.is_empty() {
        return None;
    }
    Some(match network {
        "Mastodon" => return mastodon(bare),
        "Bluesky" => format!("https://bsky.app/profile/{path}"),
        "X" => format!("https://x.com/{path}"),
        "Threads" => format!("https://www.threads.net/@{path}"),
        "Facebook" => format!("https://www.facebook.com/{path}"),
        "Instagram" => format!("https://www.instagram.com/{path}/"),
        // A member's page stands under `in/`, a company's under `company/`.
        "LinkedIn" if path.contains('/') => format!("https://www.linkedin.com/{path}"),
        "LinkedIn" => format!("https://www.linkedin.com/in/{path}"),
        // A channel without a handle stands under `channel/`, `c/` or `user/`.
        "YouTube" if path.contains('/') => format!("https://www.youtube.com/{path}"),
        "YouTube" => format!("https://www.youtube.com/@{path}"),
        "TikTok" => format!("https://www.tiktok.com/@{path}"),
        _ => return None,
    })
}

/// `name@host` or `host/@name`.
fn mastodon(handle: &str) -> Option<String> {
    let (name, host) = match handle.split_once('@')? {
        (host, name) if host.ends_with('/') => (name, host.trim_end_matches('/')),
        pair => pair,
    };
    let is_host = host.contains('.')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    is_host.then(|| format!("https://{host}/@{}", encode(name)))
}

fn encode_handle(part: &str) -> String {
    // A `@` inside a path is part of some handles and harmless there.
    encode(part).replace("%40", "@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_become_addresses() {
        for (network, handle, expected) in [
            ("X", "@rustlang", Some("https://x.com/rustlang")),
            ("Mastodon", "@rust@social.example", Some("https://social.example/@rust")),
            ("Mastodon", "social.example/@rust", Some("https://social.example/@rust")),
            ("Mastodon", "@rust@\"><script>", None),
            ("LinkedIn", "company/acme", Some("https://www.linkedin.com/company/acme")),
            ("YouTube", "@acme", Some("https://www.youtube.com/@acme")),
            ("Facebook", "a\"b", Some("https://www.facebook.com/a%22b")),
            ("X", "@", None),
        ] {
            assert_eq!(address(network, handle).as_deref(), expected, "{network} {handle}");
        }
    }

    #[test]
    fn an_address_stays_if_it_is_one_of_the_web() {
        let settings = Settings {
            mastodon: Some("https://social.example/@rust".into()),
            twitter: Some("javascript://x".into()),
            ..Settings::default()
        };
        let hrefs: Vec<_> = of_site(&settings).into_iter().map(|link| link.href).collect();
        assert_eq!(hrefs, ["https://social.example/@rust"]);
    }
}
