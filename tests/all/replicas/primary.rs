//! The primary: gone for a while, or another server than before.

use std::time::Duration;

use http::StatusCode;
use masthead::db::{DbError, Intent, Source};
use serde_json::json;
use tokio::time::Instant;

use super::topology::{Asked, Topology, page, until};
use crate::instance::Instance;
use crate::support::Hand;

/// A write that no server can take says so in time.
async fn is_refused_in_time(here: &Instance) {
    let asked = Instant::now();
    let error = here.app.db.write().await.unwrap_err();
    assert!(matches!(error, DbError::NoPrimary), "{error}");
    assert!(error.is_unavailable());
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
}

async fn write(here: &Instance, title: &str) -> Result<(), DbError> {
    let mut t = here.app.db.write().await?;
    masthead::db::settings::set(&mut t, "title", &format!("\"{title}\"")).await?;
    t.commit().await
}

#[tokio::test]
async fn without_a_primary_reading_goes_on_and_writing_waits_for_it() {
    let topology = Topology::with_replicas(2).await;
    let here = topology.instance().await;
    write(&here, "Before").await.unwrap();
    let before = here.settle().await;
    topology.catch_up_all().await;
    here.probe_until(0, true).await;
    here.probe_until(1, true).await;

    topology.primary.kill().await;
    is_refused_in_time(&here).await;
    is_refused_in_time(&here).await;
    for _ in 0..10 {
        assert!(page(&here, "/archive/").await.contains("Before"));
        assert_ne!(here.source(Intent::AtLeast(before)).await.0, Source::Primary);
    }
    let error = here.app.db.read(Intent::Primary).await.unwrap_err();
    assert!(matches!(error, DbError::NoPrimary), "{error}");
    here.app.stamper.settle().await.unwrap_err();

    // One of the replicas as well.
    topology.replicas[0].kill().await;
    for _ in 0..10 {
        assert_eq!(here.anew("/archive/").await.status, StatusCode::OK);
    }

    topology.primary.start_again().await;
    until("writes go on", async || write(&here, "After").await.is_ok()).await;
    let after = here.settle().await;
    assert!(after.covers(before), "the same epoch: {before} {after}");
    assert!(page(&here, "/archive/").await.contains("After"));
    topology.replicas[0].start_again().await;
    here.probe_until(0, true).await;
    here.probe_until(1, true).await;
    here.app.db.close().await;
}

/// Readers who find every place at the replicas taken wait for one: there is nowhere else to go.
#[tokio::test]
async fn without_a_primary_readers_wait_for_a_place_at_a_replica() {
    let topology = Topology::with_replicas(1).await;
    let here = topology.instance_with(|config| config.database.replica_connections = 1).await;
    topology.catch_up_all().await;
    here.probe_until(0, true).await;
    let first = here.app.db.read(Intent::Any).await.unwrap();
    assert_ne!(first.source(), Source::Primary);
    assert_eq!(here.source(Intent::Any).await.0, Source::Primary, "its place is taken");

    topology.primary.kill().await;
    is_refused_in_time(&here).await;
    let db = here.app.db.clone();
    let mut second = tokio::spawn(async move { db.read(Intent::Any).await });
    let early = tokio::time::timeout(Duration::from_millis(500), &mut second).await;
    assert!(early.is_err(), "{early:?}");
    drop(first);
    let second = second.await.unwrap().unwrap();
    assert_ne!(second.source(), Source::Primary);
    drop(second);
    here.app.db.close().await;
}

