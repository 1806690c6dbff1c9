//! The purger against a log in memory and a provider that says what it is told to.

use std::collections::BTreeMap;
use std::sync::Mutex as StdMutex;

use futures_util::future::BoxFuture;
use http::HeaderName;

use super::work::{MOST_ROWS, MOST_TAGS};
use super::*;
use crate::cdn::{Change, Limits, TagHeader};
use crate::clock::{ManualClock, Timestamp};
use crate::entropy::CountingEntropy;

const EPOCH: Epoch = Epoch(7);
const SECOND: Duration = Duration::from_secs(1);
const TIMING: Timing =
    Timing { fence: Duration::from_secs(2), settle: Duration::from_secs(30), calls: None };

fn at(seq: u64) -> AsOf {
    AsOf { epoch: EPOCH, seq }
}

/// A log in memory, which outlives the purgers.
#[derive(Debug)]
struct Log(StdMutex<Inner>);

#[derive(Debug)]
struct Inner {
    standing: Standing,
    changes: Vec<Change>,
    leads: bool,
    is_down: bool,
}

impl Log {
    /// A log whose changes so far have all been purged.
    fn new() -> Arc<Self> {
        let rounds = [Round::First, Round::Tiers, Round::Settled];
        let cursors = BTreeMap::from(rounds.map(|round| (round, at(0))));
        let standing = Standing { clock: at(0), kept_behind: 0, reported_by_all: Some(0), cursors };
        let inner = Inner { standing, changes: Vec::new(), leads: true, is_down: false };
        Arc::new(Self(StdMutex::new(inner)))
    }

    fn set<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    /// A change, and every instance has it.
    fn change(&self, tags: &str) {
        self.change_unreported(tags);
        self.report();
    }

    fn change_unreported(&self, tags: &str) {
        self.set(|inner| {
            inner.standing.clock.seq += 1;
            let seq = inner.standing.clock.seq;
            inner.changes.push(Change { seq, tags: tags.to_owned() });
        });
    }

    fn report(&self) {
        self.set(|inner| inner.standing.reported_by_all = Some(inner.standing.clock.seq));
    }

    fn cursor_of(&self, round: Round) -> AsOf {
        self.set(|inner| inner.standing.cursors[&round])
    }

    fn answer<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Inner) -> T,
    ) -> BoxFuture<'_, Result<T, LogError>> {
        let answer = self
            .set(|inner| if inner.is_down { Err("no connection".into()) } else { Ok(read(inner)) });
        Box::pin(std::future::ready(answer))
    }
}

impl PurgeLog for Log {
    fn leads(&self) -> BoxFuture<'_, Result<bool, LogError>> {
        self.answer(|inner| inner.leads)
    }

    fn standing(&self) -> BoxFuture<'_, Result<Standing, LogError>> {
        self.answer(|inner| inner.standing.clone())
    }

    fn changes(
        &self,
        after: u64,
        to: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Change>, LogError>> {
        self.answer(|inner| {
            assert!(after >= inner.standing.kept_behind, "what was pruned is asked for");
            let rows = inner.changes.iter().filter(|row| row.seq > after && row.seq <= to);
            rows.take(limit).cloned().collect()
        })
    }

    fn advance(&self, round: Round, to: AsOf) -> BoxFuture<'_, Result<(), LogError>> {
        self.answer(|inner| {
            if let Some(before) = inner.standing.cursors.insert(round, to) {
                assert!(before.epoch != to.epoch || before.seq < to.seq, "the cursor moves on");
            }
        })
    }
}

/// A provider that notes what it was asked, and answers yes unless told otherwise.
#[derive(Debug)]
struct Scripted {
    limits: Limits,
    /// How long each call takes.
    takes: StdMutex<Duration>,
    clock: Arc<ManualClock>,
    calls: StdMutex<Vec<Batch>>,
    answers: StdMutex<Vec<PurgeError>>,
}

impl Provider for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn tag_header(&self) -> TagHeader {
        let name = HeaderName::from_static("cache-tag");
        TagHeader { name, separator: ',', max_bytes: 1000, max_tags: 100 }
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn purge<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), PurgeError>> {
        self.calls.lock().unwrap().push(batch.clone());
        self.clock.pass(*self.takes.lock().unwrap());
        Box::pin(async { self.answers.lock().unwrap().pop().map_or(Ok(()), Err) })
    }
}

