//! News over a real Redis: heard in milliseconds, missed without harm.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use masthead::content_clock::{Channel, Follower, News, follow};
use masthead::redis_server::RedisServer;
use tokio::sync::{Notify, mpsc};

use super::fill::set;
use super::instance::{HOUR, Instance};
use crate::support::leash::Leash;
use crate::support::postgres::free_port;
use crate::support::redis::{self as server, Guard};
use crate::support::{Engine, TestDatabase};

/// A Redis of the test's own.
struct Redis {
    port: u16,
    leash: Option<Leash>,
}

impl Redis {
    async fn start() -> Self {
        let mut redis = Self { port: free_port().unwrap(), leash: None };
        redis.restart().await;
        redis
    }

    async fn restart(&mut self) {
        self.stop();
        let port = self.port.to_string();
        self.leash = Some(Leash::start("redis-server", |command| {
            command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]);
            command.arg(port).stdout(Stdio::null());
        }));
        until("Redis is up", async || self.connection().await.is_some()).await;
    }

    fn stop(&mut self) {
        self.leash = None;
    }

    /// Takes connections and answers nothing, for a while.
    async fn hang(&self, time: Duration) {
        let mut command = redis::cmd("CLIENT");
        command.arg("PAUSE").arg(u64::try_from(time.as_millis()).unwrap()).arg("ALL");
        let _: () = command.query_async(&mut self.connection().await.unwrap()).await.unwrap();
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/?protocol=resp3", self.port)
    }

    fn server(&self) -> RedisServer {
        RedisServer::at(self.url())
    }

    async fn connection(&self) -> Option<redis::aio::MultiplexedConnection> {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection().await.ok()
    }

    /// How many listen to the channel.
    async fn listeners(&self) -> u64 {
        let mut command = redis::cmd("PUBSUB");
        command.arg("NUMSUB").arg("news");
        let Some(mut connection) = self.connection().await else { return 0 };
        let (_, listeners): (String, u64) = command.query_async(&mut connection).await.unwrap();
        listeners
    }

    async fn publish(&self, message: &[u8]) {
        let mut command = redis::cmd("PUBLISH");
        command.arg("news").arg(message);
        let _: u64 = command.query_async(&mut self.connection().await.unwrap()).await.unwrap();
    }

    fn listen(&self, instance: &Instance, wake: &Arc<Notify>) -> tokio::task::JoinHandle<()> {
        let channel = Channel::open(&self.server(), "news").unwrap();
        tokio::spawn(channel.listen(instance.follower.clone(), wake.clone()))
    }
}

