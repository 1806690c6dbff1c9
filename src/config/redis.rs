//! `[redis]`: what the instances share beside the database. Without it, each is on its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ConfigError, SecretUrl};

/// The section `[redis]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedisConfig {
    /// `redis://USER:PASSWORD@HOST/NUMBER`, or `rediss://` where it speaks TLS; empty where there is none.
    pub url: SecretUrl,
    /// A file of certificates (PEM): one of these has to have signed that of Redis. Where it is empty, one
    /// of those that everybody trusts.
    pub ca_file: PathBuf,
    /// What every key begins with, so that several sites may share one Redis.
    pub prefix: String,
    /// Whether cached entries are kept there. Without it, Redis carries the news of changes alone.
    pub l2: bool,
    /// Milliseconds to wait for a connection.
    pub connect_timeout_ms: u64,
    /// Milliseconds to wait for an answer; then it is as if Redis were gone.
    pub timeout_ms: u64,
}

impl Default for RedisConfig {
    fn default() -> Self {
        Self {
            url: SecretUrl::default(),
            ca_file: PathBuf::new(),
            prefix: "masthead".to_owned(),
            l2: true,
            connect_timeout_ms: 1000,
            timeout_ms: 100,
        }
    }
}

impl RedisConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        let mut problems = Vec::new();
        let mut wrong = |key, reason: &str| {
            problems.push(ConfigError::Invalid { key, reason: reason.to_owned() });
        };
        let url = self.url.reveal();
        if !url.is_empty() && !is_address(url) {
            wrong("redis.url", ADDRESS);
        }
        if has_idle_file(url, &self.ca_file) {
            wrong("redis.ca_file", "is for a `redis.url` that begins with `rediss://`");
        }
        let is_prefix = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !(1..=64).contains(&self.prefix.len()) || !self.prefix.chars().all(is_prefix) {
            wrong("redis.prefix", "is from 1 to 64 letters, digits, `-`, `_` and `.`");
        }
        for (key, milliseconds) in [
            ("redis.connect_timeout_ms", self.connect_timeout_ms),
            ("redis.timeout_ms", self.timeout_ms),
        ] {
            if !(1..=60_000).contains(&milliseconds) {
                wrong(key, "is from 1 to 60000 milliseconds");
            }
        }
        problems
    }

    /// The address with its password, where there is a Redis.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        Some(self.url.reveal()).filter(|url| !url.is_empty())
    }

    /// How long to wait for a connection.
    #[must_use]
    pub const fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    /// How long to wait for an answer.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// What the address of a Redis is.
pub(super) const ADDRESS: &str =
    "begins with `redis://` or `rediss://`, names a host, and has no `#`";

/// Whether a text is the address of a Redis. What stands behind a `#` could take something back from it.
pub(super) fn is_address(url: &str) -> bool {
    let is_plain = |url: url::Url| url.has_host() && url.fragment().is_none();
    (url.starts_with("redis://") || is_secret(url)) && url::Url::parse(url).is_ok_and(is_plain)
}

/// Whether there are certificates for a Redis that shows none.
pub(super) fn has_idle_file(url: &str, ca_file: &Path) -> bool {
    !ca_file.as_os_str().is_empty() && !is_secret(url)
}

fn is_secret(url: &str) -> bool {
    url.starts_with("rediss://")
}
