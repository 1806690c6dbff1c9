//! What goes on beside the requests, for as long as an instance serves.

use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{App, StartError};
use crate::cdn::Purger;
use crate::clock::Clock;
use crate::content_clock::{self, ContentClock, Follower, Fresh};
use crate::db::{self, Database, Leadership, Prober};
use crate::rate_limit::RateLimits;
use crate::services::ServiceError;
use crate::services::accounts::Accounts;
use crate::services::integrations::Keyring;
use crate::services::publishing::Publishing;
use crate::services::reach::{LONG_DEAD, Reach};
use crate::services::webhooks::{Courier, Webhooks};
use crate::session::DatabaseStore;
use crate::web::assets::SharedAssets;
use crate::web::audit::Auditor;
use crate::web::health::Readiness;
use crate::worker::{self, Task};

/// How many numbers of the change log are kept: what is older, an instance that slept so long has to
/// forget anyway.
const KEPT_CHANGES: u64 = 10_000;
/// How often the figures of the content clock are taken.
const OBSERVED: Duration = Duration::from_secs(1);
/// How often it is asked how far the other instances have come.
const REACHED: Duration = Duration::from_secs(1);
/// How often it is seen whether there is something to tell; whoever writes here tells at once.
const TOLD: Duration = Duration::from_secs(1);
/// How soon it is seen whether what waits to be told is shown by now.
const SHOWN: Duration = Duration::from_millis(200);
/// How often it is noted which keys of the API were used.
const NOTED: Duration = Duration::from_mins(1);
/// How often it is counted what is still to be told.
const COUNTED: Duration = Duration::from_secs(10);
/// How often sessions and sign-ins that have ended are removed.
const SWEPT_SIGN_INS: Duration = Duration::from_mins(10);
/// How often it is seen to that the assets of this build are where other instances find them, and that
/// those which no build holds any more are not.
const PUBLISHED: Duration = Duration::from_hours(6);
/// How long an instance waits for that before it serves without: the media store may be away, and
/// that is no reason to serve nothing.
const PUBLISHING_LIMIT: Duration = Duration::from_secs(30);

/// The tasks of an instance that serves.
#[derive(Debug)]
pub struct Background {
    /// These finish what they are doing.
    careful: Vec<Task>,
    /// These may be stopped anywhere.
    other: JoinSet<()>,
    courier: Courier,
    db: Database,
    instance: String,
    leadership: Arc<Leadership>,
}

impl Background {
    /// Ends them, and notes that this instance stopped in peace.
    pub async fn stop(mut self) {
        self.other.shutdown().await;
        for task in std::mem::take(&mut self.careful) {
            task.stop().await;
        }
        self.courier.finish().await;
        self.leadership.resign().await;
        if let Err(error) = self.leave().await {
            tracing::warn!(%error, "the next start will trust no cache");
        }
    }

    /// Takes this instance out of the list of those that live, so that no purge waits for its reports;
    /// and notes that what it leaves behind is whole.
    async fn leave(&self) -> db::Result<()> {
        let mut t = self.db.write().await?;
        db::purges::forget(&mut t, &self.instance).await?;
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
        other.spawn(self.rate_limits.clone().keep_settled());
        let mut careful = vec![
            worker::every(Duration::from_secs(1), self.duty(self.publishing.clone()), publish_due),
            worker::every(Duration::from_mins(1), self.duty(self.follower.clone()), prune),
            worker::every(Duration::from_mins(1), self.duty(self.db.clone()), forget_dead),
            worker::every(SWEPT_SIGN_INS, self.duty(self.accounts.clone()), sweep_sign_ins),
            worker::every_or_at(TOLD, self.courier.bell(), self.courier.clone(), tell),
            worker::every(COUNTED, self.courier.clone(), count_pending),
            worker::every(NOTED, (self.keyring.clone(), self.clock.clone()), note_uses),
            worker::every(Duration::from_mins(1), self.duty(self.webhooks.clone()), prune_events),
            worker::every(OBSERVED, self.cache.content_clock().clone(), observe),
            worker::every(REACHED, (self.reach.clone(), self.rate_limits.clone()), reach),
        ];
        if let Some(prober) = self.db.prober() {
            careful.push(worker::every(Prober::INTERVAL, prober, probe));
        }
        if self.config.sessions.address().is_none() {
            let store = DatabaseStore::new(self.db.clone(), self.clock.clone());
            careful.push(worker::every(SWEPT_SIGN_INS, self.duty(store), sweep_sessions));
        }
        if let Some(interval) = self.config.cache.audit() {
            careful.push(worker::every(interval, Arc::new(self.auditor()?), audit));
        }
        if let Some(purger) = self.purger() {
            careful.push(worker::every(Duration::from_millis(200), purger.clone(), purge));
        }
        if let Some(assets) = &self.shared_assets {
            self.readiness.prepare();
            other.spawn(keep_published(self.duty(assets.clone()), self.readiness.clone()));
        }
        Ok(Background {
            careful,
            other,
            courier: self.courier.clone(),
            db: self.db.clone(),
            instance: self.instance.clone(),
            leadership: self.leadership.clone(),
        })
    }

