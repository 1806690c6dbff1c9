//! `cold`: a cluster whose every cache is empty gets its full load at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sqlx::Connection as _;
use sqlx::PgConnection;

use crate::counters;
use crate::session::Session;
use crate::topology::postgres::{DATABASE, Postgres};
use crate::topology::{Plan, Topology};
use crate::{check, desk};

/// Readers who come at once.
const READERS: usize = 200;
/// Groups of posts: some hundred addresses.
const GROUPS: usize = 40;
/// Loads that an instance may have under way.
const ORIGIN_LIMIT: usize = 4;
/// What an instance does beside its readers: the clock, the purges, the probes, what is due.
const BESIDE: usize = 5;
/// How long readers go on.
const LENGTH: Duration = Duration::from_secs(15);

/// Gives whether nobody was refused and the database was not asked by too many at once.
pub async fn run() -> bool {
    // Whoever comes to an empty cache waits for their turn.
    let settings = [
        ("MASTHEAD_CACHE__ORIGIN_LIMIT", ORIGIN_LIMIT.to_string()),
        ("MASTHEAD_SERVER__REQUEST_TIMEOUT_S", "20".to_owned()),
        ("MASTHEAD_CDN__SETTLE_S", "20".to_owned()),
    ];
    let settings = settings.map(|(key, value)| (key.to_owned(), value)).into();
    let plan = Plan { settings, ..Plan::default() };
    let mut topology = Topology::start(plan).await;
    desk::add_owner(&topology);
    check::content::write(&topology, GROUPS).await;
    // Everything that anybody keeps is gone.
    tokio::task::block_in_place(|| {
        for instance in &mut topology.instances {
            instance.kill();
        }
        topology.varnish.stop();
        topology.redis.kill();
        topology.redis.restart();
        for number in 0..topology.instances.len() {
            topology.start_instance(number, &[]);
        }
        topology.varnish.restart();
    });
    for number in 0..topology.instances.len() {
        topology.await_ready(number).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;

    let is_over = Arc::new(AtomicBool::new(false));
    let servers = topology.servers.iter().map(Postgres::port).collect();
    let looking = tokio::spawn(most_at_once(servers, is_over.clone()));
    let begin = Instant::now();
    let reading = (0..READERS).map(|number| {
        // Some come to the balancer directly, as where there is no CDN.
        let via = [topology.varnish.url(), topology.balancer.url()];
        tokio::spawn(read_on(via[number % 2].clone(), number))
    });
    let (mut asked, mut failed) = (0, Vec::new());
    for reader in join_all(reading).await {
        let (by_one, failed_by_one) = reader.unwrap();
        asked += by_one;
        failed.extend(failed_by_one);
    }
    let took = begin.elapsed();
    is_over.store(true, Ordering::Relaxed);
    let most = looking.await.unwrap();

    let bound = topology.instances.len() * (ORIGIN_LIMIT + BESIDE);
    println!("{asked} reads in {took:.1?} by {READERS} readers of a cold cluster");
    println!("{} failed", failed.len());
    for failed in failed.iter().take(20) {
        println!("  {failed}");
    }
    println!(
        "{most} connections at work at once in PostgreSQL; {} instances may have {bound}",
        topology.instances.len()
    );
    failed.is_empty() && most <= bound
}

/// How often a reader asked, and what went wrong.
async fn read_on(base: String, number: usize) -> (usize, Vec<String>) {
    let mut session = Session::new();
    let paths: Vec<String> = (0..GROUPS).flat_map(counters::addresses).collect();
    let begin = Instant::now();
    let (mut asked, mut failed) = (0, Vec::new());
    for path in paths.iter().cycle().skip(number * 7) {
        if begin.elapsed() > LENGTH {
            break;
        }
        let at = begin.elapsed();
        let answer = session.get(&format!("{base}{path}")).await;
        asked += 1;
        if answer.as_ref().is_none_or(|answer| answer.status != 200) {
            let words = answer.map_or_else(
                || "no answer".to_owned(),
                |answer| format!("{} by {:?}", answer.status, answer.field("x-instance")),
            );
            failed.push(format!("{base}{path} at {at:.1?}: {words}"));
        }
    }
    (asked, failed)
}

/// The most connections of the site that were at work at once on all servers, of many looks.
async fn most_at_once(servers: Vec<u16>, is_over: Arc<AtomicBool>) -> usize {
    let mut hands = Vec::new();
    for port in servers {
        let url = format!("postgres://app@127.0.0.1:{port}/postgres");
        hands.push(PgConnection::connect(&url).await.unwrap());
    }
    let mut most = 0;
    while !is_over.load(Ordering::Relaxed) {
        let sql = "select count(*) from pg_stat_activity where datname = $1 and state <> 'idle'";
        let looks = hands
            .iter_mut()
            .map(|hand| sqlx::query_scalar::<_, i64>(sql).bind(DATABASE).fetch_one(hand));
        let counts = join_all(looks).await;
        let at_work: i64 = counts.into_iter().map(Result::unwrap).sum();
        most = most.max(usize::try_from(at_work).expect("a count is not below nothing"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    most
}
