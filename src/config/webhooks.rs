//! `[webhooks]`: how receivers of webhooks are called.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::http_client::Peers;

/// The section `[webhooks]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhooksConfig {
    /// Seconds that a call may take, the answer included.
    pub timeout_s: u64,
    /// Whether addresses that are not of the public internet are called: loopback, private networks. An
    /// administrator of the site could ask about your network with it.
    pub allow_private: bool,
}

impl Default for WebhooksConfig {
    fn default() -> Self {
        Self { timeout_s: 10, allow_private: false }
    }
}

impl WebhooksConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        if (1..=60).contains(&self.timeout_s) {
            return Vec::new();
        }
        let reason = "is from 1 to 60 seconds".to_owned();
        vec![ConfigError::Invalid { key: "webhooks.timeout_s", reason }]
    }

    /// Who may be called.
    #[must_use]
    pub const fn peers(&self) -> Peers {
        if self.allow_private { Peers::Any } else { Peers::Public }
    }

    /// How long a call may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s)
    }
}
