//! What all instances count together, in Redis.
//!
//! One task of an instance asks, one question at a time and within a time limit, and no request waits
//! for it. A Redis that is away, hangs or answers nonsense is one that does not answer.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};
use tokio::time::timeout;

use super::{Quota, Subject};
use crate::redis_server::RedisServer;

/// More than so many quotas are owed by nobody, however many instances let through at once: what is
/// more comes of a clock that was set.
const MOST_OWED: u64 = 64;

/// Where the instances count together.
pub struct Shared {
    manager: ConnectionManager,
    script: Script,
    prefix: String,
    timeout: Duration,
}

/// Where that is, and how patient this instance is with it.
#[derive(Debug, Clone)]
pub struct SharedSettings {
    /// Which Redis it is.
    pub server: RedisServer,
    /// Stands before every key.
    pub prefix: String,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// The address of Redis cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("redis.url: {0}")]
pub struct InvalidRedisUrl(#[from] RedisError);

impl Shared {
    /// Of so many Redis is told in one question.
    pub(super) const MOST: usize = 500;

    /// A connection that comes about with the first question.
    ///
    /// # Errors
    /// The address cannot be read.
    pub fn new(settings: SharedSettings) -> Result<Self, InvalidRedisUrl> {
        let info = settings.server.connection_info()?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(settings.connect_timeout))
            .set_response_timeout(Some(settings.timeout))
            .set_number_of_retries(0);
        Ok(Self {
            manager: ConnectionManager::new_lazy_with_config(Client::open(info)?, config)?,
            script: Script::new(include_str!("settle.lua")),
            prefix: settings.prefix,
            timeout: settings.timeout,
        })
    }

    /// Tells what was let through; gives what each owes by then, in microseconds. `None` where there is
    /// no answer.
    pub(super) async fn settle(
        &self,
        name: &str,
        quota: Quota,
        told: &[(Subject, i32)],
    ) -> Option<Vec<u64>> {
        let mut settle = self.script.prepare_invoke();
        settle.arg(quota.cost(1)).arg(quota.window().saturating_mul(MOST_OWED));
        for (subject, count) in told {
            settle.key(format!("{}:rate:{name}:{subject}", self.prefix)).arg(count);
        }
        let mut manager = self.manager.clone();
        let answer = timeout(self.timeout, settle.invoke_async::<Vec<u64>>(&mut manager)).await;
        match answer {
            Ok(Ok(debts)) if debts.len() == told.len() => Some(debts),
            Ok(Err(error)) => {
                tracing::debug!(%error, "Redis does not count");
                None
            }
            _ => None,
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
