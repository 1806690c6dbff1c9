//! The purger: walks the change log behind its cursors and tells the CDN what has changed, until it
//! says yes.
//!
//! A change is purged when no instance can give the old answer as a fresh one any more: each has
//! reported the change, or is fenced by now. Then once more, after the longest time that an answer
//! may take to leave. A cursor moves only after the yes, so a restart, a CDN that is down and a lost
//! answer cost a repetition and nothing else.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use data_encoding::HEXLOWER;
use metrics::{counter, gauge, histogram};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::backoff::Backoff;
use super::delay::Delay;
use super::tags::{ALL, joined, to_purge};
use super::token_bucket::TokenBucket;
use super::{Batch, Change, LogError, Provider, PurgeError, PurgeLog, Rate, Round, Standing};
use crate::clock::Clock;
use crate::content_clock::{AsOf, Epoch};
use crate::entropy::Entropy;

/// The most rows of the log that are read at once.
const MOST_ROWS: usize = 1000;

/// Beyond this many tags of one change everything is purged: that is sooner done.
const MOST_TAGS: usize = 2000;

/// The waits of the purger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// After this time an instance that did not report a change calls what it has stale: the limit of
    /// its fence, with a margin for the network.
    pub fence: Duration,
    /// The longest time that an answer may take to leave.
    pub settle: Duration,
    /// How many calls there may be, in place of what the provider's limits say.
    pub calls: Option<Rate>,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to purge, or it was purged.
    Done,
    /// Another instance purges.
    Follows,
    /// There is something to purge, after this time.
    Waits(Duration),
    /// The provider or the database failed; the log says how.
    Failed,
}

/// Purges what changes. Every instance has one; one of them leads.
#[derive(Debug)]
pub struct Purger {
    provider: Arc<dyn Provider>,
    log: Arc<dyn PurgeLog>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    state: Mutex<State>,
    /// Since when a change waits, in microseconds on the stopwatch; `u64::MAX` where none does.
    waiting_since: AtomicU64,
    /// Up to which change everything is done.
    settled: ArcSwapOption<AsOf>,
}

#[derive(Debug)]
struct State {
    /// The epoch that everything below counts in.
    epoch: Option<Epoch>,
    /// The content clock, as it was a fence ago.
    seen: Delay,
    /// The cursor of the first round, as it was some time ago: what the later rounds may purge.
    later: Vec<(Round, Delay)>,
    calls: TokenBucket,
    backoff: Backoff,
    /// The batches of the work at hand that were acknowledged already.
    acknowledged: HashSet<String>,
    /// The provider refuses the tags of the work at hand: purge everything instead.
    is_refused: bool,
    /// The number that the first round had not reached when it was last looked at.
    awaited: Option<u64>,
}

/// What is to be purged, up to and with a change.
#[derive(Debug)]
struct Work {
    to: AsOf,
    tags: BTreeSet<String>,
    soft: bool,
}

impl Purger {
    /// A purger that has done nothing yet.
    pub fn new(
        provider: Arc<dyn Provider>,
        log: Arc<dyn PurgeLog>,
        timing: Timing,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let limits = provider.limits();
        let tiers = limits.tier_gap.map(|gap| (Round::Tiers, Delay::of(gap)));
        let state = State {
            epoch: None,
            seen: Delay::of(timing.fence),
            later: tiers.into_iter().chain([(Round::Settled, Delay::of(timing.settle))]).collect(),
            calls: TokenBucket::full(timing.calls.unwrap_or(limits.calls), clock.elapsed()),
            backoff: Backoff::default(),
            acknowledged: HashSet::new(),
            is_refused: false,
            awaited: None,
        };
        let waiting_since = AtomicU64::new(u64::MAX);
        let settled = ArcSwapOption::empty();
        Self { provider, log, clock, entropy, state: Mutex::new(state), waiting_since, settled }
    }

    /// How long purges have been behind the content clock; zero where they keep up.
    pub fn lag(&self) -> Duration {
        match self.waiting_since.load(Ordering::Relaxed) {
            u64::MAX => Duration::ZERO,
            since => self.clock.elapsed().saturating_sub(Duration::from_micros(since)),
        }
    }

    /// Up to which change all rounds are over, as of the last step: from here on the CDN shows it to
    /// everybody, and whoever made it need not pass the CDN by any more.
    pub fn settled(&self) -> Option<AsOf> {
        self.settled.load().as_deref().copied()
    }

