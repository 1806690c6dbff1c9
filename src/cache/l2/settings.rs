//! Where the shared layer is, and how patient this instance is with it.

use std::time::Duration;

use crate::redis_server::RedisServer;

/// The settings of the shared layer.
#[derive(Debug, Clone)]
pub struct L2Settings {
    /// Which Redis it is.
    pub server: RedisServer,
    /// Stands before every key, so that several sites can share a Redis.
    pub prefix: String,
    /// How long a question may take.
    pub response_timeout: Duration,
    /// How long a connection may take to come about.
    pub connection_timeout: Duration,
    /// How many failures in a row open the breaker.
    pub breaker_failures: u32,
    /// How long the breaker stays open before Redis is tried again, by a question of its own.
    pub breaker_pause: Duration,
    /// Values of more bytes, as they are sent, stay out.
    pub largest_value: usize,
    /// Values of more bytes are compressed, where that helps.
    pub compress_above: usize,
    /// How long one instance may load for all. A holder that dies is waited for no longer.
    pub lease: Duration,
    /// How long an instance waits for another's load before it loads as well.
    pub lease_wait: Duration,
}

impl L2Settings {
    /// The defaults, for a Redis.
    #[must_use]
    pub fn at(server: RedisServer) -> Self {
        Self {
            server,
            prefix: "masthead".to_owned(),
            response_timeout: Duration::from_millis(100),
            connection_timeout: Duration::from_millis(500),
            breaker_failures: 5,
            breaker_pause: Duration::from_secs(1),
            largest_value: 1 << 20,
            compress_above: 2 << 10,
            lease: Duration::from_secs(5),
            lease_wait: Duration::from_secs(3),
        }
    }
}

/// The address of the shared layer is none.
#[derive(Debug, thiserror::Error)]
#[error("the address of Redis is not valid: {0}")]
pub struct InvalidRedisUrl(#[from] redis::RedisError);
