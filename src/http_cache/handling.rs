//! The way of one request through the cache: answered from what is stored, or from what is fetched
//! and stored, or passed on.

use std::sync::Arc;

use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, HOST, IF_MATCH, IF_UNMODIFIED_SINCE, RANGE, TRANSFER_ENCODING,
    UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};

use super::answer::refusal;
use super::body::ResponseBody;
use super::cache_status::{CacheStatus, Forward};
use super::fetch::{Failure, Fetch, Origin};
use super::freshness::Exchange;
use super::invalidation;
use super::kept::{Kept, Responses};
use super::keyer::Decision;
use super::options::RequestPolicy;
use super::report::{Place, Slot};
use super::request::RequestDirectives;
use super::shared::Shared;
use super::stored::Stored;
use super::{Need, validation};
use crate::cache::{Ask, Found, Loaded, Made, Outcome, Priority, Reuse};
use crate::content_clock::{AsOf, Standing};

/// How often a request is shown to another key: by an index, and by one that has grown meanwhile.
const STEPS: usize = 4;

/// A request on its way.
pub struct Handling {
    pub(super) shared: Arc<Shared>,
    pub(super) request: Parts,
    pub(super) asked: RequestDirectives,
    need: Option<AsOf>,
}

/// Why a cache keeps out of a request, whatever its key would be.
pub fn reason_to_pass(request: &Parts, policy: RequestPolicy) -> Option<&'static str> {
    let headers = &request.headers;
    if request.method != Method::GET && request.method != Method::HEAD {
        Some("method")
    } else if has_body(headers) {
        // What a body says is in no key.
        Some("request-body")
    } else if headers.contains_key(UPGRADE) {
        Some("upgrade")
    } else if policy == RequestPolicy::Obey && validation::is_for_the_origin(headers) {
        Some("condition")
    } else {
        None
    }
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING)
        || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
}

impl Handling {
    pub fn new(shared: Arc<Shared>, request: Parts) -> Self {
        let mut asked = RequestDirectives::of(&request.headers);
        if shared.options.requests == RequestPolicy::Ignore {
            let only_if_cached = asked.only_if_cached;
            asked = RequestDirectives { only_if_cached, ..RequestDirectives::default() };
        }
        let need = request.extensions.get::<Need>().map(|need| need.0);
        Self { shared, request, asked, need }
    }

    /// The answer, where this process has it.
    pub fn look_near(&self, key: &str) -> Option<Response<ResponseBody>> {
        let found = self.shared.cache.near::<Responses>(key)?;
        let found = match &found.entry.value {
            Kept::Response(_) => found,
            Kept::Variants(variants) if found.standing != Standing::Changed => {
                let key = variants.key_for(key, &self.request.headers);
                self.shared.cache.near::<Responses>(&key)?
            }
            Kept::Variants(_) => return None,
        };
        let Kept::Response(stored) = &found.entry.value else { return None };
        let now = self.shared.clock.now();
        let is_good = self.shared.judge(&found, &self.asked, now) == Reuse::Fresh
            && self.need.is_none_or(|need| found.covers(need))
            && stored.is_for(&self.request.headers);
        is_good.then(|| self.serve(&found, stored, now, key))
    }

    /// The answer, wherever it comes from.
    pub async fn go_on(
        mut self,
        mut place: Place,
        origin: impl Fn() -> Origin + Send,
    ) -> Response<ResponseBody> {
        let only_looks = self.request.method == Method::HEAD
            || self.request.headers.contains_key(RANGE)
            || self.asked.only_if_cached;
        if only_looks {
            return self.look_far(place, origin()).await;
        }
        if self.shared.options.requests == RequestPolicy::Ignore {
            // What does not count here does not decide on what is stored either.
            for name in [CACHE_CONTROL, IF_MATCH, IF_UNMODIFIED_SINCE] {
                self.request.headers.remove(name);
            }
        }
        let mut why = Forward::UriMiss;
        for _ in 0..STEPS {
            let key = place.key(&self.request.headers);
            let slot = Slot::default();
            let fetch = Fetch {
                shared: Arc::clone(&self.shared),
                request: self.request.clone(),
                place: place.clone(),
                asked: key.clone(),
                slot: slot.clone(),
            };
            let origin = origin();
            let load = self.shared.cache.load::<Responses, _, Failure, _, _>(
                &key,
                self.ask(),
                move |candidate| fetch.run(origin, candidate),
            );
            let loaded = load.await;
            let report = slot.take();
            let (found, outcome) = match loaded {
                Ok(Loaded::Found(found, outcome)) => (found, outcome),
                Ok(Loaded::Own(response)) => return self.pass(response, &report, why),
                Err(error) => return self.fail(&error, why),
            };
            if outcome == Outcome::Miss
                && let Some(entry) = &report.entry
                && let Kept::Response(stored) = &entry.value
            {
                return self.serve_fetched(stored, &report, why, &key);
            }
            match &found.entry.value {
                Kept::Variants(variants) => {
                    why = Forward::VaryMiss;
                    place.variants = Some(variants.clone());
                }
                Kept::Response(stored) if stored.is_for(&self.request.headers) => {
                    let now = self.shared.clock.now();
                    return match outcome {
                        Outcome::Miss => self.serve_fetched(stored, &report, why, &key),
                        Outcome::Collapsed => self.serve_collapsed(stored, now, why, &key),
                        Outcome::Hit | Outcome::Stale(_) => self.serve(&found, stored, now, &key),
                    };
                }
                Kept::Response(_) => place.variants = None,
            }
        }
        // The variants change faster than they are found.
        self.pass_on(place, origin(), why).await
    }

