//! Fastly: purges by `Surrogate-Key`, softly.
//!
//! Source: *Purging*, Fastly API reference, and *Surrogate-Key*, Fastly docs. Fastly advises to purge
//! twice, about two seconds apart, where shielding is used.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Request, header};
use serde::{Deserialize, Serialize};

use super::settings::{Problem, is_address, is_id, is_key};
use super::{Batch, LifetimeHeader, Limits, Provider, PurgeError, Rate, Secret, TagHeader};
use crate::http_client::HttpClient;

const KEY: HeaderName = HeaderName::from_static("fastly-key");
const SOFT_PURGE: HeaderName = HeaderName::from_static("fastly-soft-purge");

/// What Fastly needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FastlySettings {
    /// The address of the API.
    pub api: String,
    /// The id of the service.
    pub service: String,
    /// An API token with the scope `purge_select` for the service.
    pub token: Secret,
}

impl Default for FastlySettings {
    fn default() -> Self {
        Self {
            api: "https://api.fastly.com".to_owned(),
            service: String::new(),
            token: Secret::default(),
        }
    }
}

impl FastlySettings {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !is_address(&self.api) {
            problems.push(("cdn.fastly.api", "is an address like `https://api.fastly.com`"));
        }
        if !is_id(&self.service) {
            problems.push(("cdn.fastly.service", "is the id of a service"));
        }
        if !is_key(self.token.reveal()) {
            problems.push(("cdn.fastly.token", "is an API token"));
        }
        problems
    }
}

/// The provider.
#[derive(Debug)]
pub struct Fastly {
    settings: FastlySettings,
    http: HttpClient,
}

/// What is asked of the API.
#[derive(Debug, Serialize)]
struct Keys<'a> {
    surrogate_keys: &'a [String],
}

impl Fastly {
    /// Fastly as these settings have it.
    #[must_use]
    pub const fn new(settings: FastlySettings, http: HttpClient) -> Self {
        Self { settings, http }
    }

    async fn call(&self, batch: &Batch) -> Result<(), PurgeError> {
        let FastlySettings { api, service, token } = &self.settings;
        let body = serde_json::to_vec(&Keys { surrogate_keys: &batch.tags })?;
        let mut key = HeaderValue::try_from(token.reveal()).map_err(http::Error::from)?;
        key.set_sensitive(true);
        let mut request =
            Request::post(format!("{}/service/{service}/purge", api.trim_end_matches('/')))
                .header(KEY, key)
                .header(header::ACCEPT, "application/json")
                .header(header::CONTENT_TYPE, "application/json");
        if batch.soft {
            request = request.header(SOFT_PURGE, "1");
        }
        let answer = self.http.send(request.body(Bytes::from(body))?).await?;
        // A yes is an object with the id of each purge.
        let is_yes = serde_json::from_slice::<serde_json::Map<_, _>>(&answer.body).is_ok();
        if answer.status.is_success() && is_yes { Ok(()) } else { Err(PurgeError::of(&answer)) }
    }
}

impl Provider for Fastly {
    fn name(&self) -> &'static str {
        "fastly"
    }

    fn tag_header(&self) -> TagHeader {
        TagHeader {
            name: HeaderName::from_static("surrogate-key"),
            separator: ' ',
            max_bytes: 16 << 10,
            max_tags: 1000,
        }
    }

    fn lifetime_header(&self) -> LifetimeHeader {
        LifetimeHeader::Targeted(HeaderName::from_static("surrogate-control"))
    }

    fn limits(&self) -> Limits {
        Limits {
            tags: 256,
            bytes: 64 << 10,
            calls: Rate { burst: 50, every: Duration::from_millis(500) },
            tier_gap: Some(Duration::from_secs(2)),
        }
    }

    fn purge<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), PurgeError>> {
        Box::pin(self.call(batch))
    }
}
