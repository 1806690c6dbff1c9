//! How many loads the replicas take off the primary, and what the figures say of it.

use std::time::Duration;

use masthead::domain::Slug;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::time::{Instant, sleep};

use super::topology::{Asked, Topology};
use crate::instance::published;
use crate::support::fixtures::{NOON, OWNER};

/// How many posts there are.
const POSTS: u64 = 40;

/// Writes go on, and readers load what was just written and what was not.
#[tokio::test]
async fn most_loads_are_taken_by_replicas_while_writes_go_on() {
    const SPAN: Duration = Duration::from_secs(4);
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let topology = Topology::with_replicas(2).await;
    let here = topology.instance().await;
    topology.hand().await.execute(OWNER).await;
    let mut posts = Vec::new();
    for number in 0..POSTS {
        posts.push(here.create(&published(&format!("Post {number}"), NOON)).await);
    }
    topology.catch_up_all().await;
    here.probe_until(0, true).await;
    here.probe_until(1, true).await;
    let before = recorder.handle().render();

    let end = Instant::now() + SPAN;
    let writing = async {
        let mut writes = 0;
        while Instant::now() < end {
            let post = &posts[usize::try_from(writes % POSTS).unwrap()].summary;
            let mut draft = published(&post.title, NOON);
            draft.markdown = format!("Written for the {writes}th time.");
            let revision = 1 + i64::try_from(writes / POSTS).unwrap();
            here.app.publishing.update(&post.id, revision, &draft).await.unwrap();
            writes += 1;
            sleep(Duration::from_millis(20)).await;
        }
        writes
    };
    let reading = async {
        let mut loads = 0;
        while Instant::now() < end {
            let slug = Slug::parse(&format!("post-{}", loads % POSTS)).unwrap();
            let seen = here.app.reading.post_alone(&slug).await.unwrap();
            assert!(seen.content.is_some());
            loads += 1;
            sleep(Duration::from_millis(1)).await;
        }
        loads
    };
    let probing = async {
        while Instant::now() < end {
            here.clock.pass(Duration::from_millis(250));
            here.prober().step().await;
            sleep(Duration::from_millis(250)).await;
        }
    };
    let (writes, loads, ()) = tokio::join!(writing, reading, probing);
    let after = recorder.handle().render();
    let counted = |what: &str| sum(&after, what) - sum(&before, what);
    let replicas = counted("masthead_db_reads_total{source=\"replica\",");
    let primary = counted("masthead_db_reads_total{source=\"primary\",");
    let again = counted("masthead_db_read_retries_total{reason=\"behind\"");
    println!(
        "{writes} writes, {loads} loads: {replicas} snapshots of replicas, {primary} of the primary, \
         {again} read again"
    );
    assert!(replicas + primary >= loads);
    assert!(replicas * 100 >= (replicas + primary) * 80, "{replicas} against {primary}");
    for metric in
        ["masthead_db_replica_lag_seconds", "masthead_db_replica_up", "masthead_db_primary_up"]
    {
        assert!(after.contains(metric), "{metric}\n{after}");
    }
    here.app.db.close().await;
}

/// The sum of the counters whose lines begin so.
fn sum(figures: &str, beginning: &str) -> u64 {
    let lines = figures.lines().filter(|line| line.starts_with(beginning));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}
