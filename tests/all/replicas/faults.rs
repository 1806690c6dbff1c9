//! A replica is lost in the middle of a read, or does not answer: a reader notices nothing.

use std::time::Duration;

use http::StatusCode;
use masthead::db::{Intent, Source};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::topology::{Asked, Topology, until};
use super::wire::Wire;
use crate::instance::{Answer, Instance};
use crate::support::Hand;

/// Reads of settings wait at a standby for whoever holds the lock of this number, and at the primary for
/// nobody.
const SLOW: &str = "
    insert into settings values ('title', '\"The Title\"');
    alter table settings rename to stored;
    create function held() returns boolean language plpgsql volatile as $$
    begin
        if pg_is_in_recovery() then perform pg_advisory_lock_shared(1), pg_advisory_unlock_shared(1); end if;
        return true;
    end $$;
    create view settings as select * from stored where held()";

/// A page that is being read at the one replica, which does not come to its end there.
struct Held {
    topology: Topology,
    here: std::sync::Arc<Instance>,
    /// Whoever holds the lock.
    hand: Hand,
    reading: JoinHandle<Answer>,
}

impl Held {
    async fn page() -> Self {
        let topology = Topology::with_replicas(1).await;
        topology.hand().await.execute(SLOW).await;
        let here = topology.instance().await;
        Self::at(topology, here).await
    }

    /// The same by an instance that reaches the replica in its own way.
    async fn at(topology: Topology, here: Instance) -> Self {
        let here = std::sync::Arc::new(here);
        topology.catch_up_all().await;
        here.probe_until(0, true).await;
        let mut hand = topology.hand_at(0).await;
        hand.execute("select pg_advisory_lock(1)").await;
        let reading = tokio::spawn({
            let here = here.clone();
            async move { here.anew("/archive/").await }
        });
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
        until("the page is being read", async || hand.number(waiting).await > 0).await;
        assert!(!reading.is_finished());
        Self { topology, here, hand, reading }
    }

    /// The page is there, for all that.
    async fn end(self) {
        let answer = tokio::time::timeout(Duration::from_secs(20), self.reading).await;
        let answer = answer.expect("in time").unwrap();
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text().contains("The Title"));
        self.here.app.db.close().await;
    }
}

#[tokio::test]
async fn a_session_that_is_ended_costs_a_reader_nothing() {
    let mut held = Held::page().await;
    held.hand
        .execute(
            "select pg_terminate_backend(pid) from pg_locks
             where locktype = 'advisory' and not granted",
        )
        .await;
    held.end().await;
}

#[tokio::test]
async fn a_replica_that_is_killed_costs_a_reader_nothing() {
    let held = Held::page().await;
    held.topology.replicas[0].kill().await;
    held.end().await;
}

#[tokio::test]
async fn a_replica_that_stops_costs_a_reader_nothing() {
    let held = Held::page().await;
    held.topology.replicas[0].stop().await;
    held.end().await;
}

/// What the primary did cannot be replayed while the page is being read.
#[tokio::test]
async fn a_conflict_with_the_replay_costs_a_reader_nothing() {
    let mut held = Held::page().await;
    held.hand.execute("alter system set max_standby_streaming_delay = 0").await;
    held.hand.execute("select pg_reload_conf()").await;
    held.topology.hand().await.execute("begin; lock table stored; commit").await;
    held.end().await;
}

/// The wire to the replica is cut. Who reads there is told by the prober; who comes next pays a quarter
/// of a second, once.
#[tokio::test]
async fn a_replica_behind_a_black_hole_costs_a_moment_once() {
    let topology = Topology::with_replicas(1).await;
    topology.hand().await.execute(SLOW).await;
    let wire = Wire::to(topology.replicas[0].address()).await;
    let url = format!("postgres://app@{}/site", wire.address);
    let here = topology
        .instance_with(|config| {
            config.database.replicas = serde_json::from_value(json!([url])).unwrap();
        })
        .await;
    // They are kept to the end: the page, and whoever holds it up.
    let held = Held::at(topology, here).await;
    let here = held.here.clone();
    wire.cut();

    let asked = Instant::now();
    assert_eq!(here.source(Intent::Any).await.0, Source::Primary);
    let first = asked.elapsed();
    assert!(
        (Duration::from_millis(200)..Duration::from_millis(1500)).contains(&first),
        "{first:?}"
    );
    let asked = Instant::now();
    for _ in 0..20 {
        assert_eq!(here.source(Intent::Any).await.0, Source::Primary);
    }
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());

    assert!(!held.reading.is_finished(), "nobody has told it");
    here.clock.pass(Duration::from_secs(1));
    here.prober().step().await;
    let answer =
        tokio::time::timeout(Duration::from_secs(20), held.reading).await.unwrap().unwrap();
    assert_eq!(answer.status, StatusCode::OK);

    wire.mend();
    here.probe_until(0, true).await;
    here.app.db.close().await;
}

/// A server that never said a word is never asked by a reader.
#[tokio::test]
async fn a_replica_that_was_never_there_costs_nothing() {
    let topology = Topology::with_replicas(1).await;
    let silent = Wire::to(topology.replicas[0].address()).await;
    silent.cut();
    let absent = crate::support::postgres::free_port().unwrap();
    let urls = [
        format!("postgres://app@{}/site", silent.address),
        format!("postgres://app@127.0.0.1:{absent}/site"),
        topology.replica_urls().remove(0),
    ];
    let here = topology
        .instance_with(|config| {
            config.database.replicas = serde_json::from_value(json!(urls)).unwrap();
        })
        .await;
    topology.catch_up_all().await;
    here.probe_until(2, true).await;
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(here.source(Intent::Any).await.0, Source::Replica(2));
        assert!(asked.elapsed() < Duration::from_millis(250), "{:?}", asked.elapsed());
    }
    here.app.db.close().await;
}