struct World {
    log: Arc<Log>,
    provider: Arc<Scripted>,
    clock: Arc<ManualClock>,
    purger: Purger,
}

impl World {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(adjust: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits {
            tags: 10,
            bytes: 1000,
            calls: Rate { burst: 100, every: SECOND },
            tier_gap: None,
        };
        adjust(&mut limits);
        let clock = Arc::new(ManualClock::at(Timestamp(1_700_000_000_000_000)));
        let provider = Arc::new(Scripted {
            limits,
            takes: StdMutex::default(),
            clock: clock.clone(),
            calls: StdMutex::default(),
            answers: StdMutex::default(),
        });
        let log = Log::new();
        let purger = purger(&provider, &log, &clock);
        Self { log, provider, clock, purger }
    }

    /// Another process takes over.
    fn restart(&mut self) {
        self.purger = purger(&self.provider, &self.log, &self.clock);
    }

    async fn step(&self) -> Outcome {
        self.purger.step().await
    }

    /// Steps four times a second for so long.
    async fn run(&self, seconds: u64) {
        for _ in 0..seconds * 4 {
            self.step().await;
            self.clock.pass(SECOND / 4);
        }
    }

    fn fail(&self, error: PurgeError) {
        self.provider.answers.lock().unwrap().push(error);
    }

    /// The tags of each call since the last time.
    fn calls(&self) -> Vec<String> {
        let calls = std::mem::take(&mut *self.provider.calls.lock().unwrap());
        calls.iter().map(|batch| batch.tags.join(" ")).collect()
    }
}

fn purger(provider: &Arc<Scripted>, log: &Arc<Log>, clock: &Arc<ManualClock>) -> Purger {
    let entropy = Arc::new(CountingEntropy::from(0));
    Purger::new(provider.clone(), log.clone(), TIMING, clock.clone(), entropy)
}

fn not_now(after: Option<Duration>) -> PurgeError {
    PurgeError::NotNow { reason: "busy".to_owned(), after }
}

#[tokio::test]
async fn a_change_is_purged_at_once_and_once_more_when_answers_under_way_have_left() {
    let world = World::new();
    assert_eq!(world.step().await, Outcome::Done);
    assert!(world.calls().is_empty());
    world.log.change("post:1 posts");
    world.log.change("post:2 posts");
    world.step().await;
    assert_eq!(world.calls(), ["post post:1 post:2 posts"]);
    assert_eq!(world.log.cursor_of(Round::First), at(2));
    assert_eq!(world.log.cursor_of(Round::Settled), at(0));
    world.run(29).await;
    assert!(world.calls().is_empty());
    assert_eq!(world.purger.settled(), Some(at(0)));
    world.run(2).await;
    assert_eq!(world.calls(), ["post post:1 post:2 posts"]);
    assert_eq!(world.log.cursor_of(Round::Settled), at(2));
    assert_eq!(world.purger.settled(), Some(at(2)));
    world.run(120).await;
    assert!(world.calls().is_empty());
}

#[tokio::test]
async fn a_provider_with_tiers_is_told_three_times() {
    let world = World::with(|limits| limits.tier_gap = Some(SECOND * 2));
    world.log.change("site");
    world.step().await;
    assert_eq!(world.calls(), ["site"]);
    world.run(1).await;
    assert!(world.calls().is_empty());
    world.run(2).await;
    assert_eq!(world.calls(), ["site"]);
    world.run(30).await;
    assert_eq!(world.calls(), ["site"]);
    let keys: HashSet<String> = {
        world.log.change("site");
        world.run(40).await;
        world.provider.calls.lock().unwrap().iter().map(|batch| batch.key.clone()).collect()
    };
    assert_eq!(keys.len(), 3, "each round is a purge of its own");
}

#[tokio::test]
async fn nothing_is_purged_before_every_instance_has_it_or_is_fenced() {
    let world = World::new();
    world.log.change_unreported("post:1");
    world.run(1).await;
    assert!(world.calls().is_empty());
    world.log.report();
    world.step().await;
    assert_eq!(world.calls(), ["post post:1"]);
    // One instance is silent: it is fenced after two seconds.
    world.log.change_unreported("post:2");
    world.step().await;
    world.clock.pass(Duration::from_millis(1999));
    world.step().await;
    assert!(world.calls().is_empty());
    world.clock.pass(Duration::from_millis(1));
    world.step().await;
    assert_eq!(world.calls(), ["post post:2"]);
}

