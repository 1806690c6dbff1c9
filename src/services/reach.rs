//! How far changes have come: to which of them every instance that may still answer has applied the
//! log, and of which the CDN has been told. A writer's token lasts until then, and a webhook waits for it.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::cdn::Purger;
use crate::clock::Clock;
use crate::content_clock::{AsOf, Epoch};
use crate::db::{self, Database, Intent};

/// Seconds for which an instance that is not heard of may still come back, and show what it knows.
pub const LONG_DEAD: i64 = 3600;
/// Seconds in which an instance that lives is heard of: each reports every five.
const LATELY: i64 = 15;

/// Knows how far changes have come, as of its last look. Clones share what it knows.
#[derive(Debug, Clone)]
pub struct Reach {
    db: Database,
    /// After this time an instance that has not heard of a change calls what it has stale.
    fence: Duration,
    purger: Option<Arc<Purger>>,
    clock: Arc<dyn Clock>,
    known: Arc<ArcSwapOption<Known>>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    epoch: Epoch,
    applied_by_all: Option<u64>,
    instances: u32,
}

impl Reach {
    /// One that knows nothing yet. With a CDN changes have to come there too, by its purger.
    #[must_use]
    pub fn new(
        db: Database,
        fence: Duration,
        purger: Option<Arc<Purger>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { db, fence, purger, clock, known: Arc::default() }
    }

    /// Looks. It is meant to be called every second or so.
    ///
    /// # Errors
    /// The database does not answer. What was known stays true: no instance forgets.
    pub async fn look(&self) -> db::Result<()> {
        let mut snapshot = self.db.read(Intent::Primary).await?;
        let epoch = snapshot.as_of().epoch;
        let since = self.clock.now().plus_seconds(-LONG_DEAD);
        let applied_by_all = db::purges::applied_by_all(&mut snapshot, epoch, since).await?;
        let lately = self.clock.now().plus_seconds(-LATELY);
        let instances = db::purges::alive(&mut snapshot, lately).await?;
        self.known.store(Some(Arc::new(Known { epoch, applied_by_all, instances })));
        Ok(())
    }

    /// The epoch of the primary.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        self.known.load().as_ref().map(|known| known.epoch)
    }

    /// How many instances were heard of lately; at least this one is there.
    #[must_use]
    pub fn instances(&self) -> u32 {
        self.known.load().as_ref().map_or(1, |known| known.instances.max(1))
    }

    /// Whether whoever asks now, be it any instance or the CDN, is shown a change that was stamped so
    /// long `ago`, or hears that the answer is stale.
    #[must_use]
    pub fn is_shown(&self, as_of: AsOf, ago: Duration) -> bool {
        match &self.purger {
            // It is told when no instance gives the old answer as a fresh one any more.
            Some(purger) => purger.purged().is_some_and(|told| told.covers(as_of)),
            None => ago > self.fence || self.is_applied(as_of),
        }
    }

    /// Whether all instances and the CDN show a change to everybody, and none can come back with an
    /// older answer.
    #[must_use]
    pub fn is_everywhere(&self, as_of: AsOf) -> bool {
        let is_settled =
            |purger: &Arc<Purger>| purger.settled().is_some_and(|done| done.covers(as_of));
        self.is_applied(as_of) && self.purger.as_ref().is_none_or(is_settled)
    }

    /// Whether every instance has applied everything up to here.
    fn is_applied(&self, as_of: AsOf) -> bool {
        self.known.load().as_ref().is_some_and(|known| {
            known.applied_by_all.is_some_and(|seq| AsOf { epoch: known.epoch, seq }.covers(as_of))
        })
    }
}
