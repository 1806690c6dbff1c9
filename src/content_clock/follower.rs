//! The follower: keeps the content clock of this instance at the heels of the database's.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, watch};

use super::applier::{Applier, Heard, Stray, Walk};
use super::{AsOf, ChangeLog, ContentClock, Epoch, Fresh, LogError, Moment, News, Pass, Reading};
use crate::clock::Clock;
use crate::entropy::Entropy;

/// How many rows of the log are read at once.
const PAGE: u32 = 512;
/// How many rows a cold start reads back. What is older than they are has to be loaded anew.
const BACK: u32 = 4096;

/// Follows the clock of a database, a step at a time: it has no timer, and whoever calls it says
/// when.
#[derive(Debug)]
pub struct Follower {
    log: Arc<dyn ChangeLog>,
    clock: Arc<ContentClock>,
    applier: Applier,
    time: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Where news goes for the other instances; what does not fit is left to their polls.
    outbox: Option<mpsc::Sender<News>>,
    /// One poll at a time.
    turn: Mutex<()>,
}

impl Follower {
    /// A follower of `log` that moves `clock`. Passes that it makes are told to `outbox`.
    pub fn new(
        log: Arc<dyn ChangeLog>,
        clock: Arc<ContentClock>,
        time: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        outbox: Option<mpsc::Sender<News>>,
    ) -> Self {
        let applier = Applier::new(clock.clone());
        Self { log, clock, applier, time, entropy, outbox, turn: Mutex::new(()) }
    }

    /// A stamping pass, and then everything up to its number is applied here. Gives the number: it
    /// covers every change whose commit had returned before the call.
    ///
    /// # Errors
    /// The primary does not answer. The pass may have been made all the same; the next poll finds
    /// out.
    pub async fn poll(&self) -> Result<AsOf, LogError> {
        let _turn = self.turn.lock().await;
        loop {
            // In this order: what was seen before the question must be in the answer, and the answer
            // holds from when the question was sent.
            let known = self.applier.seen();
            let asked = Moment::of(&*self.time);
            let Pass { reading, news } = self.log.pass(Fresh::draw(&*self.entropy)).await?;
            if let Some(news) = news {
                fail_point!("after-stamp");
                self.applier.hear(&news);
                self.tell(news);
            }
            let as_of = match self.go_on(known, reading).await? {
                Ok(()) => reading.as_of,
                Err(Stray::Lost) => self.begin(reading.as_of).await?,
                Err(Stray::Moved) => return Err(LogError::Moved),
                Err(Stray::Broken) => {
                    self.end(reading.as_of.epoch).await?;
                    continue;
                }
            };
            if let Some(fence) = self.clock.fence() {
                fence.confirm(asked);
            }
            return Ok(as_of);
        }
    }

    /// Applies news of another instance's pass.
    pub fn hear(&self, news: &News) -> Heard {
        self.applier.hear(news)
    }

    /// The watermark, whenever it moves.
    #[must_use]
    pub fn applied(&self) -> watch::Receiver<Option<AsOf>> {
        self.applier.applied()
    }

    /// Removes what is more than `keep` numbers behind the watermark from the log. Gives how many
    /// rows these were.
    ///
    /// # Errors
    /// The primary does not answer.
    pub async fn prune(&self, keep: u64) -> Result<u64, LogError> {
        match self.applier.seen().and_then(|seen| seen.as_of.seq.checked_sub(keep)) {
            Some(below) => self.log.prune(below).await,
            None => Ok(0),
        }
    }

    /// Notes for those who purge up to where this instance has applied the log.
    ///
    /// # Errors
    /// The primary does not answer.
    pub async fn report(&self, instance: &str) -> Result<(), LogError> {
        match self.applier.seen() {
            Some(seen) => self.log.report(instance, seen.as_of, self.time.now()).await,
            None => Ok(()),
        }
    }

    fn tell(&self, news: News) {
        if let Some(outbox) = &self.outbox
            && outbox.try_send(news).is_err()
        {
            metrics::counter!("masthead_cache_news_total", "outcome" => "dropped").increment(1);
        }
    }

