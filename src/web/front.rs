//! What stands before the response cache: next to nothing, since every hit pays for it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ::http::{HeaderValue, Request, Response, header};
use axum::Router;
use axum::body::Body;
use futures_util::future::BoxFuture;
use tower::{Layer as _, Service};

use super::api::door::{self as api, Addresses, Deprecated, Way};
use super::api::limits::{Counted, KeyTally, Limits};
use super::edge::{Edge, MASTHEAD_CACHE_CONTROL, timing};
use super::error;
use super::middleware::request_id::{X_REQUEST_ID, name};
use super::token::Tokens;
use crate::content_clock::Token;
use crate::entropy::Entropy;
use crate::http_cache::{Answering, HttpCache, HttpCacheLayer, Need};
use crate::services;
use crate::services::integrations::{Holder, Keyring};

/// What is shown to one writer: their browser asks each time, and nobody else keeps it.
const FOR_ONE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The site behind its response cache: a hit is answered before anything else is done.
#[derive(Clone)]
pub struct Front {
    cache: HttpCache<Router>,
    door: Arc<Door>,
    entropy: Arc<dyn Entropy>,
}

impl Front {
    /// Puts the response cache before everything. Names of requests come out of `entropy`.
    pub fn new(
        router: Router,
        layer: &HttpCacheLayer,
        door: Door,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { cache: layer.layer(router), door: Arc::new(door), entropy }
    }

    /// Asks for somebody with a key of which nothing is known at the moment.
    async fn ask_with_key(
        mut self,
        request: Request<Body>,
        key: String,
        tally: KeyTally,
    ) -> (Response<Body>, Option<Need>) {
        let holder = self.door.keyring.look_up(&key).await;
        if let Some(refusal) = self.door.refusal(holder, &key, &tally) {
            return (refusal, None);
        }
        match self.ask(request) {
            Coming::ToReader(answering) => {
                let Ok(response) = answering.await;
                (response.map(Body::new), None)
            }
            Coming::Later(answer) => answer.await,
            Coming::Back(response) => (response, None),
        }
    }

    /// Asks for whoever may ask.
    fn ask(&mut self, request: Request<Body>) -> Coming {
        match self.door.owes(&request) {
            Owed::Nothing => Coming::ToReader(self.cache.call(request)),
            Owed::Known(need) => {
                Coming::Later(Box::pin(self.clone().ask_for_writer(request, Some(need))))
            }
            Owed::Unknown => Coming::Later(Box::pin(self.clone().ask_for_writer(request, None))),
        }
    }

    /// Asks for a writer, who is owed a change.
    async fn ask_for_writer(
        mut self,
        mut request: Request<Body>,
        known: Option<Need>,
    ) -> (Response<Body>, Option<Need>) {
        let need = match known {
            Some(need) => Some(need),
            None => self.door.tokens.settle().await,
        };
        let Some(need) = need else { return (error::not_yet(), None) };
        request.extensions_mut().insert(need);
        let Ok(response) = self.cache.call(request).await;
        (response.map(Body::new), Some(need))
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
        let begun = self.door.edge.says_timing.then(Instant::now);
        let name = name(request.headers(), self.entropy.as_ref());
        request.headers_mut().insert(X_REQUEST_ID, name.clone());
        let (way, deprecated) = self.door.addresses.enter(&mut request, &self.door.edge.table);
        let (counted, refusal) = self.door.limits.arrive(&mut request).unzip();
        let coming = match (refusal.flatten(), way) {
            (Some(refusal), _) => Coming::Back(refusal),
            (None, Way::On) => self.ask(request),
            (None, Way::Back(response)) => Coming::Back(*response),
            (None, Way::With(key)) => {
                let tally = counted.as_ref().map(Counted::key).cloned().unwrap_or_default();
                match self.door.keyring.holder(&key) {
                    Some(holder) => match self.door.refusal(Ok(holder), &key, &tally) {
                        None => self.ask(request),
                        Some(refusal) => Coming::Back(refusal),
                    },
                    None => Coming::Later(Box::pin(self.clone().ask_with_key(request, key, tally))),
                }
            }
        };
        let door = Arc::clone(&self.door);
        Leaving { coming, door, name: Some(name), deprecated, counted, begun }
    }
}