#[tokio::test]
async fn it_is_told_again_until_it_says_yes_and_across_a_restart() {
    let mut world = World::new();
    world.log.change("post:1");
    world.fail(not_now(None));
    assert_eq!(world.step().await, Outcome::Failed);
    assert_eq!(world.log.cursor_of(Round::First), at(0), "the cursor waits for the yes");
    assert!(matches!(world.step().await, Outcome::Waits(_)));
    assert_eq!(world.calls().len(), 1);
    world.fail(not_now(None));
    world.restart();
    assert_eq!(world.step().await, Outcome::Failed);
    world.restart();
    assert_eq!(world.step().await, Outcome::Done);
    let keys: HashSet<_> =
        world.provider.calls.lock().unwrap().iter().map(|batch| batch.key.clone()).collect();
    assert_eq!(keys.len(), 1, "a repetition can be told");
    assert_eq!(world.calls(), ["post post:1", "post post:1"]);
    assert_eq!(world.log.cursor_of(Round::First), at(1));
    // The second round is owed by whoever comes next.
    world.restart();
    world.run(31).await;
    assert_eq!(world.calls(), ["post post:1"]);
    assert_eq!(world.log.cursor_of(Round::Settled), at(1));
}

#[tokio::test]
async fn failures_are_spaced_out_and_the_providers_wish_is_kept() {
    let world = World::new();
    world.log.change("post:1");
    for _ in 0..8 {
        world.fail(not_now(None));
    }
    world.run(20).await;
    let count = world.calls().len();
    assert!((3..=8).contains(&count), "{count} calls in 20 seconds");
    let world = World::new();
    world.log.change("post:1");
    world.fail(not_now(Some(SECOND * 40)));
    world.run(40).await;
    assert_eq!(world.calls().len(), 1);
    world.run(1).await;
    assert_eq!(world.calls().len(), 1);
}

#[tokio::test]
async fn a_batch_that_is_refused_becomes_a_purge_of_everything() {
    let world = World::new();
    world.log.change("post:1");
    world.fail(PurgeError::Refused { reason: "bad tag".to_owned() });
    world.run(2).await;
    assert_eq!(world.calls(), ["post post:1", "all"]);
    assert_eq!(world.log.cursor_of(Round::First), at(1));
    world.log.change("post:2");
    world.step().await;
    assert_eq!(world.calls(), ["post post:2"]);
}

#[tokio::test]
async fn tags_are_batched_by_the_limits_of_the_provider() {
    let world = World::with(|limits| limits.tags = 3);
    // One call for both; the third has more tags than a call may have.
    world.log.change("a b");
    world.log.change("b c");
    world.log.change("d e f g a");
    world.step().await;
    assert_eq!(world.calls(), ["a b c", "a d e", "f g"]);
    let world = World::with(|limits| limits.bytes = 8);
    world.log.change("aaa bbb ccc");
    world.step().await;
    assert_eq!(world.calls(), ["aaa bbb", "ccc"]);
}

#[tokio::test]
async fn what_was_acknowledged_of_a_large_change_is_not_told_again() {
    let world = World::with(|limits| {
        limits.tags = 2;
        limits.calls = Rate { burst: 2, every: SECOND * 5 };
    });
    world.log.change("a b c d e");
    assert_eq!(world.step().await, Outcome::Waits(SECOND * 5));
    assert_eq!(world.calls(), ["a b", "c d"]);
    assert_eq!(world.log.cursor_of(Round::First), at(0));
    world.clock.pass(SECOND * 5);
    assert_eq!(world.step().await, Outcome::Done);
    assert_eq!(world.calls(), ["e"]);
    assert_eq!(world.log.cursor_of(Round::First), at(1));
}

#[tokio::test]
async fn a_step_ends_when_the_provider_is_slow() {
    let world = World::with(|limits| limits.tags = 1);
    *world.provider.takes.lock().unwrap() = SECOND * 3;
    world.log.change("a b c d e");
    assert_eq!(world.step().await, Outcome::Waits(Duration::ZERO));
    assert_eq!(world.calls(), ["a", "b"]);
    assert_eq!(world.step().await, Outcome::Waits(Duration::ZERO));
    assert_eq!(world.step().await, Outcome::Done);
    assert_eq!(world.calls(), ["c", "d", "e"]);
}

