//! Getting a response from the service behind the cache: asking whether the stored one still stands,
//! storing what may be stored, passing on the rest.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AGE, CONTENT_LENGTH, DATE, IF_RANGE, RANGE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use super::answer::answer;
use super::body::{BoxError, Read, ResponseBody, read};
use super::cache_control::ResponseDirectives;
use super::encoding::Coding;
use super::fields::remove_connection_fields;
use super::freshness::{Exchange, Freshness};
use super::keeping::Admitted;
use super::kept::Kept;
use super::options::Compression;
use super::report::{Place, Slot};
use super::shared::{Shared, is_stale_for_less_than};
use super::storable::{CookiePolicy, Refusal, check};
use super::stored::{Head, Stored};
use super::targeted::directives;
use super::vary::fields;
use super::{MadeFrom, compress, validation};
use crate::cache::{Entry, Made};
use crate::clock::Timestamp;
use crate::content_clock::{AsOf, Provenance, TagSet};

/// Asks the service behind the cache, once.
pub type Origin = Box<
    dyn FnOnce(
            Parts,
        )
            -> Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, BoxError>> + Send>>
        + Send,
>;

/// Why nothing came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The service could not be reached. Whether something is stored that may not be served.
    Disconnected { is_stored: bool },
    /// It failed, and what is stored may be served in place of that.
    Status(StatusCode),
}

/// A question to the service behind the cache.
pub struct Fetch {
    pub shared: Arc<Shared>,
    /// The head of the client's request, a `GET` or a `HEAD`.
    pub request: Parts,
    pub place: Place,
    /// The key that is asked for, which is that of the place.
    pub asked: String,
    pub slot: Slot,
}

/// A response whose head has come.
pub struct Arrived {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub exchange: Exchange,
    pub provenance: Provenance,
}

impl Fetch {
    /// Asks; `candidate` is what is stored.
    pub async fn run(
        mut self,
        origin: Origin,
        candidate: Option<Arc<Entry<Kept>>>,
    ) -> Result<Made<Kept, Response<ResponseBody>>, Failure> {
        let stored = candidate.as_deref().and_then(|entry| match &entry.value {
            Kept::Response(stored) if stored.is_for(&self.request.headers) => {
                Some((&**stored, &entry.provenance))
            }
            _ => None,
        });
        if let Some(Kept::Variants(variants)) = candidate.as_deref().map(|entry| &entry.value) {
            // The index does not do for this reader; the variants in it do for others.
            self.place.variants = Some(variants.clone());
        }
        self.slot.write(|report| report.was_stale = stored.is_some());
        let as_of = self.shared.as_of();
        let requested = self.shared.clock.now();
        let question = self.question(stored.map(|(stored, _)| stored));
        let response = origin(question)
            .await
            .map_err(|_| Failure::Disconnected { is_stored: stored.is_some() })?;
        let exchange = Exchange { requested, received: self.shared.clock.now() };
        self.slot.write(|report| report.status = Some(response.status()));
        match stored {
            Some((stored, _)) if self.gives_way(stored, response.status()) => {
                Err(Failure::Status(response.status()))
            }
            Some(stored) if response.status() == StatusCode::NOT_MODIFIED => {
                Ok(self.refresh(stored, response, exchange, as_of).await)
            }
            _ => Ok(self.store(response, exchange, as_of).await),
        }
    }

    /// The request that is sent on: whole, plain where this cache codes, and conditional where
    /// something is stored.
    fn question(&self, stored: Option<&Stored>) -> Parts {
        let mut question = self.request.clone();
        question.method = Method::GET;
        let headers = &mut question.headers;
        for field in [RANGE, IF_RANGE] {
            headers.remove(field);
        }
        if self.is_negotiated() {
            headers.remove(ACCEPT_ENCODING);
        }
        match stored {
            Some(stored) => {
                validation::ask(headers, &stored.head.headers);
            }
            None => validation::remove_conditions(headers),
        }
        question
    }

    /// Whether what is stored is better than an answer with this status (RFC 5861, section 4).
    fn gives_way(&self, stored: &Stored, status: StatusCode) -> bool {
        let allowed = stored.head.freshness.stale_if_error;
        matches!(status.as_u16(), 500 | 502 | 503 | 504)
            && !stored.head.must_ask
            && !allowed.is_zero()
            && is_stale_for_less_than(stored, allowed, self.shared.clock.now())
    }

    /// What is stored still stands, says the origin.
    async fn refresh(
        &self,
        (stored, provenance): (&Stored, &Provenance),
        response: Response<ResponseBody>,
        exchange: Exchange,
        as_of: AsOf,
    ) -> Made<Kept, Response<ResponseBody>> {
        let (message, _) = response.into_parts();
        if !validation::is_about(&message.headers, &stored.head.headers) {
            // The stored one will do, but the message speaks of another: nothing is updated.
            let entry = self.entry(stored.clone(), provenance.clone(), exchange.received);
            return Made::Keep(entry);
        }
        let provenance = message
            .extensions
            .get::<MadeFrom>()
            .map_or_else(|| Provenance::new(as_of, provenance.tags.clone()), |made| made.0.clone());
        self.update(stored, message.headers, provenance, exchange).await
    }

