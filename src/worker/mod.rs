//! Work that nobody asks for by a request: a task that does something at intervals.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// A task that runs until it is stopped.
#[derive(Debug)]
pub struct Task {
    stop: watch::Sender<bool>,
    handle: JoinHandle<()>,
}

impl Task {
    /// Lets the run under way finish, and starts no other.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.handle.await {
            tracing::error!(%error, "a task did not end well");
        }
    }
}

/// Does something at intervals, one run after the other: a run that takes longer than the interval
/// delays the next.
pub fn every<T, F>(interval: Duration, part: T, work: impl Fn(T) -> F + Send + 'static) -> Task
where
    T: Clone + Send + 'static,
    F: Future<Output = ()> + Send,
{
    every_or_at(interval, Arc::default(), part, work)
}

/// The same, and at once whenever `bell` is told.
pub fn every_or_at<T, F>(
    interval: Duration,
    bell: Arc<Notify>,
    part: T,
    work: impl Fn(T) -> F + Send + 'static,
) -> Task
where
    T: Clone + Send + 'static,
    F: Future<Output = ()> + Send,
{
    let (stop, mut stopped) = watch::channel(false);
    let handle = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => work(part.clone()).await,
                () = bell.notified() => work(part.clone()).await,
                _ = stopped.changed() => return,
            }
        }
    });
    Task { stop, handle }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_is_done_at_intervals_until_it_is_stopped() {
        let runs = Arc::new(AtomicUsize::new(0));
        let task = every(Duration::from_secs(10), runs.clone(), async |runs: Arc<AtomicUsize>| {
            runs.fetch_add(1, Ordering::SeqCst);
        });
        tokio::time::sleep(Duration::from_secs(25)).await;
        task.stop().await;
        assert_eq!(runs.load(Ordering::SeqCst), 3);
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert_eq!(runs.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bell_calls_for_work_at_once() {
        let (runs, bell) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let work = async |runs: Arc<AtomicUsize>| {
            runs.fetch_add(1, Ordering::SeqCst);
        };
        let task = every_or_at(Duration::from_hours(1), bell.clone(), runs.clone(), work);
        tokio::time::sleep(Duration::from_secs(1)).await;
        bell.notify_one();
        tokio::time::sleep(Duration::from_secs(1)).await;
        task.stop().await;
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }
}
