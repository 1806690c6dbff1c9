//! What all clones of a response cache share, and its judgement on what is stored.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, counter};

use super::freshness::State;
use super::kept::{Kept, Responses};
use super::keyer::Keyer;
use super::options::{EarlyRefresh, Options};
use super::request::RequestDirectives;
use super::stored::Stored;
use crate::cache::{Cache, Found, Judge, Reuse};
use crate::clock::{Clock, Timestamp};
use crate::content_clock::{AsOf, Epoch, Standing};
use crate::entropy::Entropy;

/// What all clones share.
pub struct Shared {
    pub cache: Cache,
    pub options: Options,
    pub keyer: Box<dyn Keyer>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub answers: Answers,
    by_lifetime: Judge<Kept>,
}

/// How many answers were given, by outcome.
pub struct Answers {
    pub hit: Counter,
    pub stale: Counter,
    pub miss: Counter,
    pub bypass: Counter,
}

impl Answers {
    fn new() -> Self {
        let of = |outcome| counter!("masthead_cache_answers_total", "layer" => "http", "outcome" => outcome);
        Self { hit: of("hit"), stale: of("stale"), miss: of("miss"), bypass: of("bypass") }
    }
}

impl Shared {
    pub fn new(
        cache: Cache,
        options: Options,
        keyer: Box<dyn Keyer>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let by_lifetime = cache.judge_by_lifetime();
        Self { cache, options, keyer, clock, entropy, answers: Answers::new(), by_lifetime }
    }

    /// What may be done with an entry for a request with these directives.
    pub fn judge(&self, found: &Found<Kept>, asked: &RequestDirectives, now: Timestamp) -> Reuse {
        let stored = match &found.entry.value {
            Kept::Response(stored) => stored,
            Kept::Variants(_) if found.standing == Standing::Changed => return Reuse::No,
            Kept::Variants(_) => return Reuse::Fresh,
        };
        let state = stored.head.freshness.state(now);
        if stored.head.must_ask || asked.no_cache {
            return Reuse::No;
        }
        if found.standing == Standing::Changed {
            return self.on_error(stored, now);
        }
        let age = stored.head.freshness.age(now);
        if asked.accepts(age, state, stored.head.forbids_stale) {
            let may_be_early = self.options.early_refresh == EarlyRefresh::ByCost
                && matches!(state, State::Fresh(_));
            return if may_be_early { (self.by_lifetime)(found) } else { Reuse::Fresh };
        }
        let State::Stale(since) = state else { return Reuse::No };
        let is_particular = asked.max_age.is_some() || asked.min_fresh.is_some();
        if !is_particular && since < stored.head.freshness.stale_while_revalidate {
            return Reuse::Revalidate;
        }
        self.on_error(stored, now)
    }

    fn on_error(&self, stored: &Stored, now: Timestamp) -> Reuse {
        let allowed =
            stored.head.freshness.stale_if_error.max(self.stale_when_disconnected(stored));
        if is_stale_for_less_than(stored, allowed, now) { Reuse::OnError } else { Reuse::No }
    }

    /// How long a response may be served stale while the origin cannot be reached.
    pub fn stale_when_disconnected(&self, stored: &Stored) -> Duration {
        if stored.head.forbids_stale {
            Duration::ZERO
        } else {
            self.options.stale_when_disconnected
        }
    }

    /// What is certain to be in anything that is made from now on.
    pub fn as_of(&self) -> AsOf {
        let nothing = AsOf { epoch: Epoch(0), seq: 0 };
        self.cache.content_clock().tags.watermark().unwrap_or(nothing)
    }

    /// Whether the primary has been silent for too long: nobody can say how old it is what a replica
    /// gives.
    pub fn is_fenced(&self) -> bool {
        self.cache.content_clock().is_fenced()
    }

    /// Removes a key, in this process and for all instances.
    pub async fn remove(&self, key: &str) {
        self.cache.remove::<Responses>(key).await;
    }
}

/// Whether a response is fresh, or has been stale for less than `limit`.
pub fn is_stale_for_less_than(stored: &Stored, limit: Duration, now: Timestamp) -> bool {
    match stored.head.freshness.state(now) {
        State::Fresh(_) => true,
        State::Stale(since) => since < limit,
    }
}
