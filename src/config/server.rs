//! `[server]`: where an instance listens, and under which address readers know the site.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The section `[server]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// The address of the site for readers, without the slash at the end.
    pub url: String,
    /// Seconds that a request may take.
    pub request_timeout_s: u64,
    /// Seconds after the signal to stop in which everything is served on, so that whoever balances the
    /// load hears from `/readyz` that no more is to come. Where nothing is set: 5, and 0 where only
    /// this machine is listened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drain_delay_s: Option<u64>,
    /// Seconds that requests under way may take after that.
    pub drain_timeout_s: u64,
    /// The networks of the proxies in front, like `10.0.0.0/8`: what they say in `X-Forwarded-For` of
    /// where a request comes from is believed. Nobody else is.
    pub trusted_proxies: Vec<IpNet>,
    /// What stands before `/api/` in the addresses of the API: what Ghost's clients call `ghostPath`.
    pub ghost_path: String,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 2368).into(),
            url: "http://localhost:2368".to_owned(),
            request_timeout_s: 30,
            drain_delay_s: None,
            drain_timeout_s: 20,
            trusted_proxies: Vec::new(),
            ghost_path: "ghost".to_owned(),
        }
    }
}

impl ServerConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        let mut problems = Vec::new();
        let mut wrong = |key, reason: &str| {
            problems.push(ConfigError::Invalid { key, reason: reason.to_owned() });
        };
        let uri = self.url.parse::<http::Uri>().ok();
        let is_site = |uri: &http::Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some()
                && uri.path_and_query().is_none_or(|p| p.as_str() == "/")
        };
        if !uri.as_ref().is_some_and(is_site) {
            wrong("server.url", "is an address like `https://example.org`, without a path");
        }
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if self.ghost_path.is_empty() || !self.ghost_path.bytes().all(is_plain) {
            wrong("server.ghost_path", "is one word of letters and digits, like `ghost`");
        }
        for (key, seconds) in [
            ("server.request_timeout_s", self.request_timeout_s),
            ("server.drain_timeout_s", self.drain_timeout_s),
        ] {
            if !(1..=3600).contains(&seconds) {
                wrong(key, "is from 1 to 3600 seconds");
            }
        }
        if self.drain_delay_s.is_some_and(|seconds| seconds > 3600) {
            wrong("server.drain_delay_s", "is at most 3600 seconds");
        }
        problems
    }

    /// How long a request may take.
    #[must_use]
    pub const fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s)
    }

    /// How long everything is served on after the signal to stop.
    #[must_use]
    pub fn drain_delay(&self) -> Duration {
        /// Two probes of a balancer that asks every two seconds, and a little.
        const ELSEWHERE: u64 = 5;
        let default = if self.listen.ip().is_loopback() { 0 } else { ELSEWHERE };
        Duration::from_secs(self.drain_delay_s.unwrap_or(default))
    }

    /// How long requests under way may take after that.
    #[must_use]
    pub const fn drain_timeout(&self) -> Duration {
        Duration::from_secs(self.drain_timeout_s)
    }

    /// Whether browsers come by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Whether the address is one that only this machine can reach.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match url::Url::parse(&self.url).ok().as_ref().and_then(url::Url::host) {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The address of the site without the slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.url.trim_end_matches('/')
    }
}

/// Flags that go over this section.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ServerOverrides {
    /// `--listen`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `--url`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
