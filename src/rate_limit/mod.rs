//! How often somebody may ask: counted by each instance, and by all of them together in Redis.
//!
//! A request is decided on by what this instance knows, and never waits for Redis: whoever is counted
//! costs a hit four reads of memory. What was let through is told to Redis a moment later
//! ([`settle`](RateLimits::settle)), and its answer says how much the others let through. So the
//! limit is shared, and a little late.
//!
//! **What is let through beyond a limit.** An instance knows what the others did up to its last
//! settling, at most [`DELAY`] and one answer of Redis ago. With `k` instances, somebody gets through at
//! most what `k - 1` of them let pass in that time, and never more than `k` times the quota at once.
//! All of it is counted, and has to be waited for afterwards: over a longer time it is the rate that was
//! set.
//!
//! **Without Redis** the limits stand. An instance that is not answered counts by itself and lets through
//! its share: the quota divided by the instances that the database knows to be alive. So all of them
//! together let through no more than before, and somebody who always comes to the same one gets less than
//! before: it fails closed. Nothing is waited for but by the task that settles; so there is no breaker
//! before it either.
//!
//! **Memory** is bounded, and what is counted is never forgotten to make room: see [`sketch`].
//!
//! The arithmetic is in [`quota`], one limit in [`limit`], Redis in [`shared`] and `settle.lua`.

mod limit;
mod quota;
mod shared;
mod sketch;
mod subject;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use metrics::{Counter, Gauge, counter, gauge};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::entropy::Entropy;

pub use quota::{Quota, Standing};
pub use shared::{InvalidRedisUrl, Shared, SharedSettings};
pub use subject::Subject;

use limit::Limit;

/// How long after a request it is told to Redis, with all that came meanwhile.
pub const DELAY: Duration = Duration::from_millis(50);
/// How long a Redis that did not answer is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// By what somebody is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The address that they come from.
    Address,
    /// The content key that they bring along.
    ContentKey,
    /// The admin key that they sign with.
    AdminKey,
    /// The address, where what they brought along was no key.
    Failures,
}

/// What is allowed; `None` is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// From one address.
    pub address: Option<Quota>,
    /// With one content key.
    pub content_key: Option<Quota>,
    /// With one admin key.
    pub admin_key: Option<Quota>,
    /// From one address, with what is no key.
    pub failures: Option<Quota>,
}

/// The limits. Clones share what was counted.
#[derive(Clone)]
pub struct RateLimits(Arc<Parts>);

struct Parts {
    /// In the order of [`By`].
    limits: [Option<Limit>; 4],
    clock: Arc<dyn Clock>,
    shared: Option<Shared>,
    /// Whether Redis answered when it was last asked.
    is_shared: AtomicBool,
    /// Until when Redis is left alone, in microseconds of the stopwatch.
    paused_until: AtomicU64,
    /// How many instances are alive.
    instances: AtomicU32,
    /// Something is to be told to Redis.
    woken: Notify,
    figures: Figures,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Address, Self::ContentKey, Self::AdminKey, Self::Failures];

    /// As it is called in metrics, in headers, and in Redis.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::ContentKey => "content_key",
            Self::AdminKey => "admin_key",
            Self::Failures => "failures",
        }
    }
}

