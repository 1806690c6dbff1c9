//! How requests travel to an object store: the HTTP client that is in the house already, with a
//! limit on each of its waits.
//!
//! An object may be large and a line slow, so no limit is put on a transfer as a whole. Limited is
//! how long nothing happens: until there is a connection, until an answer begins (a body that has to
//! be sent first gets time by its length), and between two pieces of it.

use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use tokio::sync::Semaphore;
use tower_http::timeout::TimeoutBody;

/// How long a connection may take to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How long an answer may take to begin, once the request is sent; and each piece of it.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// The slowest line that a body is sent over, in bytes a second.
const SLOWEST: u64 = 256 << 10;
/// A service may close a connection that was idle for long; then ours is closed first.
const IDLE_LIMIT: Duration = Duration::from_secs(10);
/// How many answers may be waited for at once: a store that hangs holds so many requests at most.
const AT_ONCE: usize = 256;

/// Makes the client of a bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transport;

impl object_store::client::HttpConnector for Transport {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT_LIMIT));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let tls = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .pool_timer(TokioTimer::new())
            .build(tls);
        Ok(HttpClient::new(Service { client, places: Semaphore::new(AT_ONCE) }))
    }
}

#[derive(Debug)]
struct Service {
    client: Client<HttpsConnector<HttpConnector>, HttpRequestBody>,
    places: Semaphore,
}

/// Nothing came for too long.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?}")]
struct Late(Duration);

#[async_trait::async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let length = request.body().content_length() as u64;
        let limit = ANSWER_LIMIT + Duration::from_secs(length / SLOWEST);
        let exchange = async {
            let _place = self.places.acquire().await;
            self.client.request(request).await.map_err(refine)
        };
        let answer = tokio::time::timeout(limit, exchange)
            .await
            .map_err(|_| HttpError::new(HttpErrorKind::Timeout, Late(limit)))??;
        Ok(answer.map(|body| {
            let body = TimeoutBody::new(ANSWER_LIMIT, body);
            HttpResponseBody::new(http_body_util::BodyExt::map_err(body, |error| {
                HttpError::new_boxed(HttpErrorKind::Interrupted, error)
            }))
        }))
    }
}

/// Tells what never reached the store from what may have been done already.
fn refine(error: Error) -> HttpError {
    let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
    HttpError::new(kind, error)
}
