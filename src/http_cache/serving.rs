//! The answer that a client gets, out of whatever was found or fetched, with what there is to be told
//! of it: its age, how stale it is, `Cache-Status`, the count of its outcome.

use http::header::{AGE, IF_MODIFIED_SINCE, IF_NONE_MATCH, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use super::answer::{answer, refusal, shorten, without_body};
use super::body::ResponseBody;
use super::cache_status::{CACHE_STATUS, CacheStatus, Forward, seconds};
use super::fetch::Failure;
use super::freshness::State;
use super::handling::Handling;
use super::kept::Kept;
use super::options::StatusField;
use super::report::Report;
use super::storable::Refusal;
use super::stored::Stored;
use super::validation;
use crate::cache::{Found, LoadError};
use crate::clock::Timestamp;
use crate::content_clock::Standing;

impl Handling {
    /// What was stored already.
    pub(super) fn serve(
        &self,
        found: &Found<Kept>,
        stored: &Stored,
        now: Timestamp,
        key: &str,
    ) -> Response<ResponseBody> {
        let mut response = answer(stored, (&self.request.method, &self.request.headers), now);
        let state = stored.head.freshness.state(now);
        let is_stale =
            found.fenced || found.standing == Standing::Changed || matches!(state, State::Stale(_));
        if is_stale {
            self.shared.answers.stale.increment(1);
            self.shorten(&mut response);
        } else {
            self.shared.answers.hit.increment(1);
        }
        if self.is_told() {
            let why_stale = if found.fenced {
                Some("fenced")
            } else if found.standing == Standing::Changed {
                Some("changed")
            } else {
                is_stale.then_some("stale")
            };
            self.mark(
                &mut response,
                CacheStatus {
                    ttl: Some(ttl(state)),
                    key: Some(key),
                    detail: why_stale.or(Some(found.layer.as_str())),
                    ..CacheStatus::hit(self.shared.options.name)
                },
            );
        }
        response
    }

    /// What was fetched for this request.
    pub(super) fn serve_fetched(
        &self,
        stored: &Stored,
        report: &Report,
        why: Forward,
        key: &str,
    ) -> Response<ResponseBody> {
        self.shared.answers.miss.increment(1);
        let now = self.shared.clock.now();
        let mut response = answer(stored, (&self.request.method, &self.request.headers), now);
        for (name, value) in &report.withheld {
            response.headers_mut().append(name, value.clone());
        }
        // An age says that the answer comes out of a store; this one does not, unless the origin's did.
        match stored.head.headers.get(AGE) {
            Some(age) => response.headers_mut().insert(AGE, age.clone()),
            None => response.headers_mut().remove(AGE),
        };
        let why = if report.was_stale { self.why_asked() } else { why };
        let detail = self.judge_fetched(&mut response);
        self.mark(
            &mut response,
            CacheStatus {
                forward_status: report.status.map(|status| status.as_u16()),
                stored: true,
                ttl: Some(ttl(stored.head.freshness.state(now))),
                key: Some(key),
                detail,
                ..self.forwarded(why)
            },
        );
        response
    }

    /// What was fetched for another request meanwhile.
    pub(super) fn serve_collapsed(
        &self,
        stored: &Stored,
        now: Timestamp,
        why: Forward,
        key: &str,
    ) -> Response<ResponseBody> {
        self.shared.answers.miss.increment(1);
        let mut response = answer(stored, (&self.request.method, &self.request.headers), now);
        let detail = self.judge_fetched(&mut response);
        self.mark(
            &mut response,
            CacheStatus {
                collapsed: true,
                ttl: Some(ttl(stored.head.freshness.state(now))),
                key: Some(key),
                detail,
                ..self.forwarded(why)
            },
        );
        response
    }

    /// What may not be stored, and is for this client alone. The conditions were taken out of the
    /// request, so they are judged here.
    pub(super) fn pass(
        &self,
        response: Response<ResponseBody>,
        report: &Report,
        why: Forward,
    ) -> Response<ResponseBody> {
        self.shared.answers.miss.increment(1);
        let (request, headers) = (&self.request.headers, response.headers());
        let asks = request.contains_key(IF_NONE_MATCH) || request.contains_key(IF_MODIFIED_SINCE);
        let has_it = asks
            && response.status() == StatusCode::OK
            && validation::client_has_it(request, headers, u64::MAX);
        let mut response = if has_it { without_body(response) } else { response };
        let why = if report.was_stale { self.why_asked() } else { why };
        self.mark(
            &mut response,
            CacheStatus {
                forward_status: report.status.map(|status| status.as_u16()),
                detail: report.refusal.map(Refusal::word),
                ..self.forwarded(why)
            },
        );
        response
    }

    pub(super) fn fail(&self, error: &LoadError<Failure>, why: Forward) -> Response<ResponseBody> {
        self.shared.answers.miss.increment(1);
        let status = match error {
            LoadError::Loader(failure) => match **failure {
                // One who may not serve what is stored says so (RFC 9111, section 5.2.2.2).
                Failure::Disconnected { is_stored: true } => StatusCode::GATEWAY_TIMEOUT,
                Failure::Disconnected { is_stored: false } => StatusCode::BAD_GATEWAY,
                Failure::Status(status) => status,
            },
            LoadError::TimedOut | LoadError::Elsewhere => StatusCode::GATEWAY_TIMEOUT,
            LoadError::Crowded => StatusCode::SERVICE_UNAVAILABLE,
            LoadError::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = refusal(status);
        if matches!(error, LoadError::Crowded) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        self.marked(response, self.forwarded(why))
    }

    /// What was made just now may be old as well, where the primary has been silent for too long: then
    /// it was made from a replica, and nobody can say how far behind that is. Gives the word for it.
    pub(super) fn judge_fetched(
        &self,
        response: &mut Response<ResponseBody>,
    ) -> Option<&'static str> {
        self.shared.is_fenced().then(|| {
            self.shorten(response);
            "fenced"
        })
    }

    /// A cache behind this one may not keep for long what is stale.
    fn shorten(&self, response: &mut Response<ResponseBody>) {
        let options = &self.shared.options;
        if let Some(longest) = options.stale_lifetime {
            shorten(response.headers_mut(), &options.targeted, longest);
        }
    }

    /// Why something that is stored was not enough.
    fn why_asked(&self) -> Forward {
        let is_particular =
            self.asked.no_cache || self.asked.max_age.is_some() || self.asked.min_fresh.is_some();
        if is_particular { Forward::Request } else { Forward::Stale }
    }

    pub(super) fn forwarded(&self, why: Forward) -> CacheStatus<'_> {
        CacheStatus::forwarded(self.shared.options.name, why)
    }

    fn is_told(&self) -> bool {
        self.shared.options.status_field == StatusField::Always
    }

    pub(super) fn marked(
        &self,
        mut response: Response<ResponseBody>,
        status: CacheStatus<'_>,
    ) -> Response<ResponseBody> {
        self.mark(&mut response, status);
        response
    }

    /// Says what was done, where that is told. Other caches may have said something before.
    pub(super) fn mark(&self, response: &mut Response<ResponseBody>, status: CacheStatus<'_>) {
        if self.is_told() {
            response.headers_mut().append(CACHE_STATUS, status.header_value());
        }
    }
}

fn ttl(state: State) -> i64 {
    match state {
        State::Fresh(left) => seconds(left),
        State::Stale(since) => -seconds(since),
    }
}
