//! A plain reverse proxy behind the response cache, for the conformance suite and for trying out.
//!
//!     cargo run --example caching_proxy -- --listen 127.0.0.1:8002 --origin 127.0.0.1:8000
//!
//! It caches as a shared cache does, by what the origin says alone: there is no database, so nothing
//! changes but by time and by unsafe methods.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use clap::{Parser, ValueEnum};
use http::uri::{Authority, Scheme};
use http::{HeaderName, Request, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use masthead::cache::{Cache, Hold, L2Settings, Settings};
use masthead::clock::{Clock, SystemClock};
use masthead::content_clock::ContentClock;
use masthead::entropy::SystemEntropy;
use masthead::http_cache::fields::remove_connection_fields;
use masthead::http_cache::targeted::CDN_CACHE_CONTROL;
use masthead::http_cache::{
    BoxError, ByTarget, CookiePolicy, HttpCacheLayer, Options, RequestPolicy, StatusField,
};
use masthead::redis_server::RedisServer;
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _};

/// How long the origin may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A caching reverse proxy.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8002")]
    listen: SocketAddr,
    /// Where the origin is: a host and a port.
    #[arg(long, default_value = "127.0.0.1:8000")]
    origin: Authority,
    /// Whether this process keeps anything.
    #[arg(long, value_enum, default_value_t = Switch::On)]
    l1: Switch,
    /// The Redis that instances share: `redis://host:port/database`.
    #[arg(long)]
    redis: Option<String>,
    /// A targeted field that it goes by beside `CDN-Cache-Control`; may be given several times.
    #[arg(long)]
    targeted: Vec<HeaderName>,
    /// Whether responses that set a cookie are stored, as RFC 9111 allows.
    #[arg(long, value_enum, default_value_t = Switch::Off)]
    store_cookies: Switch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let arguments = Arguments::parse();
    let is_shared = arguments.redis.is_some();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy = Arc::new(SystemEntropy);
    let settings = Settings {
        l1_bytes: if arguments.l1 == Switch::On { 256 << 20 } else { 0 },
        // Who waits for a slow origin keeps the lease meanwhile. A busy machine is not to be taken for a
        // Redis that hangs, so that a measurement does not depend on it.
        l2: arguments.redis.map(|url| L2Settings {
            response_timeout: Duration::from_secs(2),
            lease: PATIENCE,
            lease_wait: PATIENCE,
            ..L2Settings::at(RedisServer::at(url))
        }),
        origin_limit: 1000,
        ..Settings::default()
    };
    let content_clock = Arc::new(ContentClock::alone(Arc::clone(&clock)));
    let cache = Cache::new(&settings, content_clock, Arc::clone(&clock), entropy.clone())?;
    let options = Options {
        status_field: StatusField::Always,
        requests: RequestPolicy::Obey,
        cookies: match arguments.store_cookies {
            Switch::On => CookiePolicy::Store,
            Switch::Off => CookiePolicy::Refuse,
        },
        targeted: [CDN_CACHE_CONTROL].into_iter().chain(arguments.targeted).collect(),
        stale_when_disconnected: Duration::from_hours(1),
        // News between instances take about a millisecond.
        pause_after_change: Duration::from_millis(if is_shared { 10 } else { 0 }),
        // An origin that is slow is not one that cannot be reached.
        hold: Hold { soft: PATIENCE, hard: PATIENCE },
        ..Options::default()
    };
    let layer = HttpCacheLayer::new(cache, options, ByTarget, clock, entropy);
    let proxy = Proxy { client: client(), origin: arguments.origin };
    let service = layer.layer(tower::service_fn(move |request| proxy.clone().forward(request)));
    let service = service.map_response(|response| response.map(Body::new));
    let listener = TcpListener::bind(arguments.listen).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, axum::ServiceExt::<Request<Body>>::into_make_service(service)).await?;
    Ok(())
}

/// Each request of ours is one request to the origin: nothing is tried again behind its back.
fn client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new())
        .retry_canceled_requests(false)
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(1))
        .build_http()
}

/// Passes requests on to one origin.
#[derive(Debug, Clone)]
struct Proxy {
    client: Client<HttpConnector, Body>,
    origin: Authority,
}

impl Proxy {
    async fn forward(self, mut request: Request<Body>) -> Result<Response<Incoming>, BoxError> {
        let mut target = std::mem::take(request.uri_mut()).into_parts();
        target.scheme = Some(Scheme::HTTP);
        target.authority = Some(self.origin);
        *request.uri_mut() = Uri::from_parts(target)?;
        remove_connection_fields(request.headers_mut());
        let mut response = self.client.request(request).await?;
        remove_connection_fields(response.headers_mut());
        Ok(response)
    }
}