#[tokio::test]
async fn too_many_changes_or_tags_are_bounded() {
    let world = World::with(|limits| limits.tags = 100_000);
    let many: Vec<String> = (0..=MOST_TAGS).map(|n| format!("t{n}")).collect();
    world.log.change(&many.join(" "));
    world.step().await;
    assert_eq!(world.calls(), ["all"]);
    // More rows with one number than are read at once.
    world.log.set(|inner| {
        inner.standing.clock.seq += 1;
        let seq = inner.standing.clock.seq;
        let row = |n| Change { seq, tags: format!("row{n}") };
        inner.changes.extend((0..MOST_ROWS + 5).map(row));
    });
    world.log.change("after");
    world.step().await;
    assert_eq!(world.calls(), ["all", "after"]);
    // More rows than are read at once, each with its number.
    for n in 0..MOST_ROWS + 5 {
        world.log.change(&format!("many{}", n % 50));
    }
    world.step().await;
    assert_eq!(world.log.cursor_of(Round::First).seq, world.log.set(|i| i.standing.clock.seq));
}

#[tokio::test]
async fn a_new_epoch_purges_everything_for_good() {
    let world = World::new();
    world.log.change("post:1");
    world.step().await;
    world.calls();
    let epoch = Epoch(8);
    world.log.set(|inner| {
        // The numbers are used again.
        inner.standing.clock = AsOf { epoch, seq: 1 };
        inner.standing.reported_by_all = None;
    });
    world.run(1).await;
    assert!(world.calls().is_empty(), "an instance may still know the old epoch alone");
    world.run(2).await;
    {
        let calls = world.provider.calls.lock().unwrap();
        assert_eq!(calls.len(), 1);
        assert_eq!((calls[0].tags.join(" ").as_str(), calls[0].soft), ("all", false));
    }
    world.calls();
    assert_eq!(world.log.cursor_of(Round::First), AsOf { epoch, seq: 1 });
    world.run(31).await;
    assert_eq!(world.calls(), ["all"], "the second round as well");
}

#[tokio::test]
async fn changes_that_were_pruned_before_they_were_purged_purge_everything() {
    let world = World::new();
    world.log.change("post:1");
    world.log.change("post:2");
    world.log.set(|inner| {
        inner.standing.kept_behind = 1;
        inner.changes.remove(0);
    });
    world.step().await;
    assert_eq!(world.calls(), ["all"]);
}

#[tokio::test]
async fn one_of_many_instances_purges_and_all_know_the_lag() {
    let world = World::new();
    let other = purger(&world.provider, &world.log, &world.clock);
    world.log.change("post:1");
    world.log.set(|inner| inner.leads = false);
    assert_eq!(other.step().await, Outcome::Follows);
    world.clock.pass(SECOND * 3);
    assert_eq!(other.lag(), SECOND * 3);
    assert!(world.calls().is_empty());
    world.log.set(|inner| inner.leads = true);
    assert_eq!(world.step().await, Outcome::Done);
    world.log.set(|inner| inner.leads = false);
    other.step().await;
    assert_eq!(other.lag(), Duration::ZERO);
}

#[tokio::test]
async fn the_lag_is_none_while_purges_keep_up_with_a_stream_of_changes() {
    let world = World::new();
    for n in 0..200 {
        world.log.change_unreported(&format!("post:{n}"));
        world.run(1).await;
        assert!(world.purger.lag() <= SECOND * 4, "{:?}", world.purger.lag());
    }
    for _ in 0..1000 {
        world.fail(not_now(None));
    }
    for n in 0..30 {
        world.log.change(&format!("post:{n}"));
        world.run(1).await;
    }
    assert!(world.purger.lag() >= SECOND * 25, "{:?}", world.purger.lag());
}

#[tokio::test]
async fn a_database_that_is_down_counts_as_a_lag() {
    let world = World::new();
    world.step().await;
    world.log.set(|inner| inner.is_down = true);
    assert_eq!(world.step().await, Outcome::Failed);
    world.clock.pass(SECOND * 20);
    assert_eq!(world.step().await, Outcome::Failed);
    assert_eq!(world.purger.lag(), SECOND * 20);
    world.log.set(|inner| inner.is_down = false);
    world.step().await;
    assert_eq!(world.purger.lag(), Duration::ZERO);
}