    /// Does what there is to do now. It is meant to be called several times a second.
    pub async fn step(&self) -> Outcome {
        let mut state = self.state.lock().await;
        let outcome = match self.try_step(&mut state).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(%error, "the purger cannot read or write the database");
                // Nobody knows what waits.
                self.wait_from_now();
                Outcome::Failed
            }
        };
        gauge!("masthead_cdn_purge_lag_seconds").set(self.lag().as_secs_f64());
        outcome
    }

    async fn try_step(&self, state: &mut State) -> Result<Outcome, LogError> {
        let leads = self.log.try_lead().await?;
        let standing = self.log.standing().await?;
        if state.epoch != Some(standing.clock.epoch) {
            state.begin(standing.clock.epoch);
        }
        state.seen.reach(standing.clock.seq, self.clock.elapsed());
        let mut cursor = standing.cursors.get(&Round::First).copied();
        self.watch(state, &standing, cursor);
        if !leads {
            return Ok(Outcome::Follows);
        }
        let wait = state.backoff.remaining(self.clock.elapsed());
        if !wait.is_zero() {
            return Ok(Outcome::Waits(wait));
        }
        let ready = state.seen.passed(self.clock.elapsed()).max(standing.reported_by_all);
        let first = self.round(state, Round::First, &mut cursor, ready, &standing).await?;
        self.watch(state, &standing, cursor);
        if first != Outcome::Done {
            return Ok(first);
        }
        for index in 0..state.later.len() {
            let now = self.clock.elapsed();
            let (round, delay) = &mut state.later[index];
            let round = *round;
            if let Some(cursor) = cursor.filter(|cursor| cursor.epoch == standing.clock.epoch) {
                delay.reach(cursor.seq, now);
            }
            let ready = delay.passed(now);
            let mut cursor = standing.cursors.get(&round).copied();
            let outcome = self.round(state, round, &mut cursor, ready, &standing).await?;
            if outcome != Outcome::Done {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Done)
    }

    /// Purges all that is ready in a round.
    async fn round(
        &self,
        state: &mut State,
        round: Round,
        cursor: &mut Option<AsOf>,
        ready: Option<u64>,
        standing: &Standing,
    ) -> Result<Outcome, LogError> {
        let Some(ready) = ready.map(|seq| seq.min(standing.clock.seq)) else {
            return Ok(Outcome::Done);
        };
        while let Some(work) = self.next_work(*cursor, ready, standing).await? {
            let outcome = self.purge(state, round, &work).await;
            if outcome != Outcome::Done {
                return Ok(outcome);
            }
            self.log.advance(round, work.to).await?;
            state.acknowledged.clear();
            state.is_refused = false;
            *cursor = Some(work.to);
        }
        Ok(Outcome::Done)
    }

    /// What comes behind a cursor: as many changes as one call can tell of, or a single larger one.
    async fn next_work(
        &self,
        cursor: Option<AsOf>,
        ready: u64,
        standing: &Standing,
    ) -> Result<Option<Work>, LogError> {
        let epoch = standing.clock.epoch;
        let is_known = |c: &AsOf| c.epoch == epoch && c.seq >= standing.kept_behind;
        let Some(cursor) = cursor.filter(is_known) else {
            // Another epoch, or changes that nobody can name any more. What the CDN holds may never
            // have been, so none of it is served again.
            let tags = BTreeSet::from([ALL.to_owned()]);
            return Ok(Some(Work { to: AsOf { epoch, seq: ready }, tags, soft: false }));
        };
        if ready <= cursor.seq {
            return Ok(None);
        }
        let mut changes = self.log.changes(cursor.seq, ready, MOST_ROWS).await?;
        let mut end = ready;
        if changes.len() >= MOST_ROWS {
            // The last number may have more rows than these: it is for the next time, or too large.
            let last = changes.last().map_or(ready, |change| change.seq);
            changes.retain(|change| change.seq != last);
            if changes.is_empty() {
                changes.push(Change { seq: last, tags: ALL.to_owned() });
                end = last;
            } else {
                end = last - 1;
            }
        }
        let (seq, mut tags) = self.fill_a_call(&changes, end);
        if tags.len() > MOST_TAGS {
            tags = BTreeSet::from([ALL.to_owned()]);
        }
        Ok(Some(Work { to: AsOf { epoch, seq }, tags, soft: true }))
    }

    /// The tags of the changes that fit into one call, at least those of the first number, and up to
    /// which number that is.
    fn fill_a_call(&self, changes: &[Change], end: u64) -> (u64, BTreeSet<String>) {
        let limits = self.provider.limits();
        let mut tags = BTreeSet::new();
        let mut reached = None;
        for change in changes.chunk_by(|one, other| one.seq == other.seq) {
            let names = change.iter().flat_map(|row| row.tags.split_ascii_whitespace());
            let sum = joined(&tags, to_purge(names));
            let fits = sum.len() <= limits.tags && bytes(&sum) <= limits.bytes;
            if !fits && let Some(reached) = reached {
                return (reached, tags);
            }
            tags = sum;
            reached = change.first().map(|row| row.seq);
        }
        (end, tags)
    }

    /// Tells the provider, in as many calls as it takes.
    async fn purge(&self, state: &mut State, round: Round, work: &Work) -> Outcome {
        let everything = BTreeSet::from([ALL.to_owned()]);
        let tags = if state.is_refused { &everything } else { &work.tags };
        for batch in self.batches(round, work, tags) {
            if state.acknowledged.contains(&batch.key) {
                continue;
            }
            if let Err(wait) = state.calls.take(self.clock.elapsed()) {
                return Outcome::Waits(wait);
            }
            let began = self.clock.elapsed();
            let answer = self.provider.purge(&batch).await;
            let now = self.clock.elapsed();
            self.count(round, &batch, &answer, now.saturating_sub(began));
            match answer {
                Ok(()) => {
                    state.backoff.succeed();
                    state.acknowledged.insert(batch.key);
                }
                Err(error) => {
                    let after = match &error {
                        PurgeError::NotNow { after, .. } => *after,
                        PurgeError::Refused { .. } => {
                            state.is_refused = true;
                            None
                        }
                    };
                    state.backoff.fail(now, after, self.entropy.as_ref());
                    tracing::warn!(
                        provider = self.provider.name(),
                        round = round.as_str(),
                        up_to = %batch.at,
                        tags = batch.tags.len(),
                        again_in = ?state.backoff.remaining(now),
                        %error,
                        "a purge was not acknowledged"
                    );
                    return Outcome::Failed;
                }
            }
        }
        Outcome::Done
    }

    /// The calls for some tags, each within the limits.
    fn batches(&self, round: Round, work: &Work, tags: &BTreeSet<String>) -> Vec<Batch> {
        let limits = self.provider.limits();
        let mut lists: Vec<Vec<String>> = Vec::new();
        let mut length = 0;
        for tag in tags {
            let fits =
                |list: &Vec<String>| list.len() < limits.tags && length + tag.len() < limits.bytes;
            if let Some(list) = lists.last_mut().filter(|list| fits(list)) {
                length += tag.len() + 1;
                list.push(tag.clone());
            } else {
                length = tag.len() + 1;
                lists.push(vec![tag.clone()]);
            }
        }
        let batch = |tags: Vec<String>| Batch {
            key: key(round, work, &tags),
            at: work.to,
            soft: work.soft,
            tags,
        };
        lists.into_iter().map(batch).collect()
    }

    /// Sees whether a change waits to be purged, and since when.
    fn watch(&self, state: &mut State, standing: &Standing, cursor: Option<AsOf>) {
        let clock = standing.clock;
        self.settled.store(standing.cursors.get(&Round::Settled).copied().map(Arc::new));
        let reached = cursor.filter(|c| c.epoch == clock.epoch).map(|c| c.seq);
        let behind = clock.seq.saturating_sub(reached.unwrap_or(0));
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        gauge!("masthead_cdn_purge_lag_changes").set(behind as f64);
        if reached.is_some_and(|reached| reached >= clock.seq) {
            state.awaited = None;
            self.waiting_since.store(u64::MAX, Ordering::Relaxed);
        } else if state.awaited.is_none_or(|awaited| reached.is_some_and(|r| r >= awaited)) {
            // What was waited for has come; now it is for this one.
            state.awaited = Some(clock.seq);
            self.waiting_since.store(u64::MAX, Ordering::Relaxed);
            self.wait_from_now();
        }
    }

    /// Something waits from now on, where nothing did.
    fn wait_from_now(&self) {
        let now = u64::try_from(self.clock.elapsed().as_micros()).unwrap_or(u64::MAX - 1);
        let (none, order) = (u64::MAX, Ordering::Relaxed);
        let _ = self.waiting_since.compare_exchange(none, now, order, order);
    }

    fn count(&self, round: Round, batch: &Batch, answer: &Result<(), PurgeError>, took: Duration) {
        let (provider, round) = (self.provider.name(), round.as_str());
        let outcome = match answer {
            Ok(()) => "acknowledged",
            Err(PurgeError::NotNow { .. }) => "failed",
            Err(PurgeError::Refused { .. }) => "refused",
        };
        counter!("masthead_cdn_purges_total", "provider" => provider, "round" => round, "outcome" => outcome)
            .increment(1);
        counter!("masthead_cdn_purged_tags_total", "provider" => provider, "round" => round, "outcome" => outcome)
            .increment(batch.tags.len() as u64);
        histogram!("masthead_cdn_purge_seconds", "provider" => provider, "outcome" => outcome)
            .record(took.as_secs_f64());
    }
}

impl State {
    /// Another epoch: no number of the last one means anything.
    fn begin(&mut self, epoch: Epoch) {
        self.epoch = Some(epoch);
        self.seen.clear();
        for (_, delay) in &mut self.later {
            delay.clear();
        }
        self.acknowledged.clear();
        self.is_refused = false;
        self.awaited = None;
    }
}

/// The bytes of some tags, with what separates them.
fn bytes(tags: &BTreeSet<String>) -> usize {
    tags.iter().map(|tag| tag.len() + 1).sum()
}

/// Names a batch by what it is: the same for a repetition, another for everything else.
fn key(round: Round, work: &Work, tags: &[String]) -> String {
    let words = format!("{} {} {} {}", round.as_str(), work.to, work.soft, tags.join(" "));
    HEXLOWER.encode(&Sha256::digest(words)[..16])
}

#[cfg(test)]
mod tests;
