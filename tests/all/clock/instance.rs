//! An instance, as far as the content clock is concerned.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use masthead::clock::{ManualClock, Timestamp};
use masthead::content_clock::{
    AsOf, ContentClock, Follower, News, Provenance, Stamper, Standing, TagClock, TagSet,
};
use masthead::db::Database;
use masthead::entropy::CountingEntropy;
use tokio::sync::mpsc;

/// So long that no test waits for it.
pub const HOUR: Duration = Duration::from_hours(1);

/// A follower of a database, and the clock that it moves.
pub struct Instance {
    pub clock: Arc<ContentClock>,
    pub follower: Arc<Follower>,
}

impl Instance {
    /// One that polls when it is told to, and tells nobody.
    pub fn of(db: &Database) -> Self {
        Self::telling(db, None)
    }

    /// One that tells its passes.
    pub fn telling(db: &Database, outbox: Option<mpsc::Sender<News>>) -> Self {
        static FIRST: AtomicU64 = AtomicU64::new(1 << 32);
        let entropy = CountingEntropy::from(FIRST.fetch_add(1 << 20, Ordering::SeqCst));
        let time = Arc::new(ManualClock::at(Timestamp(0)));
        let clock =
            ContentClock::new(TagClock::default(), Duration::from_millis(1500), time.clone());
        let clock = Arc::new(clock);
        let log = Arc::new(db.clone());
        let follower = Follower::new(log, clock.clone(), time, Arc::new(entropy), outbox);
        Self { clock, follower: Arc::new(follower) }
    }

    pub fn stamper(&self) -> Stamper {
        Stamper::start(self.follower.clone(), Duration::from_secs(5))
    }

    pub async fn poll(&self) -> AsOf {
        self.follower.poll().await.unwrap()
    }

    pub fn watermark(&self) -> AsOf {
        self.clock.tags.watermark().expect("it has begun")
    }

    /// Whether a value of the current epoch stands.
    pub fn is_valid(&self, seq: u64, tag: &str) -> bool {
        self.stands(AsOf { seq, ..self.watermark() }, tag)
    }

    pub fn stands(&self, as_of: AsOf, tag: &str) -> bool {
        let value = Provenance::new(as_of, TagSet::of([tag]));
        self.clock.standing(&value) != Standing::Changed
    }
}