impl RateLimits {
    /// Limits by these quotas, which count together where there is a Redis. `entropy` keeps anybody from
    /// choosing with whom they are counted.
    #[must_use]
    pub fn new(
        quotas: Quotas,
        shared: Option<Shared>,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Self {
        let Quotas { address, content_key, admin_key, failures } = quotas;
        let limits = [address, content_key, admin_key, failures];
        let limits = limits.map(|quota| quota.map(|quota| Limit::new(quota, entropy)));
        let parts = Parts {
            limits,
            clock,
            shared,
            is_shared: AtomicBool::new(false),
            paused_until: AtomicU64::new(0),
            instances: AtomicU32::new(1),
            woken: Notify::new(),
            figures: Figures::registered(),
        };
        Self(Arc::new(parts))
    }

    /// Counts somebody, if they may ask. `None` where nobody is counted by that.
    #[must_use]
    pub fn admit(&self, by: By, subject: &Subject) -> Option<Standing> {
        let limit = self.limit(by)?;
        let standing = limit.admit(subject, self.now(), self.share());
        if standing.is_admitted {
            self.tell(limit, subject, 1);
        } else {
            self.refused(by);
        }
        Some(standing)
    }

    /// How somebody stands, without counting them.
    #[must_use]
    pub fn standing(&self, by: By, subject: &Subject) -> Option<Standing> {
        let limit = self.limit(by)?;
        let standing = limit.standing(subject, self.now(), self.share());
        if !standing.is_admitted {
            self.refused(by);
        }
        Some(standing)
    }

    /// Counts somebody, whether they might or not.
    pub fn count(&self, by: By, subject: &Subject) {
        let Some(limit) = self.limit(by) else { return };
        limit.add(subject, self.now(), self.share());
        self.tell(limit, subject, 1);
    }

    /// Forgets what was counted for somebody.
    pub fn forget(&self, by: By, subject: &Subject) {
        let Some(limit) = self.limit(by) else { return };
        if limit.forget(subject, self.now()) {
            self.tell(limit, subject, limit::FORGET);
        }
    }

    /// How many instances there are: each lets through its share while Redis is away.
    pub fn among(&self, instances: u32) {
        self.0.instances.store(instances.max(1), Ordering::Relaxed);
    }

    /// Whether Redis answered when it was last told something, so that all count together.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.0.is_shared.load(Ordering::Relaxed)
    }

    /// Tells Redis what was let through, for as long as there is something to tell.
    pub async fn keep_settled(self) {
        loop {
            self.0.woken.notified().await;
            tokio::time::sleep(DELAY).await;
            self.settle().await;
        }
    }

    /// Tells Redis what was let through since the last time, and hears what all let through together.
    pub async fn settle(&self) {
        let Some(shared) = &self.0.shared else { return };
        for by in By::ALL {
            let Some(limit) = self.limit(by) else { continue };
            let told = limit.take();
            // Redis hears nothing of what was let through without it: nobody is to wait for hours
            // because it was away for hours. What this instance counted stands.
            if told.is_empty() || self.now() < self.0.paused_until.load(Ordering::Relaxed) {
                continue;
            }
            for told in told.chunks(Shared::MOST) {
                let asked_at = self.now();
                let answer = shared.settle(by.name(), limit.quota(), told).await;
                self.heard(answer.is_some());
                let Some(debts) = answer else { break };
                for ((subject, _), debt) in told.iter().zip(debts) {
                    limit.raise(subject, asked_at, debt);
                }
            }
        }
    }

    fn limit(&self, by: By) -> Option<&Limit> {
        self.0.limits[by as usize].as_ref()
    }

    /// Microseconds of the stopwatch.
    fn now(&self) -> u64 {
        u64::try_from(self.0.clock.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// How many share a quota without knowing of each other.
    fn share(&self) -> u32 {
        if self.0.is_shared.load(Ordering::Relaxed) {
            1
        } else {
            self.0.instances.load(Ordering::Relaxed)
        }
    }

    fn tell(&self, limit: &Limit, subject: &Subject, count: i32) {
        if self.0.shared.is_some() && limit.tell(subject, count) {
            self.0.woken.notify_one();
        }
    }

    fn refused(&self, by: By) {
        self.0.figures.limited[by as usize].increment(1);
    }

    /// Notes whether Redis answered.
    fn heard(&self, is_shared: bool) {
        let was = self.0.is_shared.swap(is_shared, Ordering::Relaxed);
        self.0.figures.is_shared.set(if is_shared { 1.0 } else { 0.0 });
        if is_shared {
            if !was {
                tracing::info!("the instances count together how often somebody asks");
            }
            return;
        }
        let pause = u64::try_from(PAUSE.as_micros()).unwrap_or(u64::MAX);
        self.0.paused_until.store(self.now().saturating_add(pause), Ordering::Relaxed);
        self.0.figures.failures.increment(1);
        if was {
            tracing::warn!(
                "Redis does not answer; this instance counts by itself, up to its share"
            );
        }
    }
}

impl std::fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shared = self.0.is_shared.load(Ordering::Relaxed);
        f.debug_struct("RateLimits").field("is_shared", &shared).finish_non_exhaustive()
    }
}

