//! The courier: tells receivers what happened, at least once, and asks again until they say yes.
//!
//! Every instance has one. A delivery is claimed before it is tried, so one of them tries it; a claim lapses,
//! so that what a dead instance had in its hands is tried by another. A receiver may then be told twice:
//! the id of a delivery is the same in every attempt.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Request, StatusCode, header};
use metrics::counter;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::{Events, WaitingRoom, backoff, letter};
use crate::clock::{Clock, Timestamp};
use crate::db::deliveries::{Due, Ended, Letter};
use crate::db::{self, Database, Intent, Result, Snapshot};
use crate::domain::event::{PostEvent, TagEvent};
use crate::domain::webhook::DeliveryState;
use crate::domain::{DeliveryId, EventKind, PostId, TagId, Webhook};
use crate::entropy::Entropy;
use crate::http_client::{Answer, HttpClient};
use crate::services::assembly;

/// How many receivers are called at the same time.
const AT_ONCE: usize = 32;
/// How many calls to one host there are at the same time: one that is slow keeps places of its own.
const PER_HOST: usize = 4;
/// How many deliveries of one webhook are looked at.
const OF_EACH: i64 = 4;
/// How many deliveries are looked at.
const LOOKED_AT: i64 = 2000;
/// How long a claim lasts beyond the longest call: the database has to be asked before and told after it,
/// and the clocks of two instances differ a little.
const MARGIN: Duration = Duration::from_secs(10);
/// The most characters that are kept of why an attempt came to nothing.
const MOST_WORDS: usize = 200;

const SIGNATURE: HeaderName = HeaderName::from_static("x-ghost-signature");
const CONTENT_VERSION: HeaderName = HeaderName::from_static("content-version");
/// As the Standard Webhooks specification names them.
const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");

/// Tells receivers what happened. Clones are the same courier.
#[derive(Debug, Clone)]
pub struct Courier(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    db: Database,
    events: Events,
    waiting: WaitingRoom,
    http: HttpClient,
    /// How long a claim lasts.
    lease: Duration,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    under_way: Mutex<JoinSet<()>>,
    hosts: Arc<Mutex<HashMap<String, usize>>>,
}

/// What a look at what is due came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How many calls were begun.
    pub begun: usize,
    /// How much waits until it is shown, and may be told soon.
    pub waiting: usize,
}

/// A place for a call to a host, until it is dropped.
#[derive(Debug)]
struct Place {
    host: String,
    hosts: Arc<Mutex<HashMap<String, usize>>>,
}

/// A delivery that this instance tries.
#[derive(Debug)]
struct Claim {
    id: DeliveryId,
    until: Timestamp,
    /// By the stopwatch, before the claim was made.
    since: Duration,
    place: Place,
}

/// How an attempt went.
#[derive(Debug)]
struct Outcome {
    status: Option<u16>,
    error: Option<String>,
    /// How long the receiver wants to be left alone.
    retry_after: Option<Duration>,
}

impl Courier {
    /// A courier over a database. A call takes at most `timeout`, as the client sees to.
    #[must_use]
    pub fn new(
        db: Database,
        events: Events,
        waiting: WaitingRoom,
        http: HttpClient,
        timeout: Duration,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let (under_way, hosts) = (Mutex::default(), Arc::default());
        let lease = timeout + MARGIN;
        Self(Arc::new(Parts { db, events, waiting, http, lease, clock, entropy, under_way, hosts }))
    }

    /// Told when there may be something to tell.
    #[must_use]
    pub fn bell(&self) -> Arc<Notify> {
        self.0.events.bell()
    }

