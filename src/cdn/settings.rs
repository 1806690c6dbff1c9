//! Which provider there is, and what it needs to know.

use std::sync::Arc;

use super::Provider;
use super::cloudflare::{Cloudflare, CloudflareSettings};
use super::cloudfront::{CloudFront, CloudFrontSettings};
use super::fastly::{Fastly, FastlySettings};
use super::varnish::{Varnish, VarnishSettings};
use super::webhook::{Webhook, WebhookSettings};
use crate::http_client::HttpClient;

/// The settings of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    /// Cloudflare.
    Cloudflare(CloudflareSettings),
    /// AWS `CloudFront`.
    CloudFront(CloudFrontSettings),
    /// Fastly.
    Fastly(FastlySettings),
    /// One or several Varnish.
    Varnish(VarnishSettings),
    /// Anything that takes a message.
    Webhook(WebhookSettings),
}

/// A setting that is not allowed: its key as the configuration spells it, and what is allowed.
pub type Problem = (&'static str, &'static str);

impl Settings {
    /// What is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Cloudflare(settings) => settings.problems(),
            Self::CloudFront(settings) => settings.problems(),
            Self::Fastly(settings) => settings.problems(),
            Self::Varnish(settings) => settings.problems(),
            Self::Webhook(settings) => settings.problems(),
        }
    }

    /// The provider.
    #[must_use]
    pub fn connect(self, http: HttpClient) -> Arc<dyn Provider> {
        match self {
            Self::Cloudflare(settings) => Arc::new(Cloudflare::new(settings, http)),
            Self::CloudFront(settings) => Arc::new(CloudFront::new(settings, http)),
            Self::Fastly(settings) => Arc::new(Fastly::new(settings, http)),
            Self::Varnish(settings) => Arc::new(Varnish::new(settings, http)),
            Self::Webhook(settings) => Arc::new(Webhook::new(settings, http)),
        }
    }
}

/// Whether a text is the address of a server: `https://host`, perhaps with a port and a path.
pub(super) fn is_address(text: &str) -> bool {
    text.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && uri.query().is_none()
    })
}

/// Whether a text is the id of something at a provider, which becomes a part of a path.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether a text can stand in a header.
pub(super) fn is_key(text: &str) -> bool {
    (1..=4096).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
