//! The response cache as a tower layer.
//!
//! A hit in this process is answered at once, without a task, a lock or a copy of the body. All else
//! goes a longer way in a future of its own.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower::{Layer, Service, ServiceExt as _};

use super::body::{BoxError, ResponseBody};
use super::fetch::Origin;
use super::handling::{Handling, reason_to_pass};
use super::keyer::{Decision, Keyer};
use super::options::Options;
use super::report::Place;
use super::shared::Shared;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::entropy::Entropy;

/// Puts a response cache before a service.
#[derive(Clone)]
pub struct HttpCacheLayer(Arc<Shared>);

impl fmt::Debug for HttpCacheLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCacheLayer").finish_non_exhaustive()
    }
}

impl HttpCacheLayer {
    /// A layer that keeps what it stores in this cache. The clock is that of the cache.
    pub fn new(
        cache: Cache,
        options: Options,
        keyer: impl Keyer,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self(Arc::new(Shared::new(cache, options, Box::new(keyer), clock, entropy)))
    }
}

impl<S> Layer<S> for HttpCacheLayer {
    type Service = HttpCache<S>;

    fn layer(&self, inner: S) -> HttpCache<S> {
        HttpCache { shared: Arc::clone(&self.0), inner }
    }
}

/// A service behind a response cache.
#[derive(Clone)]
pub struct HttpCache<S> {
    shared: Arc<Shared>,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for HttpCache<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Default + Send + 'static,
    R: Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Answering;

    /// Always: the service behind is asked when there is something to ask.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answering {
        let (parts, body) = request.into_parts();
        let decision = match reason_to_pass(&parts, self.shared.options.requests) {
            Some(reason) => Decision::Bypass(reason),
            None => self.shared.keyer.decide(&parts),
        };
        let handling = Handling::new(Arc::clone(&self.shared), parts);
        match decision {
            Decision::Bypass(reason) => {
                Answering::later(handling.pass_by(reason, self.origin(body)))
            }
            Decision::Key(key) => self.keyed(handling, Place::of(key, false)),
            Decision::KeyOnSecondSight(key) => self.keyed(handling, Place::of(key, true)),
        }
    }
}

/// An answer that is there, or that comes.
pub enum Answering {
    /// It is there, until it is taken.
    Now(Option<Response<ResponseBody>>),
    /// It comes.
    Later(Pin<Box<dyn Future<Output = Response<ResponseBody>> + Send>>),
}

impl Answering {
    fn later(answer: impl Future<Output = Response<ResponseBody>> + Send + 'static) -> Self {
        Self::Later(Box::pin(answer))
    }
}

impl Future for Answering {
    type Output = Result<Response<ResponseBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Now(answer) => Poll::Ready(Ok(answer.take().expect("polled once when ready"))),
            Self::Later(answer) => answer.as_mut().poll(context).map(Ok),
        }
    }
}

impl<S> HttpCache<S> {
    /// What is here is answered at once; all else takes its way.
    fn keyed<B, R>(&self, handling: Handling, place: Place) -> Answering
    where
        S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Default + Send + 'static,
        R: Body<Data = Bytes> + Send + 'static,
        R::Error: Into<BoxError>,
    {
        if let Some(response) = handling.look_near(&place.primary) {
            return Answering::Now(Some(response));
        }
        let service = self.clone();
        Answering::later(handling.go_on(place, move || service.origin(B::default())))
    }

    /// One question to the service behind, with this body.
    fn origin<B, R>(&self, body: B) -> Origin
    where
        S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Send + 'static,
        R: Body<Data = Bytes> + Send + 'static,
        R::Error: Into<BoxError>,
    {
        let inner = self.inner.clone();
        Box::new(move |parts: Parts| {
            let answer = inner.oneshot(Request::from_parts(parts, body));
            Box::pin(async move {
                answer.await.map(|answer| answer.map(ResponseBody::stream)).map_err(Into::into)
            })
        })
    }
}
