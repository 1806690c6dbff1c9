//! A primary and its streaming standbys, and one instance of Masthead that knows them.

use std::time::Duration;

use futures_util::future::join_all;
use masthead::config::Config;
use masthead::content_clock::AsOf;
use masthead::db::{Database, Intent, Limits, Prober, Source};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::instance::Instance;
use crate::support::Hand;
use crate::support::postgres::Cluster;

/// The database of the site.
const SITE: &str = "site";
/// How long anything may take, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Some servers. They stop when they are dropped.
pub struct Topology {
    pub primary: Cluster,
    pub replicas: Vec<Cluster>,
}

impl Topology {
    /// A primary with every table, and its standbys.
    pub async fn with_replicas(replicas: usize) -> Self {
        let primary = Cluster::alone().await;
        let mut hand = Hand::connect(&primary.url("postgres")).await;
        hand.execute(&format!("create database {SITE}")).await;
        let database = Database::connect(&primary.url(SITE), Limits::default()).await.unwrap();
        database.migrate().await.unwrap();
        database.close().await;
        let replicas = join_all((0..replicas).map(|_| primary.standby())).await;
        Self { primary, replicas }
    }

    /// The address of the primary.
    pub fn url(&self) -> String {
        self.primary.url(SITE)
    }

    /// An address that names the primary and all standbys.
    fn url_of_all(&self) -> String {
        let addresses: Vec<String> = std::iter::once(&self.primary)
            .chain(&self.replicas)
            .map(|server| server.address().to_string())
            .collect();
        format!("postgres://app@{}/{SITE}?target_session_attrs=read-write", addresses.join(","))
    }

    /// The addresses of the standbys.
    pub fn replica_urls(&self) -> Vec<String> {
        self.replicas.iter().map(|replica| replica.url(SITE)).collect()
    }

    /// A hand at the primary.
    pub async fn hand(&self) -> Hand {
        Hand::connect(&self.url()).await
    }

    /// A hand at a standby.
    pub async fn hand_at(&self, replica: usize) -> Hand {
        Hand::connect(&self.replicas[replica].url(SITE)).await
    }

    /// An instance that reads from all standbys, and has heard of the primary.
    pub async fn instance(&self) -> Instance {
        self.instance_with(|_| {}).await
    }

    /// The same, but that any of the servers may be the primary.
    pub async fn instance_of_all(&self) -> Instance {
        let url = serde_json::from_value(json!(self.url_of_all())).unwrap();
        self.instance_with(|config| config.database.url = url).await
    }

    /// The same with a configuration of the test's own.
    pub async fn instance_with(&self, change: impl FnOnce(&mut Config)) -> Instance {
        let instance = Instance::at(&self.url(), |config| {
            config.database.replicas = serde_json::from_value(json!(self.replica_urls())).unwrap();
            change(config);
        })
        .await;
        instance.app.stamper.settle().await.unwrap();
        instance
    }

    /// Waits until a standby shows what the primary does.
    pub async fn catch_up(&self, replica: usize) {
        let mut hand = self.hand().await;
        let end = "select cast(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as bigint)";
        let end = hand.number(end).await;
        let mut hand = self.hand_at(replica).await;
        let replayed = "select cast(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') as bigint)";
        until("the standby catches up", async || hand.number(replayed).await >= end).await;
    }

    /// Waits until all standbys show what the primary does.
    pub async fn catch_up_all(&self) {
        for replica in 0..self.replicas.len() {
            self.catch_up(replica).await;
        }
    }
}

/// Waits until something is so, with a deadline.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// What is asked of an instance's database.
pub trait Asked {
    fn prober(&self) -> Prober;
    /// Where a read goes, and what it sees.
    async fn source(&self, intent: Intent) -> (Source, AsOf);
    /// A stamping pass, which covers all that was written.
    async fn settle(&self) -> AsOf;
    /// Probes until a replica is used, or is not.
    async fn probe_until(&self, replica: usize, is_used: bool);
}

impl Asked for Instance {
    fn prober(&self) -> Prober {
        self.app.db.prober().unwrap()
    }

    async fn source(&self, intent: Intent) -> (Source, AsOf) {
        let snapshot = self.app.db.read(intent).await.unwrap();
        (snapshot.source(), snapshot.as_of())
    }

    async fn settle(&self) -> AsOf {
        self.app.stamper.settle().await.unwrap()
    }

    async fn probe_until(&self, replica: usize, is_used: bool) {
        until("the replica is found as it is", async || {
            // Breakers and lag go by the clock of the test.
            self.clock.pass(Duration::from_secs(1));
            self.prober().step().await;
            let mut sources = Vec::new();
            for _ in 0..16 {
                if let Ok(snapshot) = self.app.db.read(Intent::Any).await {
                    sources.push(snapshot.source());
                }
            }
            sources.contains(&Source::Replica(replica)) == is_used
        })
        .await;
    }
}

/// Words that a text of the site holds.
pub async fn page(instance: &Instance, path: &str) -> String {
    let answer = instance.anew(path).await;
    assert_eq!(answer.status, http::StatusCode::OK, "{path}: {answer:?}");
    answer.text()
}