    /// Applies what lies between a number that was known before the pass and the one that it gave.
    async fn go_on(
        &self,
        known: Option<Reading>,
        reading: Reading,
    ) -> Result<Result<(), Stray>, LogError> {
        let Some(known) = known.filter(|known| known.as_of.epoch == reading.as_of.epoch) else {
            return Ok(Err(Stray::Lost));
        };
        let (was, is) = (known.as_of.seq, reading.as_of.seq);
        if is < was || (is == was && reading.mark != known.mark) {
            return Ok(Err(Stray::Broken));
        }
        // News may have come meanwhile, and there is nothing left to read.
        let Some(seen) = self.applier.seen() else { return Ok(Err(Stray::Lost)) };
        let mut walk = Walk::from(seen);
        while self.applier.seen().is_some_and(|seen| seen.as_of.seq < is) {
            let page = self.log.since(walk.cursor, PAGE).await?;
            let is_full = page.changes.len() >= PAGE as usize;
            if let Err(stray) = self.applier.apply(&mut walk, &page, is_full) {
                return Ok(Err(stray));
            }
        }
        Ok(Ok(()))
    }

    /// Begins anew: reads the log back as far as it is kept, or as is bearable.
    async fn begin(&self, at_least: AsOf) -> Result<AsOf, LogError> {
        let page = self.log.newest(BACK).await?;
        let to = page.reading.as_of;
        if !to.covers(at_least) {
            return Err(LogError::Moved);
        }
        let is_all = page.changes.len() < BACK as usize;
        self.applier.begin(&page, is_all).map_err(|_| LogError::Moved)?;
        metrics::counter!("masthead_cache_beginnings_total").increment(1);
        tracing::info!(epoch = %to.epoch, seq = to.seq, "the content clock begins");
        Ok(to)
    }

