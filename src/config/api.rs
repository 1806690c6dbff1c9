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
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            per_address: 3_000,
            per_content_key: 60_000,
            per_admin_key: 6_000,
            failures_per_hour: 100,
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
        problems
    }
}