/// What requests pass on their way in, and answers on their way out.
pub struct Door {
    /// What the routes declare.
    pub edge: Edge,
    /// What writers carry.
    pub tokens: Tokens,
    /// The keys of the API.
    pub keyring: Keyring,
    /// Where the API lies.
    pub addresses: Addresses,
    /// How often somebody may ask it.
    pub limits: Limits,
}

/// What is owed to whoever makes a request.
enum Owed {
    /// Nothing in particular.
    Nothing,
    /// This change.
    Known(Need),
    /// A change that only the primary can name.
    Unknown,
}

impl Door {
    /// Files are the same for everybody, and what is made for one person is read from the primary
    /// anyway; so only what the response cache keeps can lack a change.
    fn owes(&self, request: &Request<Body>) -> Owed {
        let Some(token) = self.tokens.of(request.headers()) else { return Owed::Nothing };
        if !self.edge.table.find(request.uri().path()).kept {
            return Owed::Nothing;
        }
        self.tokens.need(token).map_or(Owed::Unknown, Owed::Known)
    }

    /// The answer to somebody who may not ask with this key, or not now.
    fn refusal(
        &self,
        holder: services::Result<Holder>,
        key: &str,
        tally: &KeyTally,
    ) -> Option<Response<Body>> {
        api::verdict(holder).or_else(|| self.limits.count_content_key(key, tally))
    }

    /// What was said to our own cache stays here. An answer to a writer is for no other cache either.
    /// Gives whether the CDN may keep it.
    fn on_leaving(&self, response: &mut Response<Body>, need: Option<Need>) -> bool {
        let shown = response.extensions_mut().remove::<Token>();
        let headers = response.headers_mut();
        let is_kept = headers.remove(MASTHEAD_CACHE_CONTROL).is_some();
        let cdn = self.edge.cdn.as_ref();
        if need.is_some() {
            headers.insert(header::CACHE_CONTROL, FOR_ONE);
            if let Some(cdn) = cdn {
                cdn.keep_out(headers);
            }
        } else if let Some(cdn) = cdn.filter(|_| is_kept) {
            cdn.on_leaving(headers);
        }
        match (shown, need) {
            (Some(token), _) if !self.tokens.is_everywhere(token) => {
                self.tokens.give(headers, token);
            }
            (None, Some(need)) => self.tokens.give_back(headers, need),
            _ => {}
        }
        need.is_none() && is_kept && cdn.is_some()
    }
}

/// An answer that comes.
enum Coming {
    ToReader(Answering),
    /// With what it has to show, where that is for one alone.
    Later(BoxFuture<'static, (Response<Body>, Option<Need>)>),
    /// From the door.
    Back(Response<Body>),
}

/// An answer on its way out. It gets the name of its request: what is stored has none.
pub struct Leaving {
    coming: Coming,
    door: Arc<Door>,
    name: Option<HeaderValue>,
    deprecated: Option<Box<Deprecated>>,
    counted: Option<Counted>,
    begun: Option<Instant>,
}

impl Future for Leaving {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (mut response, need) = match &mut self.coming {
            Coming::ToReader(answering) => {
                let Ok(response) = ready!(Pin::new(answering).poll(context));
                (response.map(Body::new), None)
            }
            Coming::Later(answer) => ready!(answer.as_mut().poll(context)),
            Coming::Back(response) => (std::mem::take(response), None),
        };
        let is_for_a_cdn = self.door.on_leaving(&mut response, need);
        if let Some(counted) = &self.counted {
            self.door.limits.leave(counted, &mut response, is_for_a_cdn);
        }
        if let Some(name) = self.name.take() {
            response.headers_mut().insert(X_REQUEST_ID, name);
        }
        if let Some(deprecated) = &self.deprecated {
            deprecated.add_to(response.headers_mut());
        }
        if let Some(begun) = self.begun {
            timing::add(response.headers_mut(), "total", begun.elapsed());
        }
        Poll::Ready(Ok(response))
    }
}
