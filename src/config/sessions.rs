//! `[sessions]`: where it is kept who is signed in, and for how long that counts.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ConfigError, SecretUrl};

/// The section `[sessions]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionsConfig {
    /// `redis://USER:PASSWORD@HOST/NUMBER`, or `rediss://` where it speaks TLS: a database, better a server,
    /// that throws nothing away (`noeviction`). Where it is empty, sessions stand in the database of the site.
    pub url: SecretUrl,
    /// A file of certificates, as `redis.ca_file` is one.
    pub ca_file: PathBuf,
    /// Milliseconds to wait for Redis; then the desk says that it cannot be reached.
    pub timeout_ms: u64,
    /// Days without a request after which somebody is signed out.
    pub idle_days: u32,
    /// Days after which somebody is signed out, whatever they did.
    pub absolute_days: u32,
}

impl Default for SessionsConfig {
    fn default() -> Self {
        Self {
            url: SecretUrl::default(),
            ca_file: PathBuf::new(),
            timeout_ms: 500,
            idle_days: 14,
            absolute_days: 90,
        }
    }
}

impl SessionsConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        let mut problems = Vec::new();
        let mut wrong = |key, reason: &str| {
            problems.push(ConfigError::Invalid { key, reason: reason.to_owned() });
        };
        if self.address().is_some_and(|url| !super::redis::is_address(url)) {
            wrong("sessions.url", super::redis::ADDRESS);
        }
        if super::redis::has_idle_file(self.url.reveal(), &self.ca_file) {
            wrong("sessions.ca_file", "is for a `sessions.url` that begins with `rediss://`");
        }
        if !(1..=10_000).contains(&self.timeout_ms) {
            wrong("sessions.timeout_ms", "is from 1 to 10000 milliseconds");
        }
        if !(1..=3650).contains(&self.absolute_days) {
            wrong("sessions.absolute_days", "is from 1 to 3650 days");
        }
        if !(1..=self.absolute_days).contains(&self.idle_days) {
            wrong("sessions.idle_days", "is from 1 to `sessions.absolute_days`");
        }
        problems
    }

    /// The address with its password, where sessions are in Redis.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        Some(self.url.reveal()).filter(|url| !url.is_empty())
    }

    /// How long to wait for Redis.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long somebody stays signed in without a request.
    #[must_use]
    pub const fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_days as u64 * 86_400)
    }

    /// How long somebody stays signed in, whatever they do.
    #[must_use]
    pub const fn absolute(&self) -> Duration {
        Duration::from_secs(self.absolute_days as u64 * 86_400)
    }
}