/// What is measured.
struct Figures {
    /// In the order of [`By`].
    limited: [Counter; 4],
    is_shared: Gauge,
    failures: Counter,
}

impl Figures {
    fn registered() -> Self {
        let limited = By::ALL.map(|by| counter!("masthead_rate_limited_total", "by" => by.name()));
        let is_shared = gauge!("masthead_rate_limit_shared");
        is_shared.set(0.0);
        let failures = counter!("masthead_rate_limit_redis_failures_total");
        Self { limited, is_shared, failures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, Timestamp};
    use crate::entropy::CountingEntropy;

    const TEN_A_MINUTE: Option<Quota> = Quota::of(10, Duration::from_mins(1));

    fn limits() -> (RateLimits, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Timestamp(0)));
        let quotas = Quotas { address: TEN_A_MINUTE, failures: TEN_A_MINUTE, ..Quotas::default() };
        let limits = RateLimits::new(quotas, None, clock.clone(), &CountingEntropy::from(1));
        (limits, clock)
    }

    fn address(text: &str) -> Subject {
        Subject::of_address(text.parse().unwrap())
    }

    /// How many of so many get through.
    fn passed(limits: &RateLimits, by: By, who: &Subject, requests: usize) -> usize {
        let admitted = |_: &usize| limits.admit(by, who).unwrap().is_admitted;
        (0..requests).filter(admitted).count()
    }

    #[test]
    fn each_is_counted_for_themselves_and_time_gives_back() {
        let (limits, clock) = limits();
        let (one, two) = (address("192.0.2.1"), address("192.0.2.2"));
        assert_eq!(passed(&limits, By::Address, &one, 100), 10);
        assert_eq!(passed(&limits, By::Address, &two, 5), 5);
        let refused = limits.admit(By::Address, &one).unwrap();
        assert_eq!((refused.remaining, refused.retry_after()), (0, 6));
        clock.advance(6);
        assert_eq!(passed(&limits, By::Address, &one, 100), 1);
        clock.advance(60);
        assert_eq!(passed(&limits, By::Address, &one, 100), 10);
        assert_eq!(limits.admit(By::ContentKey, &one), None, "that is not limited");
    }

    #[test]
    fn one_among_several_lets_through_its_share() {
        let (limits, clock) = limits();
        limits.among(5);
        let one = address("192.0.2.1");
        assert_eq!(passed(&limits, By::Address, &one, 100), 2);
        clock.advance(60);
        assert_eq!(passed(&limits, By::Address, &one, 100), 2);
        // There may be more instances than requests.
        limits.among(50);
        clock.advance(600);
        assert_eq!(passed(&limits, By::Address, &one, 100), 1);
    }

    #[test]
    fn failures_are_forgotten_after_a_success() {
        let (limits, _) = limits();
        let one = address("192.0.2.1");
        for failures in 0..10 {
            assert!(limits.standing(By::Failures, &one).unwrap().is_admitted, "{failures}");
            limits.count(By::Failures, &one);
        }
        assert!(!limits.standing(By::Failures, &one).unwrap().is_admitted);
        limits.forget(By::Failures, &one);
        assert_eq!(limits.standing(By::Failures, &one).unwrap().remaining, 10);
    }
}
