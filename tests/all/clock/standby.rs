//! A real primary and a real standby: lag, commits that are held back, and a promotion.
//!
//! They have a server of their own, since holding commits back would hold other tests' as well.

use std::time::Duration;

use masthead::db::{Database, DbError, Limits};
use tokio::sync::{Mutex, OnceCell};
use tokio::time::{Instant as Moment, sleep};

use super::fill::{Fill, clock, set, setting};
use super::instance::Instance;
use crate::support::Hand;
use crate::support::postgres::Cluster;

/// A primary, shared by the tests of this file, and a database of the test's own in it.
struct Primary {
    cluster: &'static Cluster,
    name: &'static str,
    db: Database,
    hand: Hand,
}

impl Primary {
    async fn with(name: &'static str) -> Self {
        static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
        let cluster = CLUSTER.get_or_init(Cluster::alone).await;
        let mut hand = Hand::connect(&cluster.url("postgres")).await;
        // Who does not ask for more waits for nobody.
        hand.execute("alter system set synchronous_commit = local").await;
        hand.execute("select pg_reload_conf()").await;
        hand.execute(&format!("create database {name}")).await;
        let db = Database::connect(&cluster.url(name), Limits::default()).await.unwrap();
        db.migrate().await.unwrap();
        let hand = Hand::connect(&cluster.url(name)).await;
        Self { cluster, name, db, hand }
    }

    fn url(&self) -> String {
        self.cluster.url(self.name)
    }

    /// A standby that has everything so far.
    async fn standby(&mut self) -> Standby {
        let standby = Standby { cluster: self.cluster.standby().await, name: self.name };
        standby.catch_up(&mut self.hand).await;
        standby
    }

    /// A write whose commit waits for a standby that is not there, once it waits.
    async fn held_write(&mut self, sql: String) -> tokio::task::JoinHandle<()> {
        let mut writer = Hand::connect(&self.url()).await;
        let writing = tokio::spawn(async move {
            writer.execute("set synchronous_commit = on").await;
            writer.execute(&sql).await;
        });
        self.until_held(1).await;
        writing
    }

    async fn until_held(&mut self, how_many: i64) {
        let held = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'";
        self.until("commits are held", held, |held| held >= how_many).await;
    }

    async fn until(&mut self, what: &str, sql: &str, is_so: impl Fn(i64) -> bool) {
        until(&mut self.hand, what, sql, is_so).await;
    }
}