    /// Begins to tell what it is time to tell, as far as there are places for it. The calls go on behind it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn step(&self) -> Result<Step> {
        let places = AT_ONCE.saturating_sub(self.under_way());
        if places == 0 {
            return Ok(Step { begun: 0, waiting: 0 });
        }
        let now = self.0.clock.now();
        let mut snapshot = self.0.db.read(Intent::Primary).await?;
        let due = db::deliveries::due(&mut snapshot, now, OF_EACH, LOOKED_AT).await?;
        drop(snapshot);
        let all = due.len();
        let due = self.0.waiting.let_go(due).await;
        let waiting = all - due.len();
        let mut chosen: Vec<(Due, Place)> = due
            .into_iter()
            .filter_map(|due| Some((self.place(&due.target_url)?, due)))
            .map(|(place, due)| (due, place))
            .take(places)
            .collect();
        if chosen.is_empty() {
            return Ok(Step { begun: 0, waiting });
        }
        // Always in one order: two instances that claim the same wait for each other, and not in a ring.
        chosen.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        let since = self.0.clock.elapsed();
        let until = later(self.0.clock.now(), self.0.lease);
        let mut claims = Vec::new();
        let mut t = self.0.db.write().await?;
        for (due, place) in chosen {
            if db::deliveries::claim(&mut t, &due, until).await? {
                claims.push(Claim { id: due.id, until, since, place });
            }
        }
        t.commit().await?;
        let begun = claims.len();
        let mut under_way = locked(&self.0.under_way);
        for claim in claims {
            under_way.spawn(self.clone().attempt(claim));
        }
        Ok(Step { begun, waiting })
    }

    /// Waits for the calls that are under way.
    pub async fn finish(&self) {
        let under_way = std::mem::take(&mut *locked(&self.0.under_way));
        under_way.join_all().await;
    }

    /// How many deliveries are still to be told.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn pending(&self) -> Result<i64> {
        let mut snapshot = self.0.db.read(Intent::Primary).await?;
        db::deliveries::pending(&mut snapshot).await
    }

    /// How many calls are under way.
    fn under_way(&self) -> usize {
        let mut under_way = locked(&self.0.under_way);
        while let Some(ended) = under_way.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "a webhook's delivery did not end well");
            }
        }
        under_way.len()
    }

    /// A place for a call to the host of an address, if there is one.
    fn place(&self, url: &str) -> Option<Place> {
        let host = host(url);
        let mut hosts = locked(&self.0.hosts);
        let calls = hosts.entry(host.clone()).or_default();
        if *calls >= PER_HOST {
            return None;
        }
        *calls += 1;
        Some(Place { host, hosts: self.0.hosts.clone() })
    }

    async fn attempt(self, claim: Claim) {
        match self.letter(&claim.id).await {
            Ok(Some((letter, webhook, current))) => {
                // Whoever was held up for so long may not be the only one who has it.
                if self.0.clock.elapsed().saturating_sub(claim.since) < MARGIN / 2 {
                    self.tell(&claim, &letter, &webhook, current).await;
                }
            }
            Ok(None) => tracing::debug!(delivery = %claim.id, "nobody wants to be told any more"),
            Err(error) => {
                tracing::debug!(%error, delivery = %claim.id, "a webhook waits for the database");
            }
        }
        drop(claim);
        // There is a place now, for which somebody may have waited.
        self.0.events.wake();
    }

    /// What is to be told, to whom, and what it happened to, as it is now.
    async fn letter(
        &self,
        id: &DeliveryId,
    ) -> Result<Option<(Letter, Webhook, Option<serde_json::Value>)>> {
        let mut snapshot = self.0.db.read(Intent::Primary).await?;
        let Some((letter, webhook)) = db::deliveries::letter(&mut snapshot, id).await? else {
            return Ok(None);
        };
        let current = self.current(&mut snapshot, &letter).await?;
        Ok(Some((letter, webhook, current)))
    }

    async fn current(
        &self,
        snapshot: &mut Snapshot,
        letter: &Letter,
    ) -> Result<Option<serde_json::Value>> {
        let id = letter.subject_id.as_deref().unwrap_or_default();
        match letter.kind {
            EventKind::SiteChanged
            | EventKind::Post(_, PostEvent::Deleted)
            | EventKind::Tag(TagEvent::Deleted) => Ok(None),
            EventKind::Post(kind, _) => {
                let Ok(id) = id.parse::<PostId>() else { return Ok(None) };
                match db::posts::by_id(snapshot, &id).await? {
                    Some(post) if post.summary.kind == kind => {
                        let full = assembly::full(snapshot, post).await?;
                        Ok(Some(self.0.events.shape().post(&full)))
                    }
                    _ => Ok(None),
                }
            }
            EventKind::Tag(_) => {
                let Ok(id) = id.parse::<TagId>() else { return Ok(None) };
                let tag = db::tags::by_id(snapshot, &id).await?;
                Ok(tag.map(|tag| self.0.events.shape().tag(&tag)))
            }
        }
    }

    async fn tell(
        &self,
        claim: &Claim,
        letter: &Letter,
        webhook: &Webhook,
        current: Option<serde_json::Value>,
    ) {
        let now = self.0.clock.now();
        let outcome = match self.request(claim, letter, webhook, current, now) {
            Ok(request) => match self.0.http.tell(request).await {
                Ok(answer) => Outcome::of(&answer),
                Err(error) => Outcome::failed(&error),
            },
            Err(error) => Outcome::failed(&error),
        };
        fail_point!("before-delivery-noted");
        if let Err(error) = self.note(claim, letter, webhook, &outcome, now).await {
            tracing::warn!(%error, delivery = %claim.id, "a webhook may be told this once more");
        }
    }

    fn request(
        &self,
        claim: &Claim,
        letter: &Letter,
        webhook: &Webhook,
        current: Option<serde_json::Value>,
        now: Timestamp,
    ) -> http::Result<Request<Bytes>> {
        const AGENT: &str = concat!("Masthead/", env!("CARGO_PKG_VERSION"));
        let previous = serde_json::from_str(&letter.previous).unwrap_or_default();
        let body = letter::body(letter.kind, current, &previous);
        // A name in another script goes as the system of names has it.
        let target = url::Url::parse(&webhook.target_url);
        let target = target.as_ref().map_or(webhook.target_url.as_str(), url::Url::as_str);
        let mut request = Request::post(target)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, AGENT)
            .header(CONTENT_VERSION, self.0.events.shape().version())
            .header(WEBHOOK_ID, claim.id.as_str())
            .header(WEBHOOK_TIMESTAMP, now.as_seconds());
        if let Some(secret) = &webhook.secret {
            request = request.header(SIGNATURE, letter::signature(secret, &body, now));
        }
        request.body(Bytes::from(body))
    }

    /// Writes down how it went, says so in the log, and counts it.
    async fn note(
        &self,
        claim: &Claim,
        letter: &Letter,
        webhook: &Webhook,
        outcome: &Outcome,
        tried_at: Timestamp,
    ) -> Result<()> {
        let Outcome { status, error, retry_after } = outcome;
        let error = error.as_deref();
        let attempts = u32::try_from(letter.attempts).unwrap_or(u32::MAX);
        let wait = backoff::wait(attempts, *retry_after, self.0.entropy.next());
        let (state, outcome) = match (error, wait) {
            (None, _) => (DeliveryState::Delivered, "delivered"),
            (Some(_), _) if *status == Some(StatusCode::GONE.as_u16()) => {
                (DeliveryState::GivenUp, "gone")
            }
            (Some(_), Some(_)) => (DeliveryState::Pending, "failed"),
            (Some(_), None) => (DeliveryState::GivenUp, "given_up"),
        };
        counter!("masthead_webhook_deliveries_total", "outcome" => outcome).increment(1);
        let (id, host, kind) = (&webhook.id, &claim.place.host, letter.kind);
        match outcome {
            "delivered" => {
                tracing::debug!(webhook = %id, delivery = %claim.id, event = %kind, "told");
            }
            "gone" => {
                tracing::info!(webhook = %id, host, "removed a webhook: its receiver is gone (410)");
            }
            "failed" => tracing::info!(
                webhook = %id, delivery = %claim.id, event = %kind, host, attempts, error, ?wait,
                "a receiver could not be told; it is called again"
            ),
            _ => tracing::warn!(
                webhook = %id, delivery = %claim.id, event = %kind, host, attempts, error,
                "a receiver could not be told, and this is given up"
            ),
        }
        let mut t = self.0.db.write().await?;
        if outcome == "gone" {
            db::webhooks::remove(&mut t, id).await?;
        } else {
            let next_at = later(self.0.clock.now(), wait.unwrap_or_default());
            let ended = Ended { state, next_at, tried_at, status: *status, error };
            db::deliveries::ended(&mut t, &claim.id, claim.until, &ended).await?;
            db::webhooks::triggered(&mut t, id, tried_at, *status, error).await?;
        }
        t.commit().await
    }
}

impl Outcome {
    fn of(answer: &Answer) -> Self {
        let status = answer.status;
        let error = (!status.is_success()).then(|| format!("it answered {}", status.as_u16()));
        Self { status: Some(status.as_u16()), error, retry_after: answer.retry_after() }
    }

    fn failed(error: &impl std::fmt::Display) -> Self {
        let words =
            error.to_string().chars().filter(|c| !c.is_control()).take(MOST_WORDS).collect();
        Self { status: None, error: Some(words), retry_after: None }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut hosts = locked(&self.hosts);
        if let Some(calls) = hosts.get_mut(&self.host) {
            *calls = calls.saturating_sub(1);
            if *calls == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}

/// Whom an address calls: the host and the port.
fn host(url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else { return String::new() };
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

fn later(at: Timestamp, wait: Duration) -> Timestamp {
    Timestamp(at.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
}

/// What stands behind these locks is never half done: a panic elsewhere spoils nothing.
pub(super) fn locked<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