/// The primary falls, a standby is promoted, and then the old one is there again and takes writes.
#[tokio::test]
async fn a_promoted_standby_is_found_and_the_old_primary_is_not_used_again() {
    let topology = Topology::with_replicas(2).await;
    let here = topology.instance_of_all().await;
    write(&here, "Before").await.unwrap();
    let before = here.settle().await;
    topology.catch_up_all().await;
    here.probe_until(0, true).await;
    here.probe_until(1, true).await;

    topology.primary.kill().await;
    is_refused_in_time(&here).await;
    topology.hand_at(0).await.execute("select pg_promote()").await;
    until("writes go on", async || write(&here, "After").await.is_ok()).await;
    let after = here.settle().await;
    assert_ne!(after.epoch, before.epoch);
    let mut promoted = topology.hand_at(0).await;
    let titles = promoted.texts("select value from settings where key = 'title'").await;
    assert_eq!(titles, ["\"After\""]);
    // It takes the writes now, so it is no replica; the other one follows nobody.
    here.probe_until(0, false).await;
    here.probe_until(1, false).await;
    assert!(page(&here, "/archive/").await.contains("After"));

    // Two servers take writes. The one that was left behind gets none.
    topology.primary.start_again().await;
    for round in 0..5 {
        here.clock.pass(Duration::from_secs(6));
        here.prober().step().await;
        write(&here, &format!("Round {round}")).await.unwrap();
        here.settle().await;
    }
    // Not even where it is the only one left.
    topology.replicas[0].stop().await;
    is_refused_in_time(&here).await;
    here.clock.pass(Duration::from_secs(6));
    here.prober().step().await;
    is_refused_in_time(&here).await;
    topology.replicas[0].start_again().await;
    until("writes go on", async || write(&here, "Last").await.is_ok()).await;
    let mut old = Hand::connect(&topology.url()).await;
    let titles = old.texts("select value from settings where key = 'title'").await;
    assert_eq!(titles, ["\"Before\""]);
    here.app.db.close().await;
}

/// A standby is promoted while the primary still answers: who looks around finds out.
#[tokio::test]
async fn a_promotion_beside_a_living_primary_is_found() {
    let topology = Topology::with_replicas(1).await;
    let here = topology.instance_of_all().await;
    write(&here, "Before").await.unwrap();
    topology.catch_up_all().await;
    topology.hand_at(0).await.execute("select pg_promote()").await;
    here.clock.pass(Duration::from_secs(6));
    here.prober().step().await;
    write(&here, "After").await.unwrap();
    let mut old = topology.hand().await;
    let titles = old.texts("select value from settings where key = 'title'").await;
    assert_eq!(titles, ["\"Before\""]);
    here.app.db.close().await;
}

/// Somebody makes the server read-only under a running site, and takes it back.
#[tokio::test]
async fn a_server_that_is_made_read_only_is_no_primary() {
    let topology = Topology::with_replicas(0).await;
    let here = topology.instance().await;
    let mut hand = topology.hand().await;
    write(&here, "Before").await.unwrap();
    hand.execute("alter system set default_transaction_read_only = on").await;
    hand.execute("select pg_reload_conf()").await;
    // On a busy machine a session that stands by hears of the setting later than another, and only who
    // writes finds out.
    until("it is found", async || {
        here.app.stamper.settle().await.is_err()
            && matches!(write(&here, "Before").await, Err(DbError::NoPrimary))
    })
    .await;
    is_refused_in_time(&here).await;
    assert!(page(&here, "/archive/").await.contains("Before"), "reading goes on");
    hand.execute("set default_transaction_read_only = off").await;
    hand.execute("alter system reset default_transaction_read_only").await;
    hand.execute("select pg_reload_conf()").await;
    until("writes go on", async || write(&here, "After").await.is_ok()).await;
    here.app.db.close().await;
}

/// Long writes take all the connections for writing; the clock has its own.
#[tokio::test]
async fn long_writes_do_not_keep_the_clock_waiting() {
    let topology = Topology::with_replicas(0).await;
    let here = topology.instance().await;
    let mut writers = Vec::new();
    for _ in 0..here.app.config.database.writers {
        writers.push(here.app.db.write().await.unwrap());
    }
    topology.hand().await.execute("insert into settings values ('title', '1')").await;
    let asked = Instant::now();
    here.settle().await;
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    drop(writers);
    here.app.db.close().await;
}

/// A server that is no standby of the primary is not read, however well it answers.
#[tokio::test]
async fn another_cluster_and_another_primary_are_no_replicas() {
    let topology = Topology::with_replicas(1).await;
    let other = Topology::with_replicas(1).await;
    let urls = [topology.url(), other.url(), other.replica_urls().remove(0)];
    let here = topology
        .instance_with(|config| {
            config.database.replicas = serde_json::from_value(json!(urls)).unwrap();
        })
        .await;
    // A copy whose clock is of the same epoch, as a dump that was restored elsewhere.
    let epoch = topology.hand().await.texts("select epoch from content_clock").await.remove(0);
    let sql = format!("update content_clock set epoch = '{epoch}'");
    other.hand().await.execute(&sql).await;
    other.catch_up_all().await;
    for _ in 0..3 {
        here.clock.pass(Duration::from_secs(1));
        here.prober().step().await;
        assert_eq!(here.source(Intent::Any).await.0, Source::Primary);
    }
    here.app.db.close().await;
}
