//! The client that calls providers: TLS, a time limit, and answers of bounded size.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::PurgeError;
use crate::clock::{Clock, Timestamp};

/// The largest answer that is read; providers say a few hundred bytes.
const MOST_BYTES: usize = 64 << 10;

/// The most characters of an answer that an error repeats.
const MOST_WORDS: usize = 200;

/// Calls providers. Cloning it is cheap, and the clones share their connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

/// Why there is no answer. What was sent is not repeated: it has secrets in it.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("the answer cannot be read, or is larger than {MOST_BYTES} bytes")]
    Body,
    #[error("no connection: {0}")]
    Connection(#[from] hyper_util::client::legacy::Error),
}

/// What a provider said.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    headers: HeaderMap,
    pub body: Bytes,
    at: Timestamp,
}

impl HttpClient {
    /// A client whose calls take at most `timeout` each, the answer included.
    pub fn new(timeout: Duration, clock: Arc<dyn Clock>) -> Self {
        let connector =
            HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new())
            // A provider may close a connection that was idle for long; then ours is closed first.
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_timer(hyper_util::rt::TokioTimer::new())
            .build(connector);
        Self { client, timeout, clock }
    }

    /// The present.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends a request and reads the answer.
    pub(super) async fn send(&self, mut request: Request<Bytes>) -> Result<Answer, SendError> {
        let agent = concat!("masthead/", env!("CARGO_PKG_VERSION"));
        request
            .headers_mut()
            .entry(header::USER_AGENT)
            .or_insert(http::HeaderValue::from_static(agent));
        tokio::time::timeout(self.timeout, self.exchange(request))
            .await
            .unwrap_or(Err(SendError::Timeout(self.timeout)))
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Answer, SendError> {
        let (head, body) = self.client.request(request.map(Full::new)).await?.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|_| SendError::Body)?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
            at: self.now(),
        })
    }
}

impl Answer {
    /// How long the provider wants to be left alone (RFC 9110, section 10.2.3).
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = httpdate::parse_http_date(value).ok()?.duration_since(UNIX_EPOCH).ok()?;
        let until = i64::try_from(until.as_micros()).ok()?;
        Some(Timestamp(until).since(self.at))
    }

    /// The failure that the status tells of, in the provider's words.
    pub(super) fn failure(&self) -> PurgeError {
        self.failure_of(&String::from_utf8_lossy(&self.body))
    }

    /// The same, with a part of the answer as the words.
    pub(super) fn failure_of(&self, words: &str) -> PurgeError {
        let words: String = words.chars().filter(|c| !c.is_control()).take(MOST_WORDS).collect();
        let reason = format!("{}: {words}", self.status.as_u16());
        // A key that is wrong today may be right tomorrow: the batch is not to blame for it.
        let is_later = matches!(self.status.as_u16(), 401 | 403 | 404 | 408 | 425 | 429);
        if self.status.is_client_error() && !is_later {
            return PurgeError::Refused { reason };
        }
        PurgeError::NotNow { reason, after: self.retry_after() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<&'static str>, body: &'static str) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(header::RETRY_AFTER, http::HeaderValue::from_static(value));
        }
        let status = StatusCode::from_u16(status).unwrap();
        // 1994-11-06T08:49:00Z
        Answer { status, headers, body: Bytes::from(body), at: Timestamp(784_111_740_000_000) }
    }

    #[test]
    fn the_wait_is_seconds_or_a_date() {
        for (value, wait) in [
            (Some("120"), Some(Duration::from_mins(2))),
            (Some("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(37))),
            (Some("Sun, 06 Nov 1994 08:40:00 GMT"), Some(Duration::ZERO)),
            (Some("-1"), None),
            (Some("soon"), None),
            (None, None),
        ] {
            assert_eq!(answer(429, value, "").retry_after(), wait, "{value:?}");
        }
    }

    #[test]
    fn only_what_the_batch_is_to_blame_for_is_refused() {
        for (status, is_refused) in [
            (400, true),
            (413, true),
            (401, false),
            (403, false),
            (404, false),
            (429, false),
            (500, false),
            (302, false),
        ] {
            let failure = answer(status, None, "a\nb").failure();
            assert_eq!(matches!(failure, PurgeError::Refused { .. }), is_refused, "{status}");
            assert!(failure.to_string().ends_with("ab"), "{failure}");
        }
    }
}
