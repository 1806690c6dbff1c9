//! The layer before a service that is scripted, with a clock that is moved by hand.

mod attacks;
mod codings;
mod content;
mod semantics;
mod stale;
mod storing;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use tower::util::BoxCloneSyncService;
use tower::{Layer as _, ServiceExt as _};

use super::{BoxError, ByTarget, HttpCacheLayer, Keyer, Options, ResponseBody, StatusField};
use crate::cache::{Cache, Settings};
use crate::clock::{Clock, ManualClock, Timestamp};
use crate::content_clock::ContentClock;
use crate::entropy::CountingEntropy;

/// 2001-09-09T01:46:40Z, a moment with few digits.
const START: Timestamp = Timestamp(1_000_000_000_000_000);

type Answering = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, BoxError>> + Send>>;

/// A cache before an origin.
#[derive(Clone)]
struct World {
    clock: Arc<ManualClock>,
    content_clock: Arc<ContentClock>,
    /// The heads of the requests that came to the origin.
    seen: Arc<Mutex<Vec<Parts>>>,
    service:
        BoxCloneSyncService<Request<Full<Bytes>>, Response<ResponseBody>, std::convert::Infallible>,
}

/// An answer that has come.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    /// `None` where it broke off.
    body: Option<Bytes>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(self.body.as_deref().expect("a whole body")).unwrap()
    }

    /// Whether it came out of the store.
    fn is_hit(&self) -> bool {
        self.header("cache-status").contains("; hit")
    }
}

impl World {
    /// A world whose origin answers at once; it is told how many requests came before.
    fn new(origin: impl Fn(Parts, u64) -> Response<ResponseBody> + Send + Sync + 'static) -> Self {
        Self::with(Options::default(), origin)
    }

    fn with(
        options: Options,
        origin: impl Fn(Parts, u64) -> Response<ResponseBody> + Send + Sync + 'static,
    ) -> Self {
        Self::slow(options, move |parts, before| {
            let answer = origin(parts, before);
            Box::pin(async move { Ok(answer) })
        })
    }

    /// A world whose origin takes its time, or cannot be reached.
    fn slow(
        options: Options,
        origin: impl Fn(Parts, u64) -> Answering + Send + Sync + 'static,
    ) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let content_clock = Arc::new(ContentClock::alone(clock.clone()));
        Self::on(clock, content_clock, (options, ByTarget), origin)
    }

    fn on(
        clock: Arc<ManualClock>,
        content_clock: Arc<ContentClock>,
        (options, keyer): (Options, impl Keyer),
        origin: impl Fn(Parts, u64) -> Answering + Send + Sync + 'static,
    ) -> Self {
        let entropy = Arc::new(CountingEntropy::from(1));
        let time: Arc<dyn Clock> = clock.clone();
        let cache = Cache::new(
            &Settings::default(),
            Arc::clone(&content_clock),
            Arc::clone(&time),
            entropy.clone(),
        );
        let options = Options { status_field: StatusField::Always, ..options };
        let layer = HttpCacheLayer::new(cache.unwrap(), options, keyer, time, entropy);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (requests, before) = (Arc::clone(&seen), Arc::new(AtomicU64::new(0)));
        let origin = Arc::new(origin);
        let inner = tower::service_fn(move |request: Request<Full<Bytes>>| {
            let parts = request.into_parts().0;
            requests.lock().unwrap().push(parts.clone());
            origin(parts, before.fetch_add(1, Ordering::SeqCst))
        });
        let service = BoxCloneSyncService::new(layer.layer(inner));
        Self { clock, content_clock, seen, service }
    }

    async fn get(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, path, fields).await
    }

    async fn ask(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "example.org");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::default()).unwrap()).await
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let answer = self.service.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.ok().map(http_body_util::Collected::to_bytes);
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// How many requests came to the origin.
    fn asked(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// What the last request to the origin said in a field.
    fn last_said(&self, name: &str) -> Option<String> {
        let seen = self.seen.lock().unwrap();
        let value = seen.last()?.headers.get(name)?.to_str().unwrap().to_owned();
        Some(value)
    }

    fn pass(&self, seconds: u64) {
        self.clock.pass(Duration::from_secs(seconds));
    }

    /// Waits until something that goes on in the background is so.
    async fn until(&self, so: impl Fn(&Self) -> bool) {
        for _ in 0..1000 {
            if so(self) {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("it did not come about");
    }
}

/// An answer of an origin.
fn response(status: u16, fields: &[(&str, &str)], body: &str) -> Response<ResponseBody> {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    response.body(ResponseBody::whole(Bytes::from(body.to_owned()))).unwrap()
}
