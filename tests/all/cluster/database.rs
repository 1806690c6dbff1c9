//! The primary is gone, and reading goes on: what is kept is served and called stale, what is not is
//! honestly refused, and when the primary is back all is new again.

use std::process::Command;
use std::time::Duration;

use super::instances::edition;
use super::{Answer, Cluster, until};
use crate::support::Hand;
use crate::support::postgres;

/// A primary that can be taken away.
struct Primary {
    server: postgres::Cluster,
    frozen: Vec<String>,
}

impl Primary {
    /// Freezes the server and every process of it: whoever asks gets no answer, and no refusal.
    async fn freeze(&mut self) {
        let mut hand = Hand::connect(&self.server.url("postgres")).await;
        let sql = "select split_part(pg_read_file('postmaster.pid'), e'\n', 1) \
            union all select pid::text from pg_stat_activity where pid <> pg_backend_pid()";
        let processes = hand.texts(sql).await;
        // The first is the one that would replace those that end.
        signal("STOP", &processes);
        self.frozen = processes;
    }

    /// Lets it go on.
    fn thaw(&mut self) {
        signal("CONT", &std::mem::take(&mut self.frozen));
    }
}

impl Drop for Primary {
    fn drop(&mut self) {
        // One that is frozen cannot be stopped.
        self.thaw();
    }
}

fn signal(name: &str, processes: &[String]) {
    if !processes.is_empty() {
        // One may have ended since.
        let _ = Command::new("kill").arg(format!("-{name}")).args(processes).status();
    }
}

async fn cluster_on(url: String) -> Cluster {
    let settings = [
        ("MASTHEAD_DATABASE__ACQUIRE_TIMEOUT_S", "1".to_owned()),
        ("MASTHEAD_SERVER__REQUEST_TIMEOUT_S", "3".to_owned()),
        ("MASTHEAD_CDN__PROVIDER", "varnish".to_owned()),
        // Nobody listens there.
        ("MASTHEAD_CDN__VARNISH__ADDRESSES", "[\"http://127.0.0.1:1\"]".to_owned()),
    ];
    Cluster::on(url, &settings).await
}

/// Everybody shows what they have, and says after the limit of the fence that it may be old.
async fn reading_goes_on(cluster: &Cluster, number: u64) {
    let is_good = |answer: &Answer| {
        assert_eq!((answer.status.as_u16(), answer.edition()), (200, number), "{answer:?}");
        answer.is_stale() && answer.lifetime() <= 2
    };
    for paper in cluster.papers() {
        let took = until("it says so", async || is_good(&cluster.reader.get(&paper).await)).await;
        println!("called stale after {took:?}");
        assert!(took < Duration::from_secs(3), "{took:?}");
    }
    for _ in 0..20 {
        for paper in cluster.papers() {
            assert!(is_good(&cluster.reader.get(&paper).await));
        }
    }
    let refused = cluster.reader.get(&format!("{}/tag/unknown/", cluster.instances[0].url)).await;
    assert!(matches!(refused.status.as_u16(), 503 | 504), "{refused:?}");
    assert_ne!(refused.field("cache-control"), "", "{refused:?}");
    assert!(refused.lifetime() == 0, "{refused:?}");
}

/// Nobody was started anew, and everybody is fresh.
async fn all_is_new_again(cluster: &Cluster, number: u64) {
    for paper in cluster.papers() {
        let took = until("it is new again", async || {
            let answer = cluster.reader.get(&paper).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            answer.edition() == number && !answer.is_stale()
        })
        .await;
        println!("new again after {took:?}");
    }
}

/// Connections are cut, and new ones are refused.
#[tokio::test(flavor = "multi_thread")]
async fn the_primary_may_go_and_come_back() {
    let mut primary = Primary { server: postgres::Cluster::alone().await, frozen: Vec::new() };
    let mut hand = Hand::connect(&primary.server.url("postgres")).await;
    hand.execute("create database site").await;
    drop(hand);
    let cluster = cluster_on(primary.server.url("site")).await;
    for paper in cluster.papers() {
        assert_eq!(cluster.reader.get(&paper).await.edition(), 1);
    }
    let mut hand = Hand::connect(&primary.server.url("postgres")).await;
    hand.execute("alter database site with allow_connections false").await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'site'";
    hand.execute(cut).await;
    reading_goes_on(&cluster, 1).await;
    hand.execute("alter database site with allow_connections true").await;
    all_is_new_again(&cluster, 1).await;

    cluster.hand().await.execute(&edition(2)).await;
    all_is_new_again(&cluster, 2).await;
    primary.freeze().await;
    reading_goes_on(&cluster, 2).await;
    primary.thaw();
    cluster.hand().await.execute(&edition(3)).await;
    all_is_new_again(&cluster, 3).await;
    cluster.is_found_right().await;
}
