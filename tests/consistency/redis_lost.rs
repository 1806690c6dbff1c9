//! `redis-lost`: the Redis of the cache is lost under load, and comes back with nothing in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sqlx::PgConnection;

use crate::counters;
use crate::readers::Places;
use crate::session::Session;
use crate::support::reader::Reader;
use crate::topology::{Plan, Topology};
use crate::verdict::Percentiles;
use crate::{check, desk};

/// Readers at a time.
const READERS: u64 = 24;
/// Groups of posts.
const GROUPS: usize = 40;
/// How long Redis is there, is away, and is there again.
const PHASE: Duration = Duration::from_secs(10);
/// From its return until all is as it was.
const BOUND: Duration = Duration::from_secs(5);
/// So often a post changes: without changes nobody has to ask Redis for anything.
const CHANGE: Duration = Duration::from_millis(50);

/// A read: when it began, how long it took, and whether it was answered.
struct Read {
    at: Instant,
    took: Duration,
    failure: Option<String>,
}

/// Gives whether no read failed and all was normal within the bound.
pub async fn run() -> bool {
    let mut topology = Topology::start(Plan::default()).await;
    desk::add_owner(&topology);
    check::content::write(&topology, GROUPS).await;
    let places = Arc::new(Places::of(&topology));
    let is_over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|seed| tokio::spawn(read_on(places.clone(), seed, is_over.clone())))
        .collect();
    let hand = topology.primary().hand().await.unwrap();
    let writer = tokio::spawn(change_on(hand, is_over.clone()));

    tokio::time::sleep(PHASE).await;
    let lost = Instant::now();
    tokio::task::block_in_place(|| topology.redis.kill());
    tokio::time::sleep(PHASE).await;
    let before = Hits::of(&topology).await;
    let back = Instant::now();
    tokio::task::block_in_place(|| topology.redis.restart());
    let normal = loop {
        if Hits::of(&topology).await.are_all_above(&before) {
            break Some(back.elapsed());
        }
        if back.elapsed() > PHASE {
            break None;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    tokio::time::sleep(PHASE).await;
    is_over.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    let reads: Vec<Read> = join_all(readers).await.into_iter().flat_map(Result::unwrap).collect();

    say("with Redis", reads.iter().filter(|read| read.at < lost));
    say("without", reads.iter().filter(|read| (lost..back).contains(&read.at)));
    say("with Redis again", reads.iter().filter(|read| read.at >= back));
    let failed: Vec<_> = reads.iter().filter_map(|read| read.failure.as_ref()).collect();
    println!("{} of {} reads failed", failed.len(), reads.len());
    for failed in failed.iter().take(20) {
        println!("  {failed}");
    }
    match normal {
        Some(took) => println!("every instance had hits in it again {took:.2?} after its start"),
        None => println!("not every instance had a hit in it within {PHASE:?} of its start"),
    }
    failed.is_empty() && normal.is_some_and(|took| took <= BOUND)
}

fn say<'a>(phase: &str, reads: impl Iterator<Item = &'a Read>) {
    let micros = |took: Duration| u64::try_from(took.as_micros()).expect("it was short");
    let took = reads.map(|read| micros(read.took)).collect();
    match Percentiles::of(took) {
        Some(percentiles) => println!("{phase:<18} {percentiles}"),
        None => println!("{phase:<18} nobody asked"),
    }
}

/// Whether each instance asks Redis, and the hits that it had there.
struct Hits(Vec<(bool, u64)>);

impl Hits {
    async fn of(topology: &Topology) -> Self {
        let reader = Reader::new();
        let asked = topology.instances.iter().map(|instance| reader.get(&instance.metrics));
        let answers = join_all(asked).await;
        let texts = answers.iter().map(|answer| String::from_utf8_lossy(&answer.body));
        Self(texts.map(|text| (asks(&text), hits(&text))).collect())
    }

    /// Whether each asks, and has had more hits than it had then.
    fn are_all_above(&self, before: &Self) -> bool {
        self.0.iter().zip(&before.0).all(|((asks, now), (_, then))| *asks && now > then)
    }
}

fn asks(metrics: &str) -> bool {
    metrics.lines().any(|line| line == "masthead_cache_breaker_state 0")
}

fn hits(metrics: &str) -> u64 {
    let is_hit = |line: &&str| {
        line.starts_with("masthead_cache_lookups_total{")
            && line.contains("layer=\"l2\"")
            && line.contains("outcome=\"hit\"")
    };
    let hits = metrics.lines().filter(is_hit);
    hits.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

async fn read_on(places: Arc<Places>, seed: u64, is_over: Arc<AtomicBool>) -> Vec<Read> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut session = Session::new();
    let mut reads = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let addresses = counters::addresses(random.random_range(0..GROUPS));
        let path = &addresses[random.random_range(0..addresses.len())];
        let url = format!("{}{path}", places.url(places.any(&mut random)));
        let at = Instant::now();
        let answer = session.get(&url).await;
        let failure = match answer {
            Some(answer) if answer.status == 200 => None,
            Some(answer) => Some(format!("{url}: {}", answer.status)),
            None => Some(format!("{url}: no answer")),
        };
        reads.push(Read { at, took: at.elapsed(), failure });
    }
    reads
}

/// Changes a post after another, by hand.
async fn change_on(mut hand: PgConnection, is_over: Arc<AtomicBool>) {
    for group in (0..GROUPS).cycle() {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let sql = "update posts set updated_at = updated_at + 1 where slug = $1";
        sqlx::query(sql).bind(counters::slug(group, 0)).execute(&mut hand).await.unwrap();
        tokio::time::sleep(CHANGE).await;
    }
}
