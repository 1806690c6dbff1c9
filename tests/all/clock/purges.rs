//! The cursor of the purges, and the instances that they wait for.

use std::time::Duration;

use masthead::clock::Timestamp;
use masthead::content_clock::{AsOf, Epoch, report};
use masthead::db::{Database, Intent, purges};

use super::fill::set;
use super::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_cursor_only_moves_forward,
    a_purge_waits_for_those_who_live,
    an_instance_reports_what_it_applied,
);

const fn at(epoch: u128, seq: u64) -> AsOf {
    AsOf { epoch: Epoch(epoch), seq }
}

async fn a_cursor_only_moves_forward(db: &TestDatabase) {
    async fn advance(db: &Database, provider: &str, to: AsOf) {
        let mut t = db.write().await.unwrap();
        purges::advance(&mut t, provider, to).await.unwrap();
        t.commit().await.unwrap();
    }
    let cursor = async || {
        let mut snapshot = db.read(Intent::Primary).await.unwrap();
        let cursors = purges::cursors(&mut snapshot).await.unwrap();
        cursors.into_iter().find(|(provider, _)| provider == "varnish").map(|(_, at)| at)
    };
    assert_eq!(cursor().await, None);
    for (to, stands) in [(5, 5), (9, 9), (7, 9), (9, 9)] {
        advance(db, "varnish", at(1, to)).await;
        assert_eq!(cursor().await, Some(at(1, stands)));
    }
    advance(db, "fastly", at(1, 100)).await;
    assert_eq!(cursor().await, Some(at(1, 9)), "each has its own");
    advance(db, "varnish", at(2, 3)).await;
    assert_eq!(cursor().await, Some(at(2, 3)), "a new epoch counts anew");
}

async fn a_purge_waits_for_those_who_live(db: &TestDatabase) {
    async fn report(db: &Database, instance: &str, as_of: AsOf, at: i64) {
        let mut t = db.write().await.unwrap();
        purges::report(&mut t, instance, as_of, Timestamp(at)).await.unwrap();
        t.commit().await.unwrap();
    }
    let applied = async |epoch, alive_since| {
        let mut snapshot = db.read(Intent::Primary).await.unwrap();
        let alive_since = Timestamp(alive_since);
        purges::applied_by_all(&mut snapshot, Epoch(epoch), alive_since).await.unwrap()
    };
    assert_eq!(applied(1, 0).await, None, "nobody lives");
    report(db, "a", at(1, 5), 100).await;
    report(db, "b", at(1, 4), 100).await;
    assert_eq!(applied(1, 100).await, Some(4), "b is not as far");
    assert_eq!(applied(1, 101).await, None, "both are dead");
    report(db, "b", at(1, 6), 200).await;
    assert_eq!(applied(1, 100).await, Some(5));
    assert_eq!(applied(2, 100).await, None, "they are in the old epoch");
    report(db, "a", at(2, 1), 300).await;
    assert_eq!(applied(2, 100).await, None, "one of them is");
    let mut t = db.write().await.unwrap();
    purges::forget(&mut t, "b").await.unwrap();
    t.commit().await.unwrap();
    assert_eq!(applied(2, 100).await, Some(1), "b has stopped");
}

async fn an_instance_reports_what_it_applied(db: &TestDatabase) {
    let here = Instance::of(db);
    let reporting = tokio::spawn(report(here.follower.clone(), "here".to_owned()));
    db.hand().await.execute(&set("title", "new")).await;
    let as_of = here.poll().await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    let reported = "select cast(count(*) as bigint) from instances where id = 'here' and seq = ";
    while db.hand().await.number(&format!("{reported}{}", as_of.seq)).await == 0 {
        assert!(tokio::time::Instant::now() < deadline, "nothing is reported");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    reporting.abort();
    let mut snapshot = db.read(Intent::Primary).await.unwrap();
    let applied = purges::applied_by_all(&mut snapshot, as_of.epoch, Timestamp(0)).await.unwrap();
    assert_eq!(applied, Some(as_of.seq));
}