/// Waits until a number is as it should be, with a deadline.
async fn until(hand: &mut Hand, what: &str, sql: &str, is_so: impl Fn(i64) -> bool) {
    let deadline = Moment::now() + Duration::from_mins(1);
    while !is_so(hand.number(sql).await) {
        assert!(Moment::now() < deadline, "not in time: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

struct Standby {
    cluster: Cluster,
    name: &'static str,
}

impl Standby {
    fn url(&self) -> String {
        self.cluster.url(self.name)
    }

    async fn hand(&self) -> Hand {
        Hand::connect(&self.url()).await
    }

    /// Waits until it shows everything that is in the primary's log.
    async fn catch_up(&self, primary: &mut Hand) {
        let end = "select cast(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as bigint)";
        let end = primary.number(end).await;
        let mut hand = self.hand().await;
        let replayed = "select cast(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') as bigint)";
        until(&mut hand, "the standby catches up", replayed, |at| at >= end).await;
    }
}

/// Commits that ask for a synchronous standby wait for one that is not there, until
/// [`Hold::release`]. One test at a time.
struct Hold(
    #[expect(dead_code, reason = "one test at a time")] tokio::sync::MutexGuard<'static, ()>,
);

impl Hold {
    async fn commits(primary: &mut Primary) -> Self {
        static TURN: Mutex<()> = Mutex::const_new(());
        let turn = TURN.lock().await;
        Self::wait_for(primary, "nobody").await;
        Self::see_one_held(primary).await;
        Self(turn)
    }

    /// Commits until one is held. It is not the backends that decide that commits wait but the
    /// checkpointer, and it may read the setting later than all others.
    async fn see_one_held(primary: &mut Primary) {
        let mut probe = Hand::connect(&primary.url()).await;
        let probing = tokio::spawn(async move {
            probe.execute("set synchronous_commit = on").await;
            loop {
                probe.execute("select pg_logical_emit_message(true, 'probe', '')").await;
            }
        });
        primary.until_held(1).await;
        // Nobody asks for the next one while this one is let go.
        probing.abort();
        let _ = probing.await;
        let held = "pg_stat_activity where wait_event = 'SyncRep'";
        primary.hand.execute(&format!("select pg_cancel_backend(pid) from {held}")).await;
        let still_held = format!("select count(*) from {held}");
        primary.until("the probe is let go", &still_held, |held| held == 0).await;
    }

    async fn release(self, primary: &mut Primary) {
        Self::wait_for(primary, "").await;
    }

    async fn wait_for(primary: &mut Primary, name: &str) {
        let hand = &mut primary.hand;
        hand.execute(&format!("alter system set synchronous_standby_names = '{name}'")).await;
        hand.execute("select pg_reload_conf()").await;
        let is_set = format!(
            "select count(*) from pg_settings
             where name = 'synchronous_standby_names' and setting = '{name}'"
        );
        until(hand, "the setting is read", &is_set, |settings| settings == 1).await;
    }
}

/// The standby stands still; the entry that was loaded from it says as of when, and is refused.
#[tokio::test]
async fn a_fill_from_a_lagging_standby_is_invalid_from_birth() {
    let mut primary = Primary::with("lagging").await;
    primary.hand.execute(&set("title", "old")).await;
    let here = Instance::of(&primary.db);
    let before = here.poll().await;
    let standby = primary.standby().await;
    standby.hand().await.execute("select pg_wal_replay_pause()").await;
    primary.hand.execute(&set("title", "new")).await;
    here.poll().await;
    let mut fill = Fill::begin(&standby.url()).await;
    assert_eq!((fill.as_of, fill.setting("title").await.as_deref()), (before, Some("old")));
    assert!(!here.stands(fill.as_of, "site"));
    assert!(here.stands(fill.as_of, "post:1"), "what did not change may come from there");
    drop(fill);
    standby.hand().await.execute("select pg_wal_replay_resume()").await;
    standby.catch_up(&mut primary.hand).await;
    let mut fill = Fill::begin(&standby.url()).await;
    assert_eq!(fill.setting("title").await.as_deref(), Some("new"));
    assert!(here.stands(fill.as_of, "site"));
}

/// A standby confirms nothing: it may lag for ever.
#[tokio::test]
async fn a_standby_is_not_taken_for_the_primary() {
    let mut primary = Primary::with("confirming").await;
    let standby = primary.standby().await;
    let limits = Limits { acquire_timeout: Duration::from_secs(1), ..Limits::default() };
    let error = Database::connect(&standby.url(), limits).await.unwrap_err();
    assert!(matches!(error, DbError::NoPrimary), "{error}");
}

/// The change is in the log of the standby and shown there; on the primary it is not visible yet.
/// Versions that are taken from the write-ahead log would call the old value new.
#[tokio::test]
async fn a_commit_that_a_synchronous_standby_holds_back_gets_its_number_when_it_is_seen() {
    let mut primary = Primary::with("held").await;
    primary.hand.execute(&set("title", "old")).await;
    let here = Instance::of(&primary.db);
    let start = here.poll().await;
    let standby = primary.standby().await;

    let hold = Hold::commits(&mut primary).await;
    let writing = primary.held_write(set("title", "new")).await;
    standby.catch_up(&mut primary.hand).await;
    assert_eq!(setting(&mut primary.hand, "title").await.as_deref(), Some("old"));
    assert_eq!(setting(&mut standby.hand().await, "title").await.as_deref(), Some("new"));
    assert_eq!(here.poll().await, start, "nothing to stamp is visible");
    // Another change is stamped meanwhile.
    primary.hand.execute(&set("accent_color", "1")).await;
    let other = here.poll().await;
    assert_eq!(other.seq, start.seq + 1);
    let mut fill = Fill::begin(&primary.url()).await;
    assert_eq!((fill.as_of, fill.setting("title").await.as_deref()), (other, Some("old")));
    standby.catch_up(&mut primary.hand).await;
    assert_eq!(clock(&mut standby.hand().await).await, other);

    hold.release(&mut primary).await;
    writing.await.unwrap();
    let end = here.poll().await;
    assert_eq!(end.seq, other.seq + 1, "a number of its own");
    assert!(!here.stands(fill.as_of, "site"));
    assert_eq!(setting(&mut primary.hand, "title").await.as_deref(), Some("new"));
}

/// Nobody is told of a number that is not committed, and nobody else gives it meanwhile.
#[tokio::test]
async fn a_stamp_that_is_held_back_is_not_told() {
    let mut primary = Primary::with("stamping").await;
    let here = Instance::of(&primary.db);
    let start = here.poll().await;
    let url = format!("{}?options=-c%20synchronous_commit%3Don", primary.url());
    let strict = Database::connect(&url, Limits::default()).await.unwrap();
    let there = Instance::of(&strict);
    there.poll().await;

    let hold = Hold::commits(&mut primary).await;
    primary.hand.execute(&set("title", "new")).await;
    let follower = there.follower.clone();
    let stamping = tokio::spawn(async move { follower.poll().await.unwrap() });
    primary.until_held(1).await;
    assert_eq!(there.watermark(), start);
    let other = tokio::spawn({
        let follower = here.follower.clone();
        async move { follower.poll().await }
    });
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
    primary.until("the other waits", waits, |waiting| waiting > 0).await;
    assert!(!stamping.is_finished());
    assert_eq!(clock(&mut primary.hand).await, start);

    hold.release(&mut primary).await;
    let stamped = stamping.await.unwrap();
    assert_eq!(stamped.seq, start.seq + 1);
    // The other either waited for it, or gave up and finds it now.
    let _ = other.await.unwrap();
    assert_eq!(here.poll().await, stamped);
    strict.close().await;
}

/// The old primary is lost with a tail that the standby never got. The numbers of the tail are given
/// again, under another epoch.
#[tokio::test]
async fn a_promotion_that_gives_numbers_again_is_a_new_epoch() {
    let mut primary = Primary::with("promoted").await;
    primary.hand.execute(&set("title", "kept")).await;
    let here = Instance::of(&primary.db);
    let kept = here.poll().await;
    let standby = primary.standby().await;
    // What it has received it would replay, so it must not receive the tail at all.
    let mut standing = standby.hand().await;
    standing.execute("alter system set primary_conninfo = ''").await;
    standing.execute("select pg_reload_conf()").await;
    let receivers = "select count(*) from pg_stat_wal_receiver";
    until(&mut standing, "it receives nothing", receivers, |receivers| receivers == 0).await;
    primary.hand.execute(&set("title", "lost")).await;
    let lost = here.poll().await;
    let mut shown = Fill::begin(&primary.url()).await;
    assert_eq!((shown.as_of, shown.setting("title").await.as_deref()), (lost, Some("lost")));
    assert!(here.stands(shown.as_of, "post:1"));

    standing.execute("select pg_promote()").await;
    assert_eq!(clock(&mut standing).await, kept, "the tail is lost");
    let promoted = Database::connect(&standby.url(), Limits::default()).await.unwrap();
    standing.execute(&set("title", "new")).await;
    let there = Instance::of(&promoted);
    let new = there.poll().await;
    assert_eq!(new.seq, lost.seq, "the number is given again");
    assert_ne!(new.epoch, lost.epoch);
    assert!(!there.stands(shown.as_of, "post:1"), "what is lost is not shown");
    promoted.close().await;
}
