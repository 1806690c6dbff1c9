//! The ways between the parts, each of which can be cut alone.

use super::postgres::Postgres;
use super::relay::Relay;

/// The ways of one instance to what it uses.
pub struct Ways {
    /// To each server of PostgreSQL, in their order.
    pub postgres: Vec<Relay>,
    /// To the Redis of the cache, and of the news.
    pub redis: Relay,
    /// To the Redis of the sessions.
    pub sessions: Relay,
    /// To Varnish, for purges.
    pub varnish: Relay,
}

impl Ways {
    /// Ways from a new instance.
    pub async fn to(servers: &[Postgres], redis: u16, sessions: u16, varnish: u16) -> Self {
        let mut postgres = Vec::new();
        for server in servers {
            postgres.push(Relay::to(server.port()).await);
        }
        Self {
            postgres,
            redis: Relay::to(redis).await,
            sessions: Relay::to(sessions).await,
            varnish: Relay::to(varnish).await,
        }
    }
}
