//! What stands before the response cache: next to nothing, since every hit pays for it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ::http::{HeaderValue, Request, Response};
use axum::Router;
use axum::body::Body;
use tower::{Layer as _, Service};

use super::edge::{Cdn, Edge, MASTHEAD_CACHE_CONTROL, timing};
use super::middleware::request_id::{X_REQUEST_ID, name};
use crate::entropy::Entropy;
use crate::http_cache::{Answering, HttpCache, HttpCacheLayer};

/// The site behind its response cache: a hit is answered before anything else is done.
#[derive(Clone)]
pub struct Front {
    cache: HttpCache<Router>,
    cdn: Option<Arc<Cdn>>,
    says_timing: bool,
    entropy: Arc<dyn Entropy>,
}

impl Front {
    /// Puts the response cache before everything. Names of requests come out of `entropy`.
    pub fn new(
        router: Router,
        layer: &HttpCacheLayer,
        edge: Edge,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let (cdn, says_timing) = (edge.cdn.map(Arc::new), edge.says_timing);
        Self { cache: layer.layer(router), cdn, says_timing, entropy }
    }
}

impl Service<Request<Body>> for Front {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Leaving;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Leaving {
        let begun = self.says_timing.then(Instant::now);
        let name = name(request.headers(), self.entropy.as_ref());
        request.headers_mut().insert(X_REQUEST_ID, name.clone());
        Leaving {
            answering: self.cache.call(request),
            name: Some(name),
            cdn: self.cdn.clone(),
            begun,
        }
    }
}

/// An answer on its way out. It gets the name of its request: what is stored has none. What was said
/// to our own cache stays here.
pub struct Leaving {
    answering: Answering,
    name: Option<HeaderValue>,
    cdn: Option<Arc<Cdn>>,
    begun: Option<Instant>,
}

impl Future for Leaving {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Ok(mut response) = ready!(Pin::new(&mut self.answering).poll(context));
        let headers = response.headers_mut();
        let is_kept = headers.remove(MASTHEAD_CACHE_CONTROL).is_some();
        if let Some(name) = self.name.take() {
            headers.insert(X_REQUEST_ID, name);
        }
        if let Some(cdn) = self.cdn.as_ref().filter(|_| is_kept) {
            cdn.on_leaving(response.headers_mut());
        }
        if let Some(begun) = self.begun {
            timing::add(response.headers_mut(), "total", begun.elapsed());
        }
        Poll::Ready(Ok(response.map(Body::new)))
    }
}