    /// Brings a stored response up to a message about it. Where it may not be stored any more, it is
    /// removed.
    pub async fn update(
        &self,
        stored: &Stored,
        mut message: HeaderMap,
        provenance: Provenance,
        exchange: Exchange,
    ) -> Made<Kept, Response<ResponseBody>> {
        remove_connection_fields(&mut message);
        if self.shared.options.cookies == CookiePolicy::Refuse {
            message.remove(SET_COOKIE);
        }
        let mut headers = stored.head.headers.clone();
        headers.remove(AGE);
        headers.remove(DATE);
        validation::update(&mut headers, &message);
        let arrived = Arrived { status: stored.head.status, headers, exchange, provenance };
        match self.admit(arrived) {
            Ok(ready) => self.keep(ready, (stored.body.clone(), stored.coded.clone())).await,
            Err((refusal, arrived)) => {
                self.shared.remove(&self.asked).await;
                self.slot.write(|report| report.refusal = Some(refusal));
                let head = Head { headers: arrived.headers, ..stored.head.clone() };
                let stored = Stored::new(head, stored.body.clone(), stored.coded.clone());
                let request = (&Method::GET, &self.request.headers);
                Made::Pass(answer(&stored, request, exchange.received))
            }
        }
    }

    /// Stores a response if that is allowed and it comes whole.
    async fn store(
        &self,
        response: Response<ResponseBody>,
        exchange: Exchange,
        as_of: AsOf,
    ) -> Made<Kept, Response<ResponseBody>> {
        let (message, body) = response.into_parts();
        let provenance = message
            .extensions
            .get::<MadeFrom>()
            .map_or_else(|| Provenance::new(as_of, TagSet::of([])), |made| made.0.clone());
        let headers = message.headers.clone();
        let arrived = Arrived { status: message.status, headers, exchange, provenance };
        let ready = match self.admit(arrived) {
            Ok(ready) => ready,
            Err((refusal, _)) => {
                self.slot.write(|report| report.refusal = Some(refusal));
                return Made::Pass(Response::from_parts(message, body));
            }
        };
        let said = message.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let said = said.and_then(|length| length.parse().ok());
        match read(body, self.shared.options.largest_body, said).await {
            Read::Whole(body) => {
                let coded = self.coded(&ready, &body).await;
                self.keep(ready, (body, coded)).await
            }
            Read::Unfit(body) => Made::Pass(Response::from_parts(message, body)),
        }
    }

    /// Checks whether a response may be stored, and takes out of it what may not.
    fn admit(&self, mut arrived: Arrived) -> Result<Admitted, (Refusal, Box<Arrived>)> {
        let options = &self.shared.options;
        let (stated, targeted) = directives(&arrived.headers, &options.targeted);
        let freshness = Freshness::of(
            (&stated, targeted),
            (arrived.status, &arrived.headers),
            arrived.exchange,
            options.longest_guess,
        );
        let request = (&Method::GET, &self.request.headers);
        let response = (arrived.status, &arrived.headers);
        if let Err(refusal) = check(request, response, (&stated, &freshness), options.cookies) {
            return Err((refusal, Box::new(arrived)));
        }
        let Some(varies_by) = fields(&arrived.headers, self.is_negotiated()) else {
            return Err((Refusal::Vary, Box::new(arrived)));
        };
        remove_connection_fields(&mut arrived.headers);
        if !arrived.headers.contains_key(DATE) {
            // One who keeps a response without a date adds when it came (RFC 9110, section 6.6.1).
            arrived.headers.insert(DATE, date_of(arrived.exchange.received));
        }
        let withheld = withhold(&mut arrived.headers, &stated);
        self.slot.write(|report| report.withheld = withheld);
        Ok(Admitted { arrived, stated, freshness, varies_by })
    }

    /// The body in other codings, where that is wanted. It is work for a thread of its own.
    async fn coded(&self, ready: &Admitted, body: &Bytes) -> Vec<(Coding, Bytes)> {
        if !self.is_negotiated() || !compress::is_wanted(&ready.arrived.headers) {
            return Vec::new();
        }
        let body = body.clone();
        tokio::task::spawn_blocking(move || compress::compress(&body)).await.unwrap_or_default()
    }

    pub(super) fn is_negotiated(&self) -> bool {
        self.shared.options.compression == Compression::OnStore
    }
}

/// Takes out the fields that are for this client alone, or that may not be used again unasked
/// (RFC 9111, sections 5.2.2.4 and 5.2.2.7).
fn withhold(headers: &mut HeaderMap, stated: &ResponseDirectives) -> HeaderMap {
    let mut withheld = HeaderMap::new();
    for name in stated.private.fields().iter().chain(stated.no_cache.fields()) {
        for value in headers.get_all(name) {
            withheld.append(name, value.clone());
        }
        headers.remove(name);
    }
    withheld
}

fn date_of(at: Timestamp) -> HeaderValue {
    let seconds = Duration::from_secs(u64::try_from(at.as_seconds()).unwrap_or(0));
    let text = httpdate::fmt_http_date(std::time::SystemTime::UNIX_EPOCH + seconds);
    HeaderValue::from_str(&text).expect("a date is a field value")
}
