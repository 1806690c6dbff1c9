//! The purger: walks the change log behind its cursors and tells the CDN what has changed, until it
//! says yes.
//!
//! A change is purged when no instance can give the old answer as a fresh one any more: each has
//! reported the change, or is fenced by now. Then once more, after the longest time that an answer
//! may take to leave. A cursor moves only after the yes, so a restart, a CDN that is down and a lost
//! answer cost a repetition and nothing else.

mod backoff;
mod delay;
mod lag;
mod token_bucket;
mod work;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use metrics::{counter, gauge, histogram};
use tokio::sync::Mutex;

use self::backoff::Backoff;
use self::delay::Delay;
use self::lag::Lag;
use self::token_bucket::TokenBucket;
use self::work::Work;
use super::{Batch, LogError, Provider, PurgeError, PurgeLog, Rate, Round, Standing};
use crate::clock::Clock;
use crate::content_clock::{AsOf, Epoch};
use crate::entropy::Entropy;

/// A step makes no further call after this time, so that whoever stops the instance need not wait
/// until a slow provider has been told everything.
const LONGEST_STEP: Duration = Duration::from_secs(5);

/// The waits of the purger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// After this time an instance that did not report a change calls what it has stale: the limit of
    /// its fence.
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
    lag: Lag,
    /// Up to which change the CDN has been told, its tiers included.
    purged: ArcSwapOption<AsOf>,
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
    /// When the step at hand began, on the stopwatch.
    began: Duration,
    /// The database did not answer the last time.
    is_lost: bool,
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
            began: Duration::ZERO,
            is_lost: false,
        };
        let (state, lag) = (Mutex::new(state), Lag::none());
        let (purged, settled) = (ArcSwapOption::empty(), ArcSwapOption::empty());
        Self { provider, log, clock, entropy, state, lag, purged, settled }
    }

    /// How long purges have been behind the content clock; zero where they keep up.
    pub fn lag(&self) -> Duration {
        self.lag.at(self.clock.elapsed())
    }

    /// Up to which change the CDN has been told, its tiers of caches included, as of the last step: it
    /// shows the change, unless it was given the old answer while it was told.
    pub fn purged(&self) -> Option<AsOf> {
        self.purged.load().as_deref().copied()
    }

    /// Up to which change all rounds are over, as of the last step: from here on the CDN shows it to
    /// everybody, and whoever made it need not pass the CDN by any more.
    pub fn settled(&self) -> Option<AsOf> {
        self.settled.load().as_deref().copied()
    }

    /// Does what there is to do now. It is meant to be called several times a second.
    pub async fn step(&self) -> Outcome {
        let mut state = self.state.lock().await;
        state.began = self.clock.elapsed();
        let outcome = self.try_step(&mut state).await.unwrap_or_else(|error| {
            if !state.is_lost {
                tracing::warn!(%error, "the purger cannot read or write the database");
            }
            // Nobody knows what waits.
            self.lag.begin(self.clock.elapsed());
            state.is_lost = true;
            Outcome::Failed
        });
        gauge!("masthead_cdn_purge_lag_seconds").set(self.lag().as_secs_f64());
        outcome
    }

    async fn try_step(&self, state: &mut State) -> Result<Outcome, LogError> {
        let leads = self.log.leads().await?;
        let standing = self.log.standing().await?;
        state.is_lost = false;
        if state.epoch != Some(standing.clock.epoch) {
            state.begin(standing.clock.epoch);
            self.lag.forget();
        }
        state.seen.reach(standing.clock.seq, self.clock.elapsed());
        let mut cursor = standing.cursors.get(&Round::First).copied();
        self.watch(&standing, cursor);
        if !leads {
            return Ok(Outcome::Follows);
        }
        let wait = state.backoff.remaining(self.clock.elapsed());
        if !wait.is_zero() {
            return Ok(Outcome::Waits(wait));
        }
        let ready = state.seen.passed(self.clock.elapsed()).max(standing.reported_by_all);
        let first = self.round(state, Round::First, &mut cursor, ready, &standing).await?;
        self.watch(&standing, cursor);
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
        let (log, limits) = (self.log.as_ref(), self.provider.limits());
        while let Some(mut work) = Work::next(log, limits, *cursor, ready, standing).await? {
            if state.is_refused {
                work = work.of_everything();
            }
            let outcome = self.purge(state, round, &work).await;
            if outcome != Outcome::Done {
                return Ok(outcome);
            }
            fail_point!("before-purge-cursor");
            self.log.advance(round, work.to).await?;
            state.acknowledged.clear();
            state.is_refused = false;
            *cursor = Some(work.to);
        }
        Ok(Outcome::Done)
    }

    /// Tells the provider, in as many calls as it takes.
    async fn purge(&self, state: &mut State, round: Round, work: &Work) -> Outcome {
        for batch in work.batches(round, self.provider.limits()) {
            if state.acknowledged.contains(&batch.key) {
                continue;
            }
            let began = self.clock.elapsed();
            if began.saturating_sub(state.began) > LONGEST_STEP {
                return Outcome::Waits(Duration::ZERO);
            }
            if let Err(wait) = state.calls.take(began) {
                return Outcome::Waits(wait);
            }
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

    /// Notes how far behind the purges are, and up to where they are over.
    fn watch(&self, standing: &Standing, cursor: Option<AsOf>) {
        let clock = standing.clock;
        self.lag.watch(clock, cursor, self.clock.elapsed());
        let tiers = standing.cursors.get(&Round::Tiers).copied();
        let purged = if self.provider.limits().tier_gap.is_some() { tiers } else { cursor };
        self.purged.store(purged.map(Arc::new));
        self.settled.store(standing.cursors.get(&Round::Settled).copied().map(Arc::new));
        let reached = cursor.filter(|cursor| cursor.epoch == clock.epoch).map_or(0, |c| c.seq);
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        gauge!("masthead_cdn_purge_lag_changes").set(clock.seq.saturating_sub(reached) as f64);
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
    }
}

#[cfg(test)]
mod tests;