    fn ask(&self) -> Ask<Kept> {
        let (shared, asked) = (Arc::clone(&self.shared), self.asked);
        Ask {
            priority: Priority::Reader,
            need: self.need,
            judge: Arc::new(move |found: &Found<Kept>| {
                shared.judge(found, &asked, shared.clock.now())
            }),
            hold: self.shared.options.hold,
        }
    }

    /// Answers from what is stored in any layer; else passes the request on as it is, or says that
    /// there is nothing.
    async fn look_far(self, place: Place, origin: Origin) -> Response<ResponseBody> {
        let (place, found) = self.find(place).await;
        let mut why = Forward::UriMiss;
        if let Some((found, stored)) = found.as_ref().and_then(response_of) {
            let now = self.shared.clock.now();
            let reuse = self.shared.judge(found, &self.asked, now);
            let is_covered = self.need.is_none_or(|need| found.covers(need));
            if is_covered && matches!(reuse, Reuse::Fresh | Reuse::Revalidate) {
                let key = place.key(&self.request.headers);
                return self.serve(found, stored, now, &key);
            }
            why = Forward::Stale;
        }
        if self.asked.only_if_cached {
            self.shared.answers.miss.increment(1);
            return refusal(StatusCode::GATEWAY_TIMEOUT);
        }
        self.pass_on(place, origin, why).await
    }

    /// What is stored for this request, and where.
    async fn find(&self, mut place: Place) -> (Place, Option<Found<Kept>>) {
        let found = self.shared.cache.find::<Responses>(&place.primary).await;
        let Some(Kept::Variants(variants)) = found.as_ref().map(|found| &found.entry.value) else {
            return (place, found);
        };
        place.variants = Some(variants.clone());
        let key = place.key(&self.request.headers);
        let found = self.shared.cache.find::<Responses>(&key).await;
        let is_for_this = |found: &Found<Kept>| {
            response_of(found).is_some_and(|(_, stored)| stored.is_for(&self.request.headers))
        };
        (place, found.filter(is_for_this))
    }

    /// Passes the request on as it is. The answer is not stored; that to a `HEAD` may change what is.
    async fn pass_on(&self, place: Place, origin: Origin, why: Forward) -> Response<ResponseBody> {
        self.shared.answers.miss.increment(1);
        let requested = self.shared.clock.now();
        let Ok(mut response) = origin(self.request.clone()).await else {
            return self.marked(refusal(StatusCode::BAD_GATEWAY), self.forwarded(why));
        };
        if self.request.method == Method::HEAD && response.status() == StatusCode::OK {
            let exchange = Exchange { requested, received: self.shared.clock.now() };
            self.update_by_head(place, response.headers(), exchange).await;
        }
        let forward_status = Some(response.status().as_u16());
        let detail = self.judge_fetched(&mut response);
        self.mark(&mut response, CacheStatus { forward_status, detail, ..self.forwarded(why) });
        response
    }

    /// Brings what is stored up to the answer to a `HEAD` (RFC 9111, section 4.3.5), or removes it
    /// where that speaks of another body.
    async fn update_by_head(&self, place: Place, head: &HeaderMap, exchange: Exchange) {
        let key = place.key(&self.request.headers);
        let found = self.shared.cache.find::<Responses>(&key).await;
        let Some((found, stored)) = found.as_ref().and_then(response_of) else { return };
        if validation::is_about_another(head, &stored.head.headers, stored.body.len()) {
            return self.shared.remove(&key).await;
        }
        let (shared, request) = (Arc::clone(&self.shared), self.request.clone());
        let fetch = Fetch { shared, request, place, asked: key.clone(), slot: Slot::default() };
        let provenance = found.entry.provenance.clone();
        let updated = fetch.update(stored, head.clone(), provenance, exchange).await;
        if let Made::Keep(entry) = updated {
            self.shared.cache.keep::<Responses>(&key, entry).await;
        }
    }

    /// Keeps out of a request. What a change makes old is removed.
    pub async fn pass_by(self, reason: &'static str, origin: Origin) -> Response<ResponseBody> {
        self.shared.answers.bypass.increment(1);
        let why = if reason == "method" { Forward::Method } else { Forward::Bypass };
        let status = CacheStatus { detail: Some(reason), ..self.forwarded(why) };
        // The body goes with the request, so its head alone is kept for what comes after.
        let Ok(mut response) = origin(self.request.clone()).await else {
            return self.marked(refusal(StatusCode::BAD_GATEWAY), status);
        };
        let (code, headers) = (response.status(), response.headers());
        let targets = invalidation::targets(&self.request, code, headers);
        if !targets.is_empty() {
            for target in targets {
                self.invalidate(target).await;
            }
            tokio::time::sleep(self.shared.options.pause_after_change).await;
        }
        let status = CacheStatus { forward_status: Some(code.as_u16()), ..status };
        self.mark(&mut response, status);
        response
    }

    /// Removes what is stored for a target on the host of this request.
    async fn invalidate(&self, target: Uri) {
        let mut request = Request::get(target);
        if let (Some(headers), Some(host)) = (request.headers_mut(), self.host()) {
            headers.insert(HOST, host);
        }
        let Ok(request) = request.body(()) else { return };
        let decision = self.shared.keyer.decide(&request.into_parts().0);
        if let Decision::Key(key) | Decision::KeyOnSecondSight(key) = decision {
            self.shared.remove(&key).await;
        }
    }

    fn host(&self) -> Option<HeaderValue> {
        match self.request.uri.authority() {
            Some(authority) => HeaderValue::from_str(authority.as_str()).ok(),
            None => self.request.headers.get(HOST).cloned(),
        }
    }
}

fn response_of(found: &Found<Kept>) -> Option<(&Found<Kept>, &Stored)> {
    match &found.entry.value {
        Kept::Response(stored) => Some((found, stored)),
        Kept::Variants(_) => None,
    }
}
