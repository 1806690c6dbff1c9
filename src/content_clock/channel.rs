//! The channel: news over Redis, by `PUBLISH` and `SUBSCRIBE`.
//!
//! Redis delivers what it can and forgets the rest, which is all that news needs. A Redis that is
//! gone, hangs, or says nonsense costs milliseconds of freshness: the poll finds everything anyway.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{AsyncConnectionConfig, Client, ErrorKind, ProtocolVersion, RedisError, RedisResult};
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use super::{Follower, Heard, News};
use crate::redis_server::RedisServer;

/// How long a question to Redis may take.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two attempts to reach it: at first, and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// How often a silent connection is asked whether it still stands.
const PING: Duration = Duration::from_secs(5);

/// A channel of news.
#[derive(Debug, Clone)]
pub struct Channel {
    client: Client,
    name: Arc<str>,
}

impl Channel {
    /// The channel `name` of a Redis. Sites that share a Redis have channels of their own.
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// The address is not understood.
    pub fn open(server: &RedisServer, name: &str) -> RedisResult<Self> {
        let info = server.connection_info()?;
        // A connection that only listens speaks RESP2; news is small, and must not wait for more.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP2);
        let info = info
            .set_redis_settings(settings)
            .set_tcp_settings(TcpSettings::default().set_nodelay(true));
        Ok(Self { client: Client::open(info)?, name: name.into() })
    }

    /// Sends what comes out of `outbox`, until its senders are gone. What Redis does not take at once
    /// is dropped: by the time it could be sent again, everybody has polled.
    pub async fn send(self, mut outbox: mpsc::Receiver<News>) {
        let mut connection = None;
        let mut backoff = Backoff::default();
        while let Some(news) = outbox.recv().await {
            match self.publish(&mut connection, &news).await {
                Ok(()) => {
                    fail_point!("after-news");
                    count("sent");
                    backoff = Backoff::default();
                }
                Err(error) => {
                    tracing::debug!(%error, "news could not be sent");
                    count("unsent");
                    connection = None;
                    backoff.pause().await;
                    while outbox.try_recv().is_ok() {
                        count("unsent");
                    }
                }
            }
        }
    }

    async fn publish(
        &self,
        connection: &mut Option<MultiplexedConnection>,
        news: &News,
    ) -> RedisResult<()> {
        if connection.is_none() {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(PATIENCE))
                .set_response_timeout(Some(PATIENCE));
            let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
            *connection = Some(in_time(connecting).await?);
        }
        let Some(connection) = connection else { return Ok(()) };
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(&*self.name).arg(news.encode());
        in_time(publish.query_async(connection)).await
    }

    /// Hears news for as long as the instance lives. Whenever something may have been missed, it
    /// wakes the poll.
    pub async fn listen(self, follower: Arc<Follower>, wake: Arc<Notify>) {
        let mut backoff = Backoff::default();
        loop {
            let listening = async {
                let (mut sink, mut messages) =
                    in_time(self.client.get_async_pubsub()).await?.split();
                in_time(sink.subscribe(&*self.name)).await?;
                // What was said before is lost.
                wake.notify_one();
                backoff = Backoff::default();
                loop {
                    match timeout(PING, messages.next()).await {
                        Ok(Some(message)) => {
                            if hear(message.get_payload_bytes(), &follower) == Some(Heard::Gap) {
                                wake.notify_one();
                            }
                        }
                        Ok(None) => return Err(broken("the connection was closed")),
                        Err(_) => in_time(sink.ping::<redis::Value>()).await.map(|_| ())?,
                    }
                }
            };
            let result: RedisResult<()> = listening.await;
            if let Err(error) = result {
                tracing::debug!(%error, "news is not heard; polling goes on");
            }
            backoff.pause().await;
        }
    }
}

/// Hears one message; `None` where it is not news.
fn hear(message: &[u8], follower: &Follower) -> Option<Heard> {
    let heard = News::decode(message).map(|news| follower.hear(&news));
    count(match heard {
        Some(Heard::Applied) => "applied",
        Some(Heard::Known) => "known",
        Some(Heard::Gap) => "gap",
        None => "garbage",
    });
    heard
}

fn count(outcome: &'static str) {
    metrics::counter!("masthead_cache_news_total", "outcome" => outcome).increment(1);
}

async fn in_time<T>(asking: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    timeout(PATIENCE, asking).await.unwrap_or_else(|_| Err(broken("no answer in time")))
}

fn broken(why: &'static str) -> RedisError {
    (ErrorKind::Io, why).into()
}

/// Grows from pause to pause.
#[derive(Debug)]
struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Self {
        Self(BACKOFF.0)
    }
}

impl Backoff {
    async fn pause(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(BACKOFF.1);
    }
}
