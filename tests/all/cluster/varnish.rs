//! Varnish is gone while something is published, and is told when it is back, whoever lives by then.

use super::instances::edition;
use super::{Cluster, until};

#[tokio::test(flavor = "multi_thread")]
async fn purges_are_delivered_to_a_varnish_that_was_away() {
    let mut cluster = Cluster::behind_varnish().await;
    let mut hand = cluster.hand().await;
    // The first round has to begin before it can be late.
    until("the cursor stands", async || cursor(&cluster).await.is_some()).await;
    until("all is purged", async || cursor(&cluster).await == Some(clock(&cluster).await)).await;

    cluster.varnish.as_mut().unwrap().stop();
    hand.execute(&edition(2)).await;
    until("it is stamped", async || {
        hand.number("select count(*) from change_log where seq is null").await == 0
    })
    .await;
    let told = cursor(&cluster).await.unwrap();
    assert!(told < clock(&cluster).await, "nobody was there to say yes");

    // It is not in anybody's memory.
    for number in 0..cluster.instances.len() {
        cluster.instances[number].stop();
        cluster.start_instance(number);
    }
    cluster.await_ready().await;
    assert_eq!(cursor(&cluster).await.unwrap(), told, "it waits for the yes");
    cluster.varnish.as_mut().unwrap().restart();
    let took =
        until("it is told", async || cursor(&cluster).await == Some(clock(&cluster).await)).await;
    println!("told {took:?} after its return");
    let paper = cluster.papers().pop().unwrap();
    assert_eq!(cluster.reader.get(&paper).await.edition(), 2);
}

/// Up to which change Varnish was told.
async fn cursor(cluster: &Cluster) -> Option<i64> {
    let sql = "select seq::text from purge_cursors where provider = 'varnish:first'";
    cluster.hand().await.texts(sql).await.first().map(|seq| seq.parse().unwrap())
}

/// The last change.
async fn clock(cluster: &Cluster) -> i64 {
    cluster.hand().await.number("select seq from content_clock").await
}
