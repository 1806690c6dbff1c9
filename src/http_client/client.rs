//! The client itself.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::time::{Instant, timeout_at};

use super::Peers;
use super::connector::Connector;
use crate::clock::{Clock, Timestamp};

/// The largest answer that is read; most say a few hundred bytes.
const MOST_BYTES: usize = 64 << 10;

/// Calls others. Cloning it is cheap, and the clones share their connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client<HttpsConnector<Connector>, Full<Bytes>>,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

/// Why there is no answer. What was sent is not repeated: it has secrets in it.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It took too long.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// There is one, but it does not end well.
    #[error("the answer cannot be read, or is larger than {MOST_BYTES} bytes")]
    Body,
    /// Nobody answers there, or the address is not to be called.
    #[error("no connection: {}", cause(.0))]
    Connection(#[from] hyper_util::client::legacy::Error),
}

/// What was said.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    headers: HeaderMap,
    /// The whole body; none where it was not wanted.
    pub body: Bytes,
    at: Timestamp,
}

impl HttpClient {
    /// A client whose calls take at most `timeout` each, the answer included.
    pub fn new(peers: Peers, timeout: Duration, clock: Arc<dyn Clock>) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector::new(peers));
        let client = Client::builder(TokioExecutor::new())
            // Others may close a connection that was idle for long; then ours is closed first.
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_timer(hyper_util::rt::TokioTimer::new())
            .build(connector);
        Self { client, timeout, clock }
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// There is no answer in time, or none that is read.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Answer, SendError> {
        let late = SendError::Timeout(self.timeout);
        let exchange = async {
            let (head, body) = self.begin(request).await?.into_parts();
            let body =
                Limited::new(body, MOST_BYTES).collect().await.map_err(|_| SendError::Body)?;
            let (body, at) = (body.to_bytes(), self.now());
            Ok(Answer { status: head.status, headers: head.headers, body, at })
        };
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(late))
    }

    /// Sends a request of which nothing but the head of the answer is wanted: the body is read, as far as
    /// it is small and comes in time, so that the connection serves again, and dropped.
    ///
    /// # Errors
    /// There is no answer in time.
    pub async fn tell(&self, request: Request<Bytes>) -> Result<Answer, SendError> {
        let deadline = Instant::now() + self.timeout;
        let begun = timeout_at(deadline, self.begin(request)).await;
        let (head, body) = begun.map_err(|_| SendError::Timeout(self.timeout))??.into_parts();
        let at = self.now();
        let _ = timeout_at(deadline, Limited::new(body, MOST_BYTES).collect()).await;
        Ok(Answer { status: head.status, headers: head.headers, body: Bytes::new(), at })
    }

    async fn begin(&self, mut request: Request<Bytes>) -> Result<Response<Incoming>, SendError> {
        let agent = concat!("masthead/", env!("CARGO_PKG_VERSION"));
        request
            .headers_mut()
            .entry(header::USER_AGENT)
            .or_insert(http::HeaderValue::from_static(agent));
        Ok(self.client.request(request.map(Full::new)).await?)
    }
}

/// What lies at the bottom of an error, which says more than what lies on top.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut lowest = error;
    while let Some(source) = lowest.source() {
        lowest = source;
    }
    lowest.to_string()
}

impl Answer {
    /// How long whoever answered wants to be left alone (RFC 9110, section 10.2.3).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = httpdate::parse_http_date(value).ok()?.duration_since(UNIX_EPOCH).ok()?;
        let until = i64::try_from(until.as_micros()).ok()?;
        Some(Timestamp(until).since(self.at))
    }

    #[cfg(test)]
    pub(crate) fn of(status: u16, headers: HeaderMap, body: &'static str, at: Timestamp) -> Self {
        let status = StatusCode::from_u16(status).expect("tests know what a status is");
        Self { status, headers, body: Bytes::from(body), at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let mut headers = HeaderMap::new();
            headers.extend(
                value.map(|value| (header::RETRY_AFTER, http::HeaderValue::from_static(value))),
            );
            // 1994-11-06T08:49:00Z
            let answer = Answer::of(429, headers, "", Timestamp(784_111_740_000_000));
            assert_eq!(answer.retry_after(), wait, "{value:?}");
        }
    }
}
