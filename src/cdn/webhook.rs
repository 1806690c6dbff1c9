//! A webhook: tells what to purge to anything that takes a signed message.
//!
//! The body is `{"epoch", "seq", "tags", "soft"}`. `Masthead-Signature` is `sha256=` and the HMAC of
//! the timestamp, a dot and the body, in hexadecimal digits; `Masthead-Timestamp` is the Unix time in
//! seconds, so that a receiver can refuse an old message; `Idempotency-Key` is the same for every
//! repetition of a batch.

use std::time::Duration;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderName, Request, header};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::settings::{Problem, is_address};
use super::{Batch, Limits, Provider, PurgeError, Rate, Secret, TagHeader};
use crate::http_client::HttpClient;

const SIGNATURE: HeaderName = HeaderName::from_static("masthead-signature");
const TIMESTAMP: HeaderName = HeaderName::from_static("masthead-timestamp");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What the webhook needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where the message goes. It may have a token in its path, so it is not shown.
    pub url: Secret,
    /// The key of the signature, of at least 16 characters.
    pub secret: Secret,
    /// The header in which the receiver's cache reads the tags of an answer, with commas between.
    pub tag_header: String,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            url: Secret::default(),
            secret: Secret::default(),
            tag_header: "cache-tag".to_owned(),
        }
    }
}

impl WebhookSettings {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !is_address(self.url.reveal()) {
            problems
                .push(("cdn.webhook.url", "is an address like `https://hooks.example.org/purge`"));
        }
        if self.secret.reveal().len() < 16 {
            problems.push(("cdn.webhook.secret", "is a text of at least 16 characters"));
        }
        if HeaderName::try_from(&self.tag_header).is_err() {
            problems.push(("cdn.webhook.tag_header", "is the name of a header"));
        }
        problems
    }
}

/// The provider.
#[derive(Debug)]
pub struct Webhook {
    settings: WebhookSettings,
    http: HttpClient,
}

/// What is told.
#[derive(Debug, Serialize)]
struct Message<'a> {
    epoch: String,
    seq: u64,
    tags: &'a [String],
    soft: bool,
}

impl Webhook {
    /// The webhook as these settings have it.
    #[must_use]
    pub const fn new(settings: WebhookSettings, http: HttpClient) -> Self {
        Self { settings, http }
    }

    async fn call(&self, batch: &Batch) -> Result<(), PurgeError> {
        let body = serde_json::to_vec(&Message {
            epoch: batch.at.epoch.to_string(),
            seq: batch.at.seq,
            tags: &batch.tags,
            soft: batch.soft,
        })?;
        let timestamp = self.http.now().as_seconds().to_string();
        let signature = signature(self.settings.secret.reveal(), &timestamp, &body);
        let request = Request::post(self.settings.url.reveal())
            .header(header::CONTENT_TYPE, "application/json")
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, format!("sha256={signature}"))
            .header(IDEMPOTENCY_KEY, &batch.key)
            .body(Bytes::from(body))?;
        let answer = self.http.send(request).await?;
        if answer.status.is_success() { Ok(()) } else { Err(PurgeError::of(&answer)) }
    }
}

fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key may have any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

impl Provider for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn tag_header(&self) -> TagHeader {
        TagHeader {
            name: TagHeader::name_or_default(&self.settings.tag_header),
            separator: ',',
            max_bytes: 8 << 10,
            max_tags: 1000,
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            tags: 500,
            bytes: 64 << 10,
            calls: Rate { burst: 20, every: Duration::from_millis(200) },
            tier_gap: None,
        }
    }

    fn purge<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), PurgeError>> {
        Box::pin(self.call(batch))
    }
}
