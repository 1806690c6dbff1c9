//! `[api]`: how often somebody may ask the API, and for how much.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The section `[api]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// Requests a minute from one address; 0 counts none.
    pub per_address: u32,
    /// Requests a minute with one content key, which all readers of a front end may share; 0 counts none.
    pub per_content_key: u32,
    /// Requests a minute with one admin key; 0 counts none.
    pub per_admin_key: u32,
    /// How many times an hour one address may bring along what is no key; 0 counts none.
    pub failures_per_hour: u32,
    /// The most rows that a list may have; what asks for more gets as many.
    pub max_limit: u32,
    /// Whether `limit=all` is all of them, up to 10,000, as in Ghost before version 6.
    pub allow_limit_all: bool,
    /// Whether answers say in `Cache-Tag` what they were made from, for who keeps them in a cache of
    /// their own.
    pub cache_tags: bool,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            per_address: 3_000,
            per_content_key: 60_000,
            per_admin_key: 6_000,
            failures_per_hour: 100,
            max_limit: 100,
            allow_limit_all: false,
            cache_tags: false,
        }
    }
}

impl ApiConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        let mut problems = Vec::new();
        let mut wrong = |key, reason: &str| {
            problems.push(ConfigError::Invalid { key, reason: reason.to_owned() });
        };
        for (key, requests) in [
            ("api.per_address", self.per_address),
            ("api.per_content_key", self.per_content_key),
            ("api.per_admin_key", self.per_admin_key),
            ("api.failures_per_hour", self.failures_per_hour),
        ] {
            if requests > 10_000_000 {
                wrong(key, "is at most 10000000");
            }
        }
        if !(1..=1_000).contains(&self.max_limit) {
            wrong("api.max_limit", "is from 1 to 1000");
        }
        problems
    }
}
