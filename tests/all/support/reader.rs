//! A reader who asks over HTTP, and keeps connections open as a load balancer does.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// No answer may take longer: a reader would have left.
const BEARABLE: Duration = Duration::from_secs(15);

/// For so long a connection is kept that nobody uses: less than any server does (Varnish: 5 s), since a
/// request on one that is being closed would be lost.
const IDLE: Duration = Duration::from_secs(3);

/// Asks over HTTP; its clones share their connections.
#[derive(Clone)]
pub struct Reader(Client<HttpConnector, Full<Bytes>>);

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reader {
    pub fn new() -> Self {
        let mut client = Client::builder(TokioExecutor::new());
        Self(client.pool_idle_timeout(IDLE).retry_canceled_requests(false).build_http())
    }

    /// Asks for an address.
    pub async fn get(&self, url: &str) -> Answer {
        self.try_get(url).await.unwrap_or_else(|| panic!("no answer from {url}"))
    }

    /// The same of somebody who may be gone.
    pub async fn try_get(&self, url: &str) -> Option<Answer> {
        let request = Request::get(url).body(Full::default()).unwrap();
        timeout(BEARABLE, self.send(request)).await.unwrap_or_else(|_| panic!("{url} hangs"))
    }

    /// Asks anything, for as long as it takes; `None` where no whole answer comes.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Option<Answer> {
        let (head, body) = self.0.request(request).await.ok()?.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        Some(Answer { status: head.status, headers: head.headers, body })
    }
}

impl Answer {
    /// A field; empty where it is absent.
    pub fn field(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What the instance says of how the answer came to be.
    pub fn cache_status(&self) -> &str {
        self.field("cache-status")
    }

    /// Whether it came out of a layer, and was fresh there.
    pub fn is_hit_of(&self, layer: &str) -> bool {
        self.cache_status().starts_with("masthead; hit;")
            && self.cache_status().contains(&format!("detail={layer}"))
    }

    /// Whether the instance calls it stale, for whatever reason.
    pub fn is_stale(&self) -> bool {
        ["fenced", "changed", "stale"]
            .iter()
            .any(|why| self.cache_status().contains(&format!("detail={why}")))
    }

    /// For how long a CDN may call it fresh.
    pub fn lifetime(&self) -> u64 {
        let field = self.field("cdn-cache-control");
        let age = field.split(',').find_map(|part| part.trim().strip_prefix("max-age="));
        age.map_or(0, |age| age.parse().unwrap())
    }

    /// The number of the edition that the page shows: the words `Edition N`, which a test writes.
    pub fn edition(&self) -> u64 {
        let text = String::from_utf8_lossy(&self.body);
        let after = text.split("Edition ").nth(1).unwrap_or_else(|| panic!("no edition: {self:?}"));
        after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
    }
}
