//! The auditor: takes some of the answers that are kept, makes them anew, and counts those that
//! differ. Its figure has to stay 0.
//!
//! The content clock says when a difference counts. An answer made anew shows every change up to
//! some moment. A kept one that saw no more than that, and that is still called valid at that moment
//! or later, must be equal: no change in between concerns it. If it is not, the page was made from
//! something whose tag it does not carry, or a change left no tag: a fault of the program, whatever
//! the timing.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::http::{HeaderValue, Request, StatusCode, header};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use metrics::{Counter, counter};
use tower::ServiceExt as _;

use crate::cache::{Cache, Found};
use crate::content_clock::{AsOf, Standing, TagHash};
use crate::domain::CacheTag;
use crate::http_cache::{Kept, Responses, Stored};
use crate::services::reading::Seen;

/// How many answers an audit takes.
const SAMPLE: usize = 8;
/// An answer that is larger is not compared. The response cache keeps none of this size.
const LARGEST_BODY: usize = 8 << 20;
/// How often an answer is looked at whose moment is not clear yet, and how long to wait before that:
/// as long as this instance takes to hear of a change.
const LOOKS: usize = 4;
const PAUSE: Duration = Duration::from_millis(500);
/// So many addresses are remembered as told, lest the log repeats itself.
const TOLD: usize = 1000;

/// Compares what is kept with what would be made anew.
#[derive(Debug)]
pub struct Auditor {
    cache: Cache,
    /// The site, out of the database alone.
    anew: Router,
    told: Mutex<HashSet<String>>,
    checked: Counter,
    differing: Counter,
}

/// How an answer compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// What is kept is what would be made.
    Equal,
    /// It is not, and it counts as valid all the same.
    Differing,
    /// Nothing can be said: it has changed since, or there is nothing to compare it with.
    Unclear,
}

/// An answer as it is made anew.
struct Fresh {
    status: StatusCode,
    location: Option<HeaderValue>,
    body: Bytes,
    seen: Seen,
}

impl Auditor {
    /// An auditor of what this cache keeps; `anew` answers past every cache.
    pub fn new(cache: Cache, anew: Router) -> Self {
        Self {
            cache,
            anew,
            told: Mutex::default(),
            checked: counter!("masthead_audit_checked_total"),
            differing: counter!("masthead_audit_differing_total"),
        }
    }

    /// Audits a sample.
    pub async fn audit(&self) {
        for (target, found) in self.cache.sample::<Responses>(SAMPLE) {
            self.check(&target, &found).await;
        }
    }

    /// Audits what is kept for a target, which is its key. One that differs goes into the log, once,
    /// and out of the cache.
    pub async fn check(&self, target: &str, found: &Found<Kept>) -> Verdict {
        let Kept::Response(stored) = &found.entry.value else { return Verdict::Unclear };
        let mut verdict = Verdict::Unclear;
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let Some(fresh) = self.make(target).await else { break };
            if fresh.is(stored) {
                verdict = Verdict::Equal;
                break;
            }
            let Some(made_as_of) = fresh.seen.as_of() else { break };
            let Standing::Valid(valid_at) =
                self.cache.content_clock().standing(&found.entry.provenance)
            else {
                break;
            };
            if made_as_of.covers(found.entry.provenance.as_of) && valid_at.covers(made_as_of) {
                verdict = Verdict::Differing;
                self.tell(target, found, &fresh, made_as_of);
                self.cache.remove::<Responses>(target).await;
                break;
            }
        }
        if verdict != Verdict::Unclear {
            self.checked.increment(1);
        }
        verdict
    }

    /// The answer anew. `None` where the site fails, or has none of that kind.
    async fn make(&self, target: &str) -> Option<Fresh> {
        let request = Request::get(target).body(Body::empty()).ok()?;
        let Ok(answer) = self.anew.clone().oneshot(request).await;
        let (head, body) = answer.into_parts();
        if head.status.is_server_error() {
            return None;
        }
        let body = Limited::new(body, LARGEST_BODY).collect().await.ok()?.to_bytes();
        let location = head.headers.get(header::LOCATION).cloned();
        let seen = head.extensions.get::<Seen>().cloned()?;
        Some(Fresh { status: head.status, location, body, seen })
    }

    fn tell(&self, target: &str, found: &Found<Kept>, fresh: &Fresh, made_as_of: AsOf) {
        self.differing.increment(1);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD || !told.insert(target.to_owned()) {
            return;
        }
        let carried = found.entry.provenance.tags.hashes();
        let (has, lacks): (Vec<&str>, Vec<&str>) = fresh
            .seen
            .tags()
            .map(CacheTag::as_str)
            .partition(|tag| carried.binary_search(&TagHash::of(tag)).is_ok());
        tracing::error!(
            url = target,
            kept_as_of = found.entry.provenance.as_of.seq,
            made_as_of = made_as_of.seq,
            tags = has.join(" "),
            tags_it_lacks = lacks.join(" "),
            "a cached answer is not what would be made anew, and counts as valid: this is a fault of \
             Masthead"
        );
    }
}

impl Fresh {
    fn is(&self, stored: &Stored) -> bool {
        self.status == stored.head.status
            && self.location.as_ref() == stored.head.headers.get(header::LOCATION)
            && self.body == stored.body
    }
}