    /// A part of the app, with what is to be done once in the cluster.
    fn duty<T>(&self, part: T) -> Duty<T> {
        Duty { part, leadership: self.leadership.clone(), clock: self.clock.clone() }
    }
}

/// What is done by the instance that leads, and by no other.
#[derive(Debug, Clone)]
struct Duty<T> {
    part: T,
    leadership: Arc<Leadership>,
    clock: Arc<dyn Clock>,
}

impl<T> Duty<T> {
    /// The part, if it is this instance that has to do it.
    async fn ours(&self) -> Option<&T> {
        match self.leadership.holds().await {
            Ok(leads) => leads.then_some(&self.part),
            Err(error) => {
                // Whoever follows the content clock says so in the log already.
                tracing::debug!(%error, "who leads is not known");
                None
            }
        }
    }
}

async fn publish_due(duty: Duty<Publishing>) {
    let Some(publishing) = duty.ours().await else { return };
    match publishing.publish_due().await {
        Ok(0) => {}
        Ok(posts) => tracing::info!(posts, "published what was scheduled"),
        // That there is no primary was said once, when it went.
        Err(ServiceError::Database(error)) if error.is_unavailable() => {
            tracing::debug!(%error, "scheduled posts wait for the database");
        }
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

async fn tell(courier: Courier) {
    match courier.step().await {
        Ok(step) if step.waiting > 0 => {
            tokio::time::sleep(SHOWN).await;
            courier.bell().notify_one();
        }
        Ok(_) => {}
        // Whoever follows the content clock says so in the log already.
        Err(error) => tracing::debug!(%error, "webhooks wait for the database"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure for a graph")]
async fn count_pending(courier: Courier) {
    if let Ok(pending) = courier.pending().await {
        gauge!("masthead_webhook_deliveries_pending").set(pending as f64);
    }
}

async fn note_uses((keyring, clock): (Keyring, Arc<dyn Clock>)) {
    if let Err(error) = keyring.note_uses(clock.now()).await {
        tracing::debug!(%error, "it is noted later which keys were used");
    }
}

async fn prune_events(duty: Duty<Webhooks>) {
    let Some(webhooks) = duty.ours().await else { return };
    match webhooks.prune().await {
        Ok(rows) => tracing::debug!(rows, "forgot events of long ago"),
        Err(error) => tracing::warn!(%error, "events of long ago could not be forgotten"),
    }
}

async fn reach((reach, rate_limits): (Reach, RateLimits)) {
    if let Err(error) = reach.look().await {
        // Tokens last longer, and that is all.
        tracing::debug!(%error, "it is not known how far the other instances have come");
    }
    rate_limits.among(reach.instances());
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

async fn prune(duty: Duty<Arc<Follower>>) {
    let Some(follower) = duty.ours().await else { return };
    match follower.prune(KEPT_CHANGES).await {
        Ok(rows) => tracing::debug!(rows, "pruned the change log"),
        Err(error) => tracing::warn!(%error, "the change log could not be pruned"),
    }
}

async fn sweep_sign_ins(duty: Duty<Accounts>) {
    let Some(accounts) = duty.ours().await else { return };
    if let Err(error) = accounts.sweep().await {
        tracing::warn!(%error, "sign-ins that have ended could not be removed");
    }
}

async fn sweep_sessions(duty: Duty<DatabaseStore>) {
    let Some(store) = duty.ours().await else { return };
    match store.sweep().await {
        Ok(rows) => tracing::debug!(rows, "removed sessions that have expired"),
        Err(error) => tracing::warn!(%error, "sessions that have expired could not be removed"),
    }
}

async fn forget_dead(duty: Duty<Database>) {
    let Some(db) = duty.ours().await else { return };
    let long_ago = duty.clock.now().plus_seconds(-LONG_DEAD);
    let forgotten = async {
        let mut t = db.write().await?;
        db::purges::forget_dead(&mut t, long_ago).await?;
        t.commit().await
    };
    if let Err(error) = forgotten.await {
        tracing::warn!(%error, "instances that died could not be forgotten");
    }
}

/// Puts the assets of this build where other instances find them, and keeps them there. The one that
/// leads sweeps behind all of them.
async fn keep_published(duty: Duty<SharedAssets>, readiness: Readiness) {
    const AGAIN: Duration = Duration::from_secs(2);
    let begun = Instant::now();
    loop {
        let pause = match duty.part.publish().await {
            Ok(()) => {
                readiness.prepared();
                sweep_assets(&duty).await;
                PUBLISHED
            }
            Err(error) => {
                tracing::error!(%error, "other instances cannot have the assets of this build yet");
                if begun.elapsed() > PUBLISHING_LIMIT {
                    readiness.prepared();
                }
                AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

async fn sweep_assets(duty: &Duty<SharedAssets>) {
    let Some(assets) = duty.ours().await else { return };
    match assets.sweep().await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "swept the assets of builds that are gone"),
        Err(error) => tracing::warn!(%error, "the assets of old builds could not be swept"),
    }
}
