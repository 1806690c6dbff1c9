//! The auditor: takes some of the answers that are kept, makes them anew, and counts those that
//! differ. Its figure has to stay 0.
//!
//! The content clock says when a difference counts. An answer made anew may show changes that have no
//! number yet, so a pass is made behind it: from there on they have. A kept answer that is still
//! called valid then, and that had seen no more than the new one, must be equal: no change in between
//! concerns it. If it is not, the page was made from something whose tag it does not carry, or a
//! change left no tag: a fault of the program, whatever the timing.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use ::http::{HeaderValue, Request, StatusCode, header};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use metrics::{Counter, counter};
use tower::ServiceExt as _;

use crate::cache::{Cache, Found};
use crate::content_clock::{Stamper, Standing, TagHash};
use crate::domain::CacheTag;
use crate::http_cache::{Kept, Responses, Stored};
use crate::services::reading::Seen;

/// How many answers an audit takes.
const SAMPLE: usize = 8;
/// An answer that is larger is not compared. The response cache keeps none of this size.
const LARGEST_BODY: usize = 8 << 20;
/// So many addresses are remembered as told, lest the log repeats itself.
const TOLD: usize = 1000;

/// Compares what is kept with what would be made anew.
#[derive(Debug)]
pub struct Auditor {
    cache: Cache,
    /// The site, out of the database alone.
    anew: Router,
    stamper: Stamper,
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
    pub fn new(cache: Cache, anew: Router, stamper: Stamper) -> Self {
        Self {
            cache,
            anew,
            stamper,
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
        let Some(fresh) = self.make(target).await else { return Verdict::Unclear };
        if fresh.is(stored) {
            self.checked.increment(1);
            return Verdict::Equal;
        }
        if !self.must_equal(found, &fresh).await {
            return Verdict::Unclear;
        }
        self.checked.increment(1);
        self.differing.increment(1);
        self.tell(target, found, &fresh);
        self.cache.remove::<Responses>(target).await;
        Verdict::Differing
    }

    /// Whether nothing that concerns what is kept lies between it and the answer made anew.
    async fn must_equal(&self, found: &Found<Kept>, fresh: &Fresh) -> bool {
        let kept = &found.entry.provenance;
        let Ok(now) = self.stamper.settle().await else { return false };
        let standing = self.cache.content_clock().standing(kept);
        fresh.seen.as_of().is_some_and(|made| made.covers(kept.as_of))
            && matches!(standing, Standing::Valid(at) if at.covers(now))
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

    fn tell(&self, target: &str, found: &Found<Kept>, fresh: &Fresh) {
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
            made_as_of = fresh.seen.as_of().map(|made| made.seq),
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