    /// Ends an epoch in which numbers were given twice: none of them means anything any more.
    async fn end(&self, epoch: Epoch) -> Result<(), LogError> {
        tracing::warn!(%epoch, "the database lost changes that it had shown; a new epoch begins");
        self.log.renew(epoch, Fresh::draw(&*self.entropy).epoch).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::super::memory_log::MemoryLog;
    use super::super::{Heard, Provenance, Standing, TagClock, TagHash, TagSet};
    use super::*;
    use crate::clock::{ManualClock, Timestamp};
    use crate::entropy::{CountingEntropy, SystemEntropy};

    /// An instance over a log in memory.
    struct Instance {
        log: Arc<MemoryLog>,
        time: Arc<ManualClock>,
        clock: Arc<ContentClock>,
        follower: Follower,
    }

    impl Instance {
        fn over(log: &Arc<MemoryLog>) -> Self {
            static FIRST: AtomicU64 = AtomicU64::new(1);
            let time = Arc::new(ManualClock::at(Timestamp(0)));
            let tags = TagClock::default();
            let clock = ContentClock::new(tags, Duration::from_millis(1500), time.clone());
            let clock = Arc::new(clock);
            let entropy = CountingEntropy::from(FIRST.fetch_add(1 << 20, Ordering::SeqCst));
            let follower =
                Follower::new(log.clone(), clock.clone(), time.clone(), Arc::new(entropy), None);
            Self { log: log.clone(), time, clock, follower }
        }

        /// What another instance does: a change, and its pass.
        fn elsewhere(&self, cache_tags: &str) -> News {
            self.log.commit(cache_tags);
            let mut state = self.log.backup();
            let news = state.stamp(Fresh::draw(&SystemEntropy).mark);
            self.log.restore(state);
            news.unwrap()
        }

        fn watermark(&self) -> u64 {
            self.clock.tags.watermark().unwrap().seq
        }

        /// Whether a value of the current epoch stands.
        fn is_valid(&self, seq: u64, tag: &str) -> bool {
            let as_of = AsOf { epoch: self.clock.tags.watermark().unwrap().epoch, seq };
            let value = Provenance::new(as_of, TagSet::of([tag]));
            self.clock.standing(&value) != Standing::Changed
        }
    }

    async fn instance() -> Instance {
        let instance = Instance::over(&Arc::default());
        instance.follower.poll().await.unwrap();
        instance
    }

    #[tokio::test]
    async fn a_poll_stamps_and_applies() {
        let here = instance().await;
        assert_eq!(here.watermark(), 0);
        here.log.commit("post:1 posts");
        here.log.commit("site");
        let as_of = here.follower.poll().await.unwrap();
        assert_eq!((as_of.seq, here.watermark()), (1, 1), "one number a pass");
        assert!(!here.is_valid(0, "site"));
        assert!(!here.is_valid(0, "post:1"));
        assert!(here.is_valid(0, "post:2"));
        assert!(here.is_valid(1, "site"));
        assert_eq!(here.follower.poll().await.unwrap(), as_of);
    }

    #[tokio::test]
    async fn news_that_is_doubled_late_or_out_of_order_does_no_harm() {
        let here = instance().await;
        let news: Vec<_> = ["a", "b", "c", "d"].map(|tag| here.elsewhere(tag)).into();
        assert_eq!(here.follower.hear(&news[0]), Heard::Applied);
        assert_eq!(here.follower.hear(&news[0]), Heard::Known);
        // What is heard too early is raised already, but the watermark waits for what is missing.
        assert_eq!(here.follower.hear(&news[2]), Heard::Gap);
        assert_eq!(here.watermark(), 1);
        assert!(!here.is_valid(2, "c"));
        assert!(here.is_valid(0, "b"), "not yet known");
        assert_eq!(here.follower.hear(&news[1]), Heard::Applied);
        assert_eq!(here.follower.hear(&news[3]), Heard::Gap);
        assert_eq!(here.watermark(), 2);
        here.follower.poll().await.unwrap();
        assert_eq!(here.watermark(), 4);
        for (n, tag) in (0..).zip(["a", "b", "c", "d"]) {
            assert!(!here.is_valid(n, tag), "{tag}");
            assert!(here.is_valid(n + 1, tag), "{tag}");
        }
        assert_eq!(here.follower.hear(&news[1]), Heard::Known);
    }

    #[tokio::test]
    async fn lost_news_is_in_the_log() {
        let here = instance().await;
        for n in 0..3000 {
            here.elsewhere(&format!("post:{n}"));
        }
        here.follower.poll().await.unwrap();
        assert_eq!(here.watermark(), 3000, "in several pages");
        assert!(!here.is_valid(2999, "post:2999"));
        assert!(here.is_valid(2999, "post:3000"));
    }

    #[tokio::test]
    async fn many_rows_of_one_number_are_one_step() {
        let here = instance().await;
        for n in 0..3000 {
            here.log.commit(&format!("post:{n}"));
        }
        let there = Instance::over(&here.log);
        there.follower.poll().await.unwrap();
        here.follower.poll().await.unwrap();
        assert_eq!((here.watermark(), there.watermark()), (1, 1));
        assert!((0..3000).all(|n| !here.is_valid(0, &format!("post:{n}"))));
    }

    #[tokio::test]
    async fn made_up_news_makes_nothing_old() {
        let here = instance().await;
        let news = here.elsewhere("a");
        for (epoch, seq) in [(Epoch(2), 1), (Epoch(1), u64::MAX), (Epoch(1), 1 << 40)] {
            let news = News { as_of: AsOf { epoch, seq }, ..news.clone() };
            assert_eq!(here.follower.hear(&news), Heard::Gap);
        }
        assert!(here.is_valid(0, "a"));
        assert_eq!(here.watermark(), 0);
    }

    #[tokio::test]
    async fn news_that_is_too_much_to_be_told_is_read() {
        let here = instance().await;
        let news = News { tags: None, ..here.elsewhere("a") };
        assert_eq!(here.follower.hear(&news), Heard::Gap);
        assert_eq!(here.watermark(), 0);
        here.follower.poll().await.unwrap();
        assert!(!here.is_valid(0, "a"));
    }

    #[tokio::test]
    async fn news_before_the_beginning_is_left_to_it() {
        let here = Instance::over(&Arc::default());
        let news = here.elsewhere("a");
        assert_eq!(here.follower.hear(&news), Heard::Gap);
        assert_eq!(here.clock.tags.watermark(), None);
        here.follower.poll().await.unwrap();
        assert!(!here.is_valid(0, "a"));
    }

    /// With the watermark at the clock and nothing below it, a cold start would call each old entry
    /// of the shared cache valid.
    #[tokio::test]
    async fn a_cold_start_without_a_floor_is_wrong() {
        let log = Arc::new(MemoryLog::default());
        let old = Instance::over(&log);
        for tag in ["a", "b", "c"] {
            old.elsewhere(tag);
        }
        old.log.prune(3).await.unwrap();
        let wrong = TagClock::default();
        wrong.begin(Epoch(1), 0, 3, []);
        let entry = Provenance::new(AsOf { epoch: Epoch(1), seq: 1 }, TagSet::of(["b"]));
        assert!(wrong.valid_at(&entry).is_some(), "this is the fault");

        let new = Instance::over(&log);
        new.follower.poll().await.unwrap();
        assert_eq!(new.watermark(), 3);
        assert_eq!(new.clock.standing(&entry), Standing::Changed, "below the floor");
        assert!(new.is_valid(2, "b"));
        assert!(!new.is_valid(2, "c"), "of what is kept it knows everything");
        assert!(!new.is_valid(1, "x"), "of what is not kept it knows nothing");
    }

    #[tokio::test]
    async fn a_cold_start_reads_back_as_far_as_is_bearable() {
        let log = Arc::new(MemoryLog::default());
        let old = Instance::over(&log);
        let last = u64::from(BACK) + 10;
        for n in 1..=last {
            old.elsewhere(&format!("post:{n}"));
        }
        let new = Instance::over(&log);
        new.follower.poll().await.unwrap();
        assert_eq!(new.watermark(), last);
        // Rows of the lowest number may be missing, so the floor stands upon it.
        let lowest = last - u64::from(BACK) + 1;
        assert!(new.is_valid(lowest, "x"));
        assert!(!new.is_valid(lowest - 1, "x"));
    }

    #[tokio::test]
    async fn an_instance_that_slept_beyond_the_pruned_part_begins_anew() {
        let here = instance().await;
        here.elsewhere("a");
        here.follower.poll().await.unwrap();
        for tag in ["b", "c", "d"] {
            here.elsewhere(tag);
        }
        here.log.prune(4).await.unwrap();
        here.follower.poll().await.unwrap();
        assert_eq!(here.watermark(), 4);
        assert!(!here.is_valid(1, "b"), "it never heard of it");
        assert!(here.is_valid(3, "b"));
        assert!(!here.is_valid(3, "d"));
    }

    #[tokio::test]
    async fn a_restore_that_gives_numbers_again_is_a_new_epoch() {
        // Up to which number it goes afterwards: below the known one, to it, or beyond it.
        for again in 0..=3 {
            let here = instance().await;
            here.elsewhere("a");
            let backup = here.log.backup();
            here.elsewhere("b");
            here.elsewhere("c");
            let there = Instance::over(&here.log);
            here.follower.poll().await.unwrap();
            there.follower.poll().await.unwrap();
            let lost = AsOf { epoch: Epoch(1), seq: here.watermark() };
            here.log.restore(backup);
            for n in 0..again {
                here.elsewhere(&format!("new:{n}"));
            }
            let as_of = here.follower.poll().await.unwrap();
            assert_ne!(as_of.epoch, Epoch(1), "{again} numbers given again");
            assert_eq!(as_of.seq, 1 + again);
            // What was made of what is lost is gone, whatever its tags.
            let entry = Provenance::new(lost, TagSet::of(["x"]));
            assert_eq!(here.clock.standing(&entry), Standing::Changed);
            assert_eq!(there.follower.poll().await.unwrap(), as_of, "one new epoch for all");
            here.elsewhere("d");
            assert_eq!(here.follower.poll().await.unwrap().epoch, as_of.epoch, "once");
        }
    }

    #[tokio::test]
    async fn news_after_a_restore_is_not_applied() {
        let here = instance().await;
        here.elsewhere("a");
        let backup = here.log.backup();
        here.elsewhere("b");
        here.follower.poll().await.unwrap();
        here.log.restore(backup);
        here.elsewhere("c");
        // Number 3 follows number 2, but another number 2.
        assert_eq!(here.follower.hear(&here.elsewhere("d")), Heard::Gap);
        assert_eq!(here.watermark(), 2);
    }

    #[tokio::test]
    async fn a_new_epoch_of_the_database_is_a_beginning() {
        let here = instance().await;
        here.elsewhere("a");
        here.follower.poll().await.unwrap();
        here.log.renew(Epoch(1), Epoch(9)).await.unwrap();
        let news = here.elsewhere("b");
        assert_eq!(here.follower.hear(&news), Heard::Gap);
        assert_eq!(here.follower.poll().await.unwrap(), AsOf { epoch: Epoch(9), seq: 2 });
        assert!(!here.is_valid(1, "b"));
    }

    #[tokio::test]
    async fn the_fence_falls_with_an_answer_and_rises_without() {
        let here = Instance::over(&Arc::default());
        assert!(here.clock.is_fenced(), "before the first answer");
        here.follower.poll().await.unwrap();
        assert!(!here.clock.is_fenced());
        here.time.pass(Duration::from_millis(1500));
        assert!(!here.clock.is_fenced());
        here.log.is_down.store(true, Ordering::SeqCst);
        here.follower.poll().await.unwrap_err();
        here.time.pass(Duration::from_millis(1));
        assert!(here.clock.is_fenced());
        here.log.is_down.store(false, Ordering::SeqCst);
        here.follower.poll().await.unwrap();
        assert!(!here.clock.is_fenced());
    }

    /// The stopwatch of a process that was frozen stood still meanwhile.
    #[tokio::test]
    async fn a_frozen_process_wakes_behind_the_fence() {
        let here = instance().await;
        assert!(!here.clock.is_fenced());
        here.time.set_wall_by(3600);
        assert!(here.clock.is_fenced());
        here.follower.poll().await.unwrap();
        here.time.set_wall_by(-7200);
        assert!(
            !here.clock.is_fenced(),
            "the stopwatch knows better than a watch that is set back"
        );
        here.time.pass(Duration::from_secs(2));
        assert!(here.clock.is_fenced());
    }

    /// An answer that was long under way says how things stood when the question was sent.
    #[tokio::test]
    async fn an_answer_counts_from_its_question() {
        let log = Arc::new(MemoryLog::with_permits(1));
        let here = Instance::over(&log);
        here.follower.poll().await.unwrap();
        let poll = here.follower.poll();
        let slow = async {
            here.time.pass(Duration::from_secs(5));
            log.permits.add_permits(1);
        };
        let (answer, ()) = tokio::join!(poll, slow);
        answer.unwrap();
        assert!(here.clock.is_fenced());
    }

    #[tokio::test]
    async fn what_is_long_past_is_pruned() {
        let here = instance().await;
        for n in 0..10 {
            here.elsewhere(&format!("post:{n}"));
        }
        assert_eq!(here.follower.prune(5).await.unwrap(), 0, "nothing is known yet");
        here.follower.poll().await.unwrap();
        assert_eq!(here.follower.prune(100).await.unwrap(), 0);
        assert_eq!(here.follower.prune(5).await.unwrap(), 4);
        let hash = TagHash::of("post:9");
        assert!(here.log.newest(1).await.unwrap().changes[0].hashes().contains(&hash));
    }
}
