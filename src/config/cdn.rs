//! `[cdn]`: what stands in front of the instances and keeps answers.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::cdn::cloudflare::CloudflareSettings;
use crate::cdn::cloudfront::CloudFrontSettings;
use crate::cdn::fastly::FastlySettings;
use crate::cdn::varnish::VarnishSettings;
use crate::cdn::webhook::WebhookSettings;
use crate::cdn::{Rate, Settings};

/// Who is told of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CdnProvider {
    /// Nobody.
    #[default]
    None,
    /// Cloudflare.
    Cloudflare,
    /// AWS `CloudFront`.
    CloudFront,
    /// Fastly.
    Fastly,
    /// One or several Varnish.
    Varnish,
    /// Anything that takes a message.
    Webhook,
}

impl fmt::Display for CdnProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The section `[cdn]`, with a section of its own for each provider: `[cdn.fastly]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CdnConfig {
    /// Which of the following there is.
    pub provider: CdnProvider,
    /// Seconds that a call to the provider may take.
    pub timeout_s: u64,
    /// Seconds after which every purge is repeated: the longest time that an answer may be under way
    /// to the CDN.
    pub settle_s: u64,
    /// Calls a minute, in place of what the provider allows to everybody; 0 leaves it at that.
    pub calls_per_minute: u32,
    /// Cloudflare.
    pub cloudflare: CloudflareSettings,
    /// AWS `CloudFront`.
    pub cloudfront: CloudFrontSettings,
    /// Fastly.
    pub fastly: FastlySettings,
    /// Varnish.
    pub varnish: VarnishSettings,
    /// A webhook.
    pub webhook: WebhookSettings,
}

impl Default for CdnConfig {
    fn default() -> Self {
        Self {
            provider: CdnProvider::None,
            timeout_s: 10,
            settle_s: 30,
            calls_per_minute: 0,
            cloudflare: CloudflareSettings::default(),
            cloudfront: CloudFrontSettings::default(),
            fastly: FastlySettings::default(),
            varnish: VarnishSettings::default(),
            webhook: WebhookSettings::default(),
        }
    }
}

impl CdnConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        let mut problems = Vec::new();
        let mut wrong = |key, reason: &str| {
            problems.push(ConfigError::Invalid { key, reason: reason.to_owned() });
        };
        if !(1..=60).contains(&self.timeout_s) {
            wrong("cdn.timeout_s", "is from 1 to 60 seconds");
        }
        if !(1..=3600).contains(&self.settle_s) {
            wrong("cdn.settle_s", "is from 1 to 3600 seconds");
        }
        if self.calls_per_minute > 60_000 {
            wrong("cdn.calls_per_minute", "is at most 60000");
        }
        for (key, reason) in self.settings().iter().flat_map(Settings::problems) {
            wrong(key, reason);
        }
        problems
    }

    /// The settings of the provider, where there is one.
    #[must_use]
    pub fn settings(&self) -> Option<Settings> {
        Some(match self.provider {
            CdnProvider::None => return None,
            CdnProvider::Cloudflare => Settings::Cloudflare(self.cloudflare.clone()),
            CdnProvider::CloudFront => Settings::CloudFront(self.cloudfront.clone()),
            CdnProvider::Fastly => Settings::Fastly(self.fastly.clone()),
            CdnProvider::Varnish => Settings::Varnish(self.varnish.clone()),
            CdnProvider::Webhook => Settings::Webhook(self.webhook.clone()),
        })
    }

    /// How long a call to the provider may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s)
    }

    /// After how long every purge is repeated.
    #[must_use]
    pub const fn settle(&self) -> Duration {
        Duration::from_secs(self.settle_s)
    }

    /// How many calls there may be, where it is not left to the provider.
    #[must_use]
    pub fn calls(&self) -> Option<Rate> {
        (self.calls_per_minute > 0).then(|| Rate::per_minute(self.calls_per_minute))
    }
}
