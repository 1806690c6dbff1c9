//! AWS `CloudFront`: invalidates by cache tag.
//!
//! Source: `CreateInvalidation` of the API of 2020-05-31, and *Invalidating content by cache tags* in
//! the Developer Guide. An item of the path list that begins with `#` is a tag; the
//! distribution has to name the header of the tags in its `CacheTagConfig`. There is no soft
//! invalidation.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderName, Request, header};
use serde::{Deserialize, Serialize};

use super::settings::{Problem, is_address, is_id, is_key};
use super::sigv4::{self, Credentials, Scope};
use super::{Batch, LifetimeHeader, Limits, Provider, PurgeError, Rate, Secret, TagHeader};
use crate::http_client::HttpClient;

/// `CloudFront` is a global service; its signatures are those of this region.
const SCOPE: Scope<'_> = Scope { region: "us-east-1", service: "cloudfront" };

/// How long to wait where too many invalidations are under way: they take a moment each.
const IN_PROGRESS: Duration = Duration::from_secs(20);

/// What `CloudFront` needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CloudFrontSettings {
    /// The address of the API.
    pub api: String,
    /// The id of the distribution.
    pub distribution: String,
    /// The name of the access key; it needs the permission `cloudfront:CreateInvalidation`.
    pub access_key_id: String,
    /// The access key.
    pub secret_access_key: Secret,
    /// What belongs to keys that are lent for a time.
    pub session_token: Secret,
    /// The header that the `CacheTagConfig` of the distribution names.
    pub tag_header: String,
}

impl Default for CloudFrontSettings {
    fn default() -> Self {
        Self {
            api: "https://cloudfront.amazonaws.com".to_owned(),
            distribution: String::new(),
            access_key_id: String::new(),
            secret_access_key: Secret::default(),
            session_token: Secret::default(),
            tag_header: "cache-tag".to_owned(),
        }
    }
}

impl CloudFrontSettings {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !is_address(&self.api) {
            problems.push((
                "cdn.cloudfront.api",
                "is an address like `https://cloudfront.amazonaws.com`",
            ));
        }
        if !is_id(&self.distribution) {
            problems.push(("cdn.cloudfront.distribution", "is the id of a distribution"));
        }
        if !is_id(&self.access_key_id) {
            problems.push(("cdn.cloudfront.access_key_id", "is the id of an access key"));
        }
        if !is_key(self.secret_access_key.reveal()) {
            problems.push(("cdn.cloudfront.secret_access_key", "is a secret access key"));
        }
        if !self.session_token.is_empty() && !is_key(self.session_token.reveal()) {
            problems.push(("cdn.cloudfront.session_token", "is a session token"));
        }
        if HeaderName::try_from(&self.tag_header).is_err() {
            problems.push(("cdn.cloudfront.tag_header", "is the name of a header"));
        }
        problems
    }
}

/// The provider.
#[derive(Debug)]
pub struct CloudFront {
    settings: CloudFrontSettings,
    credentials: Credentials,
    http: HttpClient,
}

impl CloudFront {
    /// `CloudFront` as these settings have it.
    #[must_use]
    pub fn new(settings: CloudFrontSettings, http: HttpClient) -> Self {
        let credentials = Credentials {
            access_key_id: settings.access_key_id.clone(),
            secret_access_key: settings.secret_access_key.clone(),
            session_token: settings.session_token.clone(),
        };
        Self { settings, credentials, http }
    }

    async fn call(&self, batch: &Batch) -> Result<(), PurgeError> {
        let CloudFrontSettings { api, distribution, .. } = &self.settings;
        let api = api.trim_end_matches('/');
        let uri = format!("{api}/2020-05-31/distribution/{distribution}/invalidation");
        let mut request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/xml")
            .body(Bytes::from(invalidation(batch)))?;
        sigv4::sign(&mut request, &self.credentials, SCOPE, self.http.now())?;
        let answer = self.http.send(request).await?;
        let words = String::from_utf8_lossy(&answer.body);
        if answer.status.is_success() && words.contains("<Invalidation") {
            return Ok(());
        }
        let code = element(&words, "Code").unwrap_or_default();
        let reason = format!("{code} {}", element(&words, "Message").unwrap_or(&words));
        match code {
            // A client error by its status, and nothing is wrong with the batch.
            "TooManyInvalidationsInProgress" => Err(PurgeError::NotNow {
                reason,
                after: Some(answer.retry_after().unwrap_or(IN_PROGRESS)),
            }),
            "Throttling" | "ThrottlingException" | "RequestExpired" => {
                Err(PurgeError::NotNow { reason, after: answer.retry_after() })
            }
            _ => Err(PurgeError::with_words(&answer, &reason)),
        }
    }
}

/// The body: what to invalidate, and the caller reference, by which a repetition makes no second
/// invalidation.
fn invalidation(batch: &Batch) -> String {
    let tags: Vec<String> = batch.tags.iter().map(|tag| escaped(tag)).collect();
    let items = format!("<Path>#{}</Path>", tags.join("</Path><Path>#"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">\
         <CallerReference>masthead-{}</CallerReference>\
         <Paths><Items>{items}</Items><Quantity>{}</Quantity></Paths></InvalidationBatch>",
        batch.key,
        batch.tags.len()
    )
}

/// Text in XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The text of the first element of that name; the errors of the API are flat enough for it.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

impl Provider for CloudFront {
    fn name(&self) -> &'static str {
        "cloudfront"
    }

    fn tag_header(&self) -> TagHeader {
        TagHeader {
            name: TagHeader::name_or_default(&self.settings.tag_header),
            separator: ',',
            max_bytes: 8 << 10,
            // Those beyond are dropped without a word.
            max_tags: 50,
        }
    }

    fn lifetime_header(&self) -> LifetimeHeader {
        LifetimeHeader::SharedMaxAge
    }

    fn limits(&self) -> Limits {
        Limits {
            // Of the 3,000 that may be in progress.
            tags: 500,
            bytes: 128 << 10,
            calls: Rate { burst: 5, every: Duration::from_secs(1) },
            // Regional edge caches stand behind the edges.
            tier_gap: Some(Duration::from_secs(2)),
        }
    }

    fn purge<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), PurgeError>> {
        Box::pin(self.call(batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content_clock::{AsOf, Epoch};

    #[test]
    fn an_invalidation_is_well_formed_whatever_the_tags() {
        let batch = Batch {
            tags: vec!["post:1".to_owned(), "path:/a&b<c>".to_owned()],
            at: AsOf { epoch: Epoch(1), seq: 2 },
            soft: true,
            key: "k".to_owned(),
        };
        let xml = invalidation(&batch);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let texts = |name: &str| -> Vec<String> {
            let named = document.descendants().filter(|node| {
                node.has_tag_name(("http://cloudfront.amazonaws.com/doc/2020-05-31/", name))
            });
            named.filter_map(|node| node.text().map(ToOwned::to_owned)).collect()
        };
        assert_eq!(texts("Path"), ["#post:1", "#path:/a&b<c>"]);
        assert_eq!(texts("Quantity"), ["2"]);
        assert_eq!(texts("CallerReference"), ["masthead-k"]);
    }
}
