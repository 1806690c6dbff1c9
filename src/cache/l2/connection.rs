//! The connection to Redis: one for all, with a time limit on every question, behind the breaker.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, counter};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{Client, ErrorKind, ProtocolVersion, PushInfo, RedisError, RedisResult};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{sleep, timeout};

use super::breaker::{Breaker, State};
use super::{InvalidRedisUrl, L2Settings};

/// The connection. Its clones are the same one.
#[derive(Clone)]
pub struct Connection {
    manager: ConnectionManager,
    breaker: Arc<Breaker>,
    response_timeout: Duration,
    pause: Duration,
    failures: Failures,
}

impl Connection {
    /// A connection that comes about with the first question; and what Redis says unasked.
    pub fn new(
        settings: &L2Settings,
    ) -> Result<(Self, UnboundedReceiver<PushInfo>), InvalidRedisUrl> {
        let info = settings.server.connection_info()?;
        let resp3 = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let info = info
            .set_redis_settings(resp3)
            .set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let (sender, pushes) = tokio::sync::mpsc::unbounded_channel();
        let config = ConnectionManagerConfig::new()
            .set_push_sender(sender)
            .set_automatic_resubscription()
            .set_response_timeout(Some(settings.response_timeout))
            .set_connection_timeout(Some(settings.connection_timeout))
            // Whoever asks meanwhile waits for the retries; the breaker tries anew in their stead.
            .set_number_of_retries(0);
        let connection = Self {
            manager: ConnectionManager::new_lazy_with_config(Client::open(info)?, config)?,
            breaker: Arc::new(Breaker::new(settings.breaker_failures)),
            response_timeout: settings.response_timeout,
            pause: settings.breaker_pause,
            failures: Failures::registered(),
        };
        Ok((connection, pushes))
    }

    /// Whether a question would be asked at all.
    pub fn is_usable(&self) -> bool {
        self.breaker.is_closed()
    }

    /// Asks Redis. `None` where it does not answer in time, or with an error, or is not asked.
    pub async fn ask<T, F>(&self, question: impl FnOnce(ConnectionManager) -> F) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        if !self.is_usable() {
            return None;
        }
        let answer = timeout(self.response_timeout, question(self.manager.clone())).await;
        let (is_over, why) = match answer {
            Ok(Ok(answer)) => {
                self.breaker.succeeded();
                return Some(answer);
            }
            Ok(Err(error)) => (self.failures.count(&error), error.to_string()),
            Err(late) => {
                self.failures.timed_out.increment(1);
                (true, late.to_string())
            }
        };
        if !is_over {
            self.breaker.succeeded();
        } else if self.breaker.failed() {
            self.retry_behind(&why);
        }
        None
    }

    /// The connection was lost: nothing is asked until another stands.
    pub fn lost(&self) {
        if self.breaker.trip() {
            self.retry_behind("the connection was lost");
        }
    }

    /// Tries until Redis answers, then closes the breaker.
    fn retry_behind(&self, why: &str) {
        tracing::warn!(why, "Redis does not answer; going on without the shared cache");
        let this = self.clone();
        tokio::spawn(async move {
            // As long as somebody else would ask.
            while Arc::strong_count(&this.breaker) > 1 {
                this.breaker.set(State::HalfOpen);
                let mut manager = this.manager.clone();
                let ping = redis::cmd("PING");
                let ping = ping.query_async::<String>(&mut manager);
                if timeout(this.response_timeout, ping).await.is_ok_and(|answer| answer.is_ok()) {
                    this.breaker.set(State::Closed);
                    tracing::info!("Redis answers again");
                    return;
                }
                this.breaker.set(State::Open);
                sleep(this.pause).await;
            }
        });
    }
}

/// What Redis did instead of answering, counted.
#[derive(Clone)]
struct Failures {
    timed_out: Counter,
    disconnected: Counter,
    refused: Counter,
}

impl Failures {
    fn registered() -> Self {
        let failures = |reason| counter!("masthead_cache_redis_failures_total", "reason" => reason);
        Self {
            timed_out: failures("timed_out"),
            disconnected: failures("disconnected"),
            refused: failures("refused"),
        }
    }

    /// Counts an error. True where Redis did not answer, or does not let this instance in; false where it
    /// said no to a question, as when it is full.
    fn count(&self, error: &RedisError) -> bool {
        let is_no = matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension)
            || error.kind() == ErrorKind::UnexpectedReturnType;
        let counter = if is_no {
            &self.refused
        } else if error.is_timeout() {
            &self.timed_out
        } else {
            &self.disconnected
        };
        counter.increment(1);
        !is_no || matches!(error.code(), Some("WRONGPASS" | "NOAUTH"))
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("breaker", &self.breaker).finish_non_exhaustive()
    }
}
