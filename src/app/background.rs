//! What goes on beside the requests, for as long as an instance serves.

use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::{App, StartError};
use crate::cdn::Purger;
use crate::clock::Clock;
use crate::content_clock::{self, ContentClock, Follower, Fresh};
use crate::db::{self, Database, Prober};
use crate::services::accounts::Accounts;
use crate::services::publishing::Publishing;
use crate::services::reach::{LONG_DEAD, Reach};
use crate::session::DatabaseStore;
use crate::web::audit::Auditor;
use crate::worker::{self, Task};

/// How many numbers of the change log are kept: what is older, an instance that slept so long has to
/// forget anyway.
const KEPT_CHANGES: u64 = 10_000;
/// How often the figures of the content clock are taken.
const OBSERVED: Duration = Duration::from_secs(1);
/// How often it is asked how far the other instances have come.
const REACHED: Duration = Duration::from_secs(1);

/// The tasks of an instance that serves.
#[derive(Debug)]
pub struct Background {
    /// These finish what they are doing.
    careful: Vec<Task>,
    /// These may be stopped anywhere.
    other: JoinSet<()>,
    db: Database,
    instance: String,
    clock: Arc<dyn Clock>,
}

impl Background {
    /// Ends them, and notes that this instance stopped in peace.
    pub async fn stop(mut self) {
        self.other.shutdown().await;
        for task in std::mem::take(&mut self.careful) {
            task.stop().await;
        }
        if let Err(error) = self.leave().await {
            tracing::warn!(%error, "the next start will trust no cache");
        }
    }

    /// Takes this instance out of the list of those that live, so that another purges at once if this
    /// one did; and notes that what it leaves behind is whole.
    async fn leave(&self) -> db::Result<()> {
        let long_ago = self.clock.now().plus_seconds(-LONG_DEAD);
        let mut t = self.db.write().await?;
        db::purges::forget(&mut t, &self.instance, long_ago).await?;
        t.commit().await?;
        self.db.leave().await
    }
}

impl App {
    /// Starts what goes on beside the requests: following the content clock, telling how far it was
    /// followed, publishing what is due, pruning the log, auditing the cache.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn start(&self) -> Result<Background, StartError> {
        self.db.enter(Fresh::draw(&*self.entropy).epoch).await?;
        // Whoever does not know the content clock yet can keep nothing, and would make a page anew for
        // each of those who ask at once.
        if let Err(error) = self.stamper.settle().await {
            tracing::warn!(%error, "the content clock is not known yet");
        }
        let wake = Arc::new(Notify::new());
        let mut other = JoinSet::new();
        other.spawn(content_clock::follow(
            self.stamper.clone(),
            wake.clone(),
            self.config.cache.poll(),
        ));
        other.spawn(content_clock::report(self.follower.clone(), self.instance.clone()));
        if let Some(channel) = &self.channel {
            other.spawn(channel.clone().listen(self.follower.clone(), wake));
        }
        let mut careful = vec![
            worker::every(Duration::from_secs(1), self.publishing.clone(), publish_due),
            worker::every(Duration::from_mins(1), self.follower.clone(), prune),
            worker::every(Duration::from_mins(10), self.accounts.clone(), sweep_sign_ins),
            worker::every(OBSERVED, self.cache.content_clock().clone(), observe),
            worker::every(REACHED, self.reach.clone(), reach),
        ];
        if let Some(prober) = self.db.prober() {
            careful.push(worker::every(Prober::INTERVAL, prober, probe));
        }
        if self.config.sessions.address().is_none() {
            let store = DatabaseStore::new(self.db.clone(), self.clock.clone());
            careful.push(worker::every(Duration::from_mins(10), store, sweep_sessions));
        }
        if let Some(interval) = self.config.cache.audit() {
            careful.push(worker::every(interval, Arc::new(self.auditor()?), audit));
        }
        if let Some(cdn) = &self.cdn {
            careful.push(worker::every(Duration::from_millis(200), cdn.purger.clone(), purge));
        }
        Ok(Background {
            careful,
            other,
            db: self.db.clone(),
            instance: self.instance.clone(),
            clock: self.clock.clone(),
        })
    }
}

async fn publish_due(publishing: Publishing) {
    match publishing.publish_due().await {
        Ok(0) => {}
        Ok(posts) => tracing::info!(posts, "published what was scheduled"),
        Err(error) => tracing::error!(%error, "scheduled posts could not be published"),
    }
}

async fn probe(prober: Prober) {
    prober.step().await;
}

async fn purge(purger: Arc<Purger>) {
    // What goes wrong is in the log and the metrics already; the next step tries again.
    purger.step().await;
}

async fn reach(reach: Reach) {
    if let Err(error) = reach.look().await {
        // Tokens last longer, and that is all.
        tracing::debug!(%error, "it is not known how far the other instances have come");
    }
}

async fn audit(auditor: Arc<Auditor>) {
    auditor.audit().await;
}

#[expect(clippy::cast_precision_loss, reason = "a figure for a graph")]
async fn observe(clock: Arc<ContentClock>) {
    let watermark = clock.tags.watermark().map_or(0, |at| at.seq);
    gauge!("masthead_cache_watermark").set(watermark as f64);
    let is_fenced = clock.is_fenced();
    gauge!("masthead_cache_fence_up").set(f64::from(u8::from(is_fenced)));
    if is_fenced {
        counter!("masthead_cache_fenced_seconds_total").increment(OBSERVED.as_secs());
    }
}

async fn prune(follower: Arc<Follower>) {
    match follower.prune(KEPT_CHANGES).await {
        Ok(rows) => tracing::debug!(rows, "pruned the change log"),
        Err(error) => tracing::warn!(%error, "the change log could not be pruned"),
    }
}

async fn sweep_sign_ins(accounts: Accounts) {
    if let Err(error) = accounts.sweep().await {
        tracing::warn!(%error, "sign-ins that have ended could not be removed");
    }
}

async fn sweep_sessions(store: DatabaseStore) {
    match store.sweep().await {
        Ok(rows) => tracing::debug!(rows, "removed sessions that have expired"),
        Err(error) => tracing::warn!(%error, "sessions that have expired could not be removed"),
    }
}
