//! The stamper: one pass for all writers of a process who wait at the same time.
//!
//! A writer's change has a number once a pass that *began after its commit returned* has ended. To
//! join a pass that already runs would be wrong: it may have looked before the commit. So writers
//! queue, and each pass takes all who stand there when it begins. However many write, there is one
//! pass at a time in a process, and each waits for two at most.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use super::{AsOf, Follower, LogError};

/// How many may wait; further ones wait to be let in.
const QUEUE: usize = 1024;

/// The change is saved, but it has no number yet: other instances may show what was before.
#[derive(Debug, Clone, thiserror::Error)]
#[error("saved, not yet everywhere: {0}")]
pub struct Unsettled(#[from] LogError);

type Waiting = oneshot::Sender<Result<AsOf, LogError>>;

/// Makes passes for those who ask. Clones share them.
#[derive(Debug, Clone)]
pub struct Stamper {
    queue: mpsc::Sender<Waiting>,
}

impl Stamper {
    /// Starts the stamper of this process, as a task that ends with the last clone. A pass that has
    /// not ended after `limit` is given up.
    pub fn start(follower: Arc<Follower>, limit: Duration) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(work(follower, limit, waiting));
        Self { queue }
    }

    /// Waits for a pass that began after this call, and until this instance has applied it. Gives a
    /// moment that covers every change whose commit had returned before the call.
    ///
    /// # Errors
    /// The pass failed. What was committed stays committed, and a later pass, of this instance or of
    /// another, will number it.
    pub async fn settle(&self) -> Result<AsOf, Unsettled> {
        let (tell, told) = oneshot::channel();
        // The worker is gone only while the runtime shuts down.
        self.queue.send(tell).await.map_err(|_| LogError::Late)?;
        Ok(told.await.map_err(|_| LogError::Late)??)
    }
}

async fn work(follower: Arc<Follower>, limit: Duration, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, QUEUE).await > 0 {
        let pass = tokio::time::timeout(limit, follower.poll()).await;
        let result = pass.unwrap_or(Err(LogError::Late));
        let outcome = if result.is_ok() { "settled" } else { "failed" };
        metrics::counter!("masthead_cache_passes_total", "outcome" => outcome).increment(1);
        for tell in waiting.drain(..) {
            // Whoever went away needs no answer.
            let _ = tell.send(result.clone());
        }
    }
}

/// Polls for as long as the instance lives: at every `interval`, and at once whenever it is woken.
/// A poll is a pass, so it also stamps what a writer left behind who fell between commit and pass.
pub async fn follow(stamper: Stamper, wake: Arc<Notify>, interval: Duration) {
    let mut is_lost = false;
    loop {
        match stamper.settle().await {
            Ok(_) if is_lost => {
                is_lost = false;
                tracing::info!("the content clock is heard again");
            }
            Err(error) if !is_lost => {
                is_lost = true;
                tracing::warn!(%error, "the content clock is not heard; what is cached counts as stale");
            }
            _ => {}
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = wake.notified() => {}
        }
    }
}

