//! Cloudflare: purges by `Cache-Tag`.
//!
//! Source: *Purge cached content*, Cloudflare API v4, and *Purge cache*, Cloudflare docs. It has no
//! soft purge by tag: what is purged is gone, and the next request waits for the new one.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Request, header};
use serde::{Deserialize, Serialize};

use super::settings::{Problem, is_address, is_id, is_key};
use super::{Batch, Limits, Provider, PurgeError, Rate, Secret, TagHeader};
use crate::http_client::HttpClient;

/// What Cloudflare needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CloudflareSettings {
    /// The address of the API.
    pub api: String,
    /// The id of the zone: 32 hexadecimal digits.
    pub zone: String,
    /// An API token with the permission *Cache Purge* for the zone.
    pub token: Secret,
}

impl Default for CloudflareSettings {
    fn default() -> Self {
        Self {
            api: "https://api.cloudflare.com".to_owned(),
            zone: String::new(),
            token: Secret::default(),
        }
    }
}

impl CloudflareSettings {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !is_address(&self.api) {
            problems
                .push(("cdn.cloudflare.api", "is an address like `https://api.cloudflare.com`"));
        }
        if !is_id(&self.zone) {
            problems.push(("cdn.cloudflare.zone", "is the id of a zone"));
        }
        if !is_key(self.token.reveal()) {
            problems.push(("cdn.cloudflare.token", "is an API token"));
        }
        problems
    }
}

/// The provider.
#[derive(Debug)]
pub struct Cloudflare {
    settings: CloudflareSettings,
    http: HttpClient,
}

/// What is asked of the API.
#[derive(Debug, Serialize)]
struct Tags<'a> {
    tags: &'a [String],
}

/// What the API says.
#[derive(Debug, Deserialize)]
struct Reply {
    success: bool,
    #[serde(default)]
    errors: Vec<Complaint>,
}

#[derive(Debug, Deserialize)]
struct Complaint {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

impl Cloudflare {
    /// Cloudflare as these settings have it.
    #[must_use]
    pub const fn new(settings: CloudflareSettings, http: HttpClient) -> Self {
        Self { settings, http }
    }

    async fn call(&self, batch: &Batch) -> Result<(), PurgeError> {
        let CloudflareSettings { api, zone, token } = &self.settings;
        let uri = format!("{}/client/v4/zones/{zone}/purge_cache", api.trim_end_matches('/'));
        let body = serde_json::to_vec(&Tags { tags: &batch.tags })?;
        let authorization = format!("Bearer {}", token.reveal());
        let mut authorization = HeaderValue::try_from(authorization).map_err(http::Error::from)?;
        authorization.set_sensitive(true);
        let request = Request::post(uri)
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(body))?;
        let answer = self.http.send(request).await?;
        match serde_json::from_slice::<Reply>(&answer.body) {
            Ok(reply) if answer.status.is_success() && reply.success => Ok(()),
            Ok(reply) => {
                let words: Vec<String> =
                    reply.errors.iter().map(|e| format!("{} {}", e.code, e.message)).collect();
                Err(PurgeError::with_words(&answer, &words.join("; ")))
            }
            Err(_) => Err(PurgeError::of(&answer)),
        }
    }
}

impl Provider for Cloudflare {
    fn name(&self) -> &'static str {
        "cloudflare"
    }

    fn tag_header(&self) -> TagHeader {
        TagHeader {
            name: HeaderName::from_static("cache-tag"),
            separator: ',',
            max_bytes: 16 << 10,
            max_tags: 1000,
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            tags: 100,
            bytes: 100 << 10,
            // What the free plan allows.
            calls: Rate { burst: 25, every: Duration::from_secs(12) },
            // Tiered caching: a lower tier may ask an upper one in the middle of a purge.
            tier_gap: Some(Duration::from_secs(2)),
        }
    }

    fn purge<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), PurgeError>> {
        Box::pin(self.call(batch))
    }
}