/// Waits for a condition, with a deadline.
async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(tokio::time::Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn until_applied(follower: &Follower, seq: u64) {
    let mut applied = follower.applied();
    let waiting = applied.wait_for(|at| at.is_some_and(|at| at.seq >= seq));
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap().unwrap();
}

/// Two instances on one database; the first tells, the second listens and polls once an hour.
struct Pair {
    db: TestDatabase,
    teller: Instance,
    listener: Instance,
    wake: Arc<Notify>,
    redis: Redis,
}

async fn pair() -> Pair {
    let db = TestDatabase::migrated(Engine::Postgres).await;
    let redis = Redis::start().await;
    let (outbox, out) = mpsc::channel(64);
    tokio::spawn(Channel::open(&redis.server(), "news").unwrap().send(out));
    let teller = Instance::telling(&db, Some(outbox));
    let listener = Instance::of(&db);
    teller.follower.poll().await.unwrap();
    listener.follower.poll().await.unwrap();
    let wake = Arc::new(Notify::new());
    redis.listen(&listener, &wake);
    tokio::spawn(follow(listener.stamper(), wake.clone(), HOUR));
    until("it listens", async || redis.listeners().await == 1).await;
    Pair { db, teller, listener, wake, redis }
}

#[tokio::test]
async fn news_is_heard_past_a_password() {
    for guard in Guard::ALL {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        let redis = server::Redis::guarded(guard, &[]);
        let channel = Channel::open(&redis.server(), "news").unwrap();
        let (outbox, out) = mpsc::channel(64);
        tokio::spawn(channel.clone().send(out));
        let (teller, listener) = (Instance::telling(&db, Some(outbox)), Instance::of(&db));
        teller.follower.poll().await.unwrap();
        listener.follower.poll().await.unwrap();
        tokio::spawn(channel.listen(listener.follower.clone(), Arc::new(Notify::new())));
        let numsub: &[&[u8]] = &[b"PUBSUB", b"NUMSUB", b"news"];
        let listeners = || redis.ask::<Vec<(String, u64)>>(numsub)[0].1;
        until("it listens", async || listeners() == 1).await;
        db.hand().await.execute(&set("title", "told")).await;
        let told = teller.follower.poll().await.unwrap();
        until_applied(&listener.follower, told.seq).await;
    }
}

impl Pair {
    async fn change(&self, value: &str) -> u64 {
        self.db.hand().await.execute(&set("title", value)).await;
        self.teller.follower.poll().await.unwrap().seq
    }
}

#[tokio::test]
async fn news_is_heard_without_a_poll() {
    let pair = pair().await;
    for value in ["a", "b", "c"] {
        let seq = pair.change(value).await;
        until_applied(&pair.listener.follower, seq).await;
    }
    assert!(!pair.listener.is_valid(pair.listener.watermark().seq - 1, "site"));
}

#[tokio::test]
async fn garbage_is_passed_over() {
    let pair = pair().await;
    let watermark = pair.listener.watermark();
    let from_elsewhere = News {
        as_of: masthead::content_clock::AsOf { seq: u64::MAX, ..watermark },
        mark: masthead::content_clock::Mark(1),
        before: None,
        tags: Some(vec![]),
    };
    for garbage in [&b""[..], b"hello", &vec![0xff; 100_000], &from_elsewhere.encode()] {
        pair.redis.publish(garbage).await;
    }
    let seq = pair.change("a").await;
    until_applied(&pair.listener.follower, seq).await;
    assert_eq!(pair.listener.watermark().seq, seq);
}

#[tokio::test]
async fn after_a_restart_of_redis_the_log_is_read_and_news_is_heard_again() {
    let mut pair = pair().await;
    pair.redis.stop();
    let seq = pair.change("unheard").await;
    assert!(pair.listener.watermark().seq < seq);
    pair.redis.restart().await;
    // Listening again wakes the poll.
    until_applied(&pair.listener.follower, seq).await;
    until("it listens", async || pair.redis.listeners().await == 1).await;
    // The first news after the restart may be dropped by a sender that waits; no later one is.
    until("news is sent again", async || {
        let seq = pair.change("heard").await;
        let mut applied = pair.listener.follower.applied();
        let waiting = applied.wait_for(|at| at.is_some_and(|at| at.seq >= seq));
        tokio::time::timeout(Duration::from_millis(200), waiting).await.is_ok()
    })
    .await;
}

/// Nobody waits for a Redis that hangs, and what it missed is read when it comes back.
#[tokio::test]
async fn a_redis_that_hangs_holds_nobody_up() {
    let pair = pair().await;
    pair.redis.hang(Duration::from_secs(2)).await;
    let mut seq = 0;
    for n in 0..20 {
        let value = n.to_string();
        let change = pair.change(&value);
        seq = tokio::time::timeout(Duration::from_secs(10), change).await.expect("it waits");
    }
    until("it is heard or read", async || {
        pair.wake.notify_one();
        pair.listener.watermark().seq >= seq
    })
    .await;
    until("news is sent again", async || {
        let seq = pair.change("heard").await;
        let mut applied = pair.listener.follower.applied();
        let waiting = applied.wait_for(|at| at.is_some_and(|at| at.seq >= seq));
        tokio::time::timeout(Duration::from_millis(200), waiting).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_lost_message_shows_in_the_next() {
    let pair = pair().await;
    // A pass of an instance that tells nobody, as if its message were lost.
    let silent = Instance::of(&pair.db);
    pair.db.hand().await.execute(&set("title", "lost")).await;
    silent.follower.poll().await.unwrap();
    let seq = pair.change("told").await;
    until_applied(&pair.listener.follower, seq).await;
    drop(pair.wake);
}
