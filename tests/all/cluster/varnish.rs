//! Varnish is gone while something is published, and is told when it is back, whoever lives by then.

use std::time::{Duration, Instant};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use masthead::services::webhooks::Wish;

use super::instances::edition;
use super::{Cluster, until};
use crate::instance::published;
use crate::support::fixtures::NOON;
use crate::support::postgres::free_port;
use crate::support::stand_in::{Says, StandIn};

/// A way to Varnish that can be cut.
struct Relay {
    port: u16,
    is_open: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Relay {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (is_open, mut opened) = watch::channel(true);
        let own_port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                if !*opened.borrow_and_update() {
                    continue;
                }
                let mut cut = opened.clone();
                tokio::spawn(async move {
                    let Ok(mut there) = TcpStream::connect(("127.0.0.1", port)).await else {
                        return;
                    };
                    tokio::select! {
                        _ = copy_bidirectional(&mut stream, &mut there) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { port: own_port, is_open, task }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// It keeps the old page, for a day as far as it knows, and cannot be told.
#[tokio::test(flavor = "multi_thread")]
async fn a_varnish_that_could_not_be_told_is_told_later() {
    let port = free_port().unwrap();
    let relay = Relay::to(port).await;
    let mut cluster = Cluster::behind_varnish_at(port, relay.port).await;
    let paper = cluster.papers().pop().unwrap();
    until("all is purged", async || cursor(&cluster).await == Some(clock(&cluster).await)).await;
    until("it is kept", async || {
        let answer = cluster.reader.get(&paper).await;
        assert_eq!(answer.edition(), 1);
        answer.cache_status().contains("varnish; hit")
    })
    .await;

    relay.is_open.send_replace(false);
    cluster.hand().await.execute(&edition(2)).await;
    let instances = cluster.papers();
    for paper in &instances[..3] {
        until("it is new", async || cluster.reader.get(paper).await.edition() == 2).await;
    }
    assert_eq!(cluster.reader.get(&paper).await.edition(), 1, "nobody has told it");
    // What is owed is in nobody's memory.
    for number in 0..cluster.instances.len() {
        cluster.instances[number].stop();
        cluster.start_instance(number);
    }
    cluster.await_ready().await;
    relay.is_open.send_replace(true);
    let took = until("it is told", async || cluster.reader.get(&paper).await.edition() == 2).await;
    println!("the new page {took:?} after the way was open");
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(500) {
        assert_eq!(cluster.reader.get(&paper).await.edition(), 2, "it went back");
    }
    until("it said yes", async || cursor(&cluster).await == Some(clock(&cluster).await)).await;
}

/// Whoever was told and asks at once would else be given the old page, and build a site of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_told_of_nothing_that_varnish_does_not_show() {
    let port = free_port().unwrap();
    let relay = Relay::to(port).await;
    let cluster = Cluster::behind_varnish_at(port, relay.port).await;
    let receiver = StandIn::start(|_| Says::new(204, "")).await;
    let service = cluster.service().await;
    let whose = service.integrations.add("Build").await.unwrap().value.integration.id;
    let (event, target_url) = ("post.added".to_owned(), receiver.url());
    service.webhooks.add(&whose, &Wish { event, target_url, ..Wish::default() }).await.unwrap();
    let mut fronts = cluster.papers();
    for front in &mut fronts {
        front.truncate(front.len() - "paper/".len());
    }
    let (at_varnish, at_instances) = fronts.split_last().unwrap();
    let shows = async |url: &String| {
        let answer = cluster.reader.get(url).await;
        String::from_utf8(answer.body.to_vec()).unwrap().contains("Good news")
    };
    until("all is purged", async || cursor(&cluster).await == Some(clock(&cluster).await)).await;
    until("it is kept", async || {
        cluster.reader.get(at_varnish).await.cache_status().contains("varnish; hit")
    })
    .await;

    relay.is_open.send_replace(false);
    service.publishing.create(&published("Good news", NOON)).await.unwrap();
    for front in at_instances {
        until("it is new", async || shows(front).await).await;
    }
    assert!(!shows(at_varnish).await, "nobody has told it");
    assert_eq!(receiver.asked().len(), 0, "it is not to be told yet");
    relay.is_open.send_replace(true);
    until("it is told", async || !receiver.asked().is_empty()).await;
    for front in &fronts {
        assert!(shows(front).await, "{front}");
    }
    service.close().await;
}

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

    // It is not in anybody's memory, and those who live have to find out who is dead.
    for number in 0..cluster.instances.len() {
        cluster.instances[number].kill();
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
