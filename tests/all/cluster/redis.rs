//! Redis dies, hangs and comes back under load: nobody notices but the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::instances::edition;
use super::{Cluster, Reader, SOON, until};

/// The slowest answer that is borne: some limits on Redis, one after the other, on a busy machine.
const BOUND: Duration = Duration::from_secs(3);

/// Readers of many pages, who note what they bear.
struct Load {
    stop: Arc<AtomicBool>,
    readers: Vec<tokio::task::JoinHandle<(usize, Duration)>>,
}

impl Load {
    fn on(cluster: &Cluster) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let readers = (0..6)
            .map(|n| {
                let base = cluster.instances[n % cluster.instances.len()].url.clone();
                tokio::spawn(read(cluster.reader.clone(), base, stop.clone()))
            })
            .collect();
        Self { stop, readers }
    }

    /// How many answers there were, and how long the slowest took. Each was good.
    async fn end(self) -> (usize, Duration) {
        self.stop.store(true, Ordering::Relaxed);
        let mut sum = (0, Duration::ZERO);
        for reader in self.readers {
            let (answers, slowest) = reader.await.unwrap();
            sum = (sum.0 + answers, sum.1.max(slowest));
        }
        sum
    }
}

async fn read(reader: Reader, base: String, stop: Arc<AtomicBool>) -> (usize, Duration) {
    let (mut answers, mut slowest) = (0, Duration::ZERO);
    while !stop.load(Ordering::Relaxed) {
        // Known pages, and one that nobody has asked for yet.
        for path in ["/paper/", "/", "/rss/", &format!("/search/?q={answers}")] {
            let begin = Instant::now();
            let answer = reader.get(&format!("{base}{path}")).await;
            slowest = slowest.max(begin.elapsed());
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            answers += 1;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (answers, slowest)
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_may_die_and_hang_under_load() {
    let mut cluster = Cluster::start().await;
    let mut hand = cluster.hand().await;
    let mut number = 1;
    let load = Load::on(&cluster);
    for fault in ["kill", "freeze"] {
        match fault {
            "kill" => cluster.redis.kill(),
            _ => cluster.redis.freeze(),
        }
        for _ in 0..2 {
            number += 1;
            hand.execute(&edition(number)).await;
            let took = everywhere(&cluster, number).await;
            println!("{fault}: seen everywhere after {took:?}");
            assert!(took < SOON, "{fault}: {took:?}");
        }
        match fault {
            "kill" => cluster.redis.restart(),
            _ => cluster.redis.thaw(),
        }
        // It is used again: what one makes, another finds there.
        let mut page = 0;
        let took = until("Redis is used again", async || {
            page += 1;
            let path = format!("/search/?q={fault}+{page}");
            let mut answers = Vec::new();
            for instance in [0, 0, 1] {
                let url = format!("{}{path}", cluster.instances[instance].url);
                answers.push(cluster.reader.get(&url).await);
            }
            answers[2].is_hit_of("l2")
        })
        .await;
        println!("{fault}: used again after {took:?}");
    }
    let (answers, slowest) = load.end().await;
    println!("{answers} answers, the slowest after {slowest:?}");
    assert!(slowest < BOUND, "{slowest:?}");
    cluster.is_found_right().await;
}

/// How long it takes until each instance shows an edition.
async fn everywhere(cluster: &Cluster, number: u64) -> Duration {
    let begin = Instant::now();
    for paper in cluster.papers() {
        until("it is seen", async || cluster.reader.get(&paper).await.edition() == number).await;
    }
    begin.elapsed()
}
