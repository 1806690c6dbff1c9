//! Varnish: purges by the keys of vmod xkey, softly, as `deploy/varnish.vcl` has it.
//!
//! Each Varnish has a cache of its own, so each is told, and only the yes of all is one. The method
//! and the headers are ours: Varnish knows no interface for purges but the one its VCL makes.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{BoxFuture, try_join_all};
use http::{HeaderName, Method, Request};
use serde::{Deserialize, Serialize};

use super::settings::{Problem, is_address};
use super::{Batch, Limits, Provider, PurgeError, Rate, TagHeader};
use crate::http_client::HttpClient;

/// What is removed at once.
const HARD: HeaderName = HeaderName::from_static("xkey-purge");
/// What may be served as stale for a moment.
const SOFT: HeaderName = HeaderName::from_static("xkey-softpurge");

/// What Varnish needs to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VarnishSettings {
    /// The address of each: `http://10.0.0.5:6081`.
    pub addresses: Vec<String>,
}

impl VarnishSettings {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let is_list = (1..=64).contains(&self.addresses.len());
        if is_list && self.addresses.iter().all(|address| is_address(address)) {
            return Vec::new();
        }
        vec![("cdn.varnish.addresses", "is a list of addresses like `http://10.0.0.5:6081`")]
    }
}

/// The provider.
#[derive(Debug)]
pub struct Varnish {
    settings: VarnishSettings,
    http: HttpClient,
}

impl Varnish {
    /// Varnish as these settings have it.
    #[must_use]
    pub const fn new(settings: VarnishSettings, http: HttpClient) -> Self {
        Self { settings, http }
    }

    async fn call(&self, address: &str, batch: &Batch) -> Result<(), PurgeError> {
        let request = Request::builder()
            .method(Method::from_bytes(b"PURGE").expect("PURGE is a token"))
            .uri(format!("{}/", address.trim_end_matches('/')))
            .header(if batch.soft { SOFT } else { HARD }, batch.tags.join(" "))
            .body(Bytes::new())?;
        let answer = self.http.send(request).await?;
        if answer.status.is_success() { Ok(()) } else { Err(PurgeError::of(&answer)) }
    }
}

impl Provider for Varnish {
    fn name(&self) -> &'static str {
        "varnish"
    }

    fn tag_header(&self) -> TagHeader {
        TagHeader {
            name: HeaderName::from_static("xkey"),
            separator: ' ',
            // The line of a header has 8 kB by default (`http_resp_hdr_len`).
            max_bytes: 7 << 10,
            max_tags: 1000,
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            tags: 500,
            // As above (`http_req_hdr_len`).
            bytes: 7 << 10,
            calls: Rate { burst: 100, every: Duration::from_millis(20) },
            tier_gap: None,
        }
    }

    fn purge<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), PurgeError>> {
        Box::pin(async move {
            let calls = self.settings.addresses.iter().map(|address| self.call(address, batch));
            try_join_all(calls).await.map(|_| ())
        })
    }
}