/// Tells those who purge how far this instance has come: at once when it moved, at most four times a
/// second, and now and then to show that it lives.
pub async fn report(follower: Arc<Follower>, instance: String) {
    const PAUSE: Duration = Duration::from_millis(250);
    const HEARTBEAT: Duration = Duration::from_secs(5);
    let mut applied = follower.applied();
    loop {
        applied.mark_unchanged();
        if let Err(error) = follower.report(&instance).await {
            // The purges wait no longer than the fence allows, so nothing depends on it.
            tracing::debug!(%error, "no report to those who purge");
        }
        tokio::time::sleep(PAUSE).await;
        let _ = tokio::time::timeout(HEARTBEAT, applied.changed()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::super::memory_log::MemoryLog;
    use super::super::{ContentClock, TagClock};
    use super::*;
    use crate::clock::{ManualClock, Timestamp};
    use crate::entropy::CountingEntropy;

    const LIMIT: Duration = Duration::from_secs(5);

    fn start(log: &Arc<MemoryLog>) -> (Stamper, Arc<Follower>) {
        let time = Arc::new(ManualClock::at(Timestamp(0)));
        let clock = ContentClock::new(TagClock::default(), LIMIT, time.clone());
        let entropy = Arc::new(CountingEntropy::from(1));
        let follower = Follower::new(log.clone(), Arc::new(clock), time, entropy, None);
        let follower = Arc::new(follower);
        (Stamper::start(follower.clone(), LIMIT), follower)
    }

    /// Lets every task run until it waits.
    async fn until_all_wait() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_pass_that_runs_already_is_not_joined() {
        let log = Arc::new(MemoryLog::with_permits(0));
        let (stamper, _) = start(&log);
        log.commit("a");
        let first = tokio::spawn({
            let stamper = stamper.clone();
            async move { stamper.settle().await }
        });
        until_all_wait().await;
        assert_eq!(log.begun.load(Ordering::SeqCst), 1);
        // The pass has looked; its commit is held. Now somebody else commits.
        log.commit("b");
        let later: Vec<_> = (0..3)
            .map(|_| {
                let stamper = stamper.clone();
                tokio::spawn(async move { stamper.settle().await })
            })
            .collect();
        until_all_wait().await;
        log.permits.add_permits(1);
        assert_eq!(first.await.unwrap().unwrap().seq, 1);
        until_all_wait().await;
        assert_eq!(log.begun.load(Ordering::SeqCst), 2, "the three share one");
        log.permits.add_permits(1);
        for settled in later {
            assert_eq!(settled.await.unwrap().unwrap().seq, 2);
        }
        assert_eq!(log.begun.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_writer_that_goes_away_takes_nobody_with_it() {
        let log = Arc::new(MemoryLog::with_permits(0));
        let (stamper, _) = start(&log);
        log.commit("a");
        let gone = tokio::spawn({
            let stamper = stamper.clone();
            async move { stamper.settle().await }
        });
        until_all_wait().await;
        gone.abort();
        log.permits.add_permits(2);
        assert_eq!(stamper.settle().await.unwrap().seq, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_that_does_not_end_is_given_up() {
        let log = Arc::new(MemoryLog::with_permits(0));
        let (stamper, follower) = start(&log);
        log.commit("a");
        let error = stamper.settle().await.unwrap_err();
        assert!(error.to_string().starts_with("saved, not yet everywhere"), "{error}");
        // It had been made all the same; the next one finds it.
        log.permits.add_permits(1);
        assert_eq!(stamper.settle().await.unwrap().seq, 1);
        assert_eq!(follower.applied().borrow().map(|at| at.seq), Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn following_goes_on_after_a_failure_and_when_woken() {
        let log = Arc::new(MemoryLog::default());
        let (stamper, follower) = start(&log);
        let mut applied = follower.applied();
        let wake = Arc::new(Notify::new());
        let hour = Duration::from_hours(1);
        let following = tokio::spawn(follow(stamper, wake.clone(), hour));
        applied.wait_for(|at| at.is_some_and(|at| at.seq == 0)).await.unwrap();
        log.is_down.store(true, Ordering::SeqCst);
        let begun = log.begun.load(Ordering::SeqCst);
        wake.notify_one();
        until_all_wait().await;
        assert!(log.begun.load(Ordering::SeqCst) > begun, "it was woken");
        log.is_down.store(false, Ordering::SeqCst);
        log.commit("a");
        applied.wait_for(|at| at.is_some_and(|at| at.seq == 1)).await.unwrap();
        following.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_report_follows_each_move_and_is_not_made_too_often() {
        let log = Arc::new(MemoryLog::default());
        let (stamper, follower) = start(&log);
        stamper.settle().await.unwrap();
        let reporting = tokio::spawn(report(follower, "here".to_owned()));
        until_all_wait().await;
        assert_eq!(log.reported.lock().unwrap().len(), 1);
        for _ in 0..10 {
            log.commit("a");
            stamper.settle().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
        let reported = log.reported.lock().unwrap().clone();
        assert_eq!(reported.len(), 2, "{reported:?}");
        assert_eq!((&*reported[1].0, reported[1].1.seq), ("here", 10));
        reporting.abort();
    }
}
