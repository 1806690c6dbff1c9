//! Sessions in Redis, for many instances: a database or a server of their own.
//!
//! The keys are bare ids, and a key that goes is somebody signed out. So the Redis of the cache will
//! not do: it throws keys away when it is full. The defaults of the driver wait for ever; here every
//! wait ends, and a connection that was lost, or was never there, is tried again as long as the
//! instance runs.

use std::sync::Arc;
use std::time::Duration;

use fred::clients::Pool;
use fred::error::ErrorKind;
use fred::interfaces::ClientLike as _;
use fred::types::config::{Config, ReconnectPolicy, TlsConnector};
use fred::types::{Builder, InfoKind};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tower_sessions_redis_store::RedisStore;

use crate::redis_server::RedisServer;

/// Connections; each carries many commands at once.
const CONNECTIONS: usize = 2;
/// The most commands that wait on a connection.
const WAITING: usize = 10_000;
/// Milliseconds between two attempts to connect: the first, and the most.
const RECONNECT_MS: (u32, u32) = (50, 1_000);

/// Where the Redis of the sessions is.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// Which one it is.
    pub server: RedisServer,
    /// How long to wait for a connection, and for an answer.
    pub timeout: Duration,
}

/// The address of Redis cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("sessions.url is no address of Redis: {0}")]
pub struct InvalidSessionUrl(String);

/// The store; it connects in its own time.
pub(super) fn connect(settings: &RedisSettings) -> Result<RedisStore<Pool>, InvalidSessionUrl> {
    let pool = pool(settings).map_err(|error| InvalidSessionUrl(error.details().to_owned()))?;
    pool.connect();
    tokio::spawn(warn_of_eviction(pool.clone()));
    Ok(RedisStore::new(pool))
}

fn pool(settings: &RedisSettings) -> Result<Pool, fred::error::Error> {
    let server = &settings.server;
    // Of the certificates the driver would trust those of the machine; here they are the same for all who
    // are called.
    let behind_tls = server.url().strip_prefix("rediss://");
    let url = behind_tls.map_or_else(|| server.url().to_owned(), |rest| format!("redis://{rest}"));
    let mut config = Config::from_url(&url)?;
    if behind_tls.is_some() {
        config.tls = Some(tls(server.authorities())?.into());
    }
    // The first connection is tried again as any other.
    config.fail_fast = false;
    let (first, most) = RECONNECT_MS;
    let mut builder = Builder::from_config(config);
    builder.set_policy(ReconnectPolicy::new_exponential(0, first, most, 2));
    builder.with_performance_config(|performance| {
        performance.default_command_timeout = settings.timeout;
    });
    builder.with_connection_config(|connection| {
        connection.connection_timeout = settings.timeout;
        connection.internal_command_timeout = settings.timeout;
        connection.max_command_attempts = 1;
        connection.max_command_buffer_len = WAITING;
        connection.tcp.nodelay = Some(true);
    });
    builder.build_pool(CONNECTIONS)
}

/// How it is spoken to where that is a secret.
fn tls(authorities: Option<&[u8]>) -> Result<TlsConnector, fred::error::Error> {
    let broken = |error: &dyn std::fmt::Display| {
        fred::error::Error::new(ErrorKind::Tls, format!("the certificates: {error}"))
    };
    let mut trusted = RootCertStore::empty();
    match authorities {
        Some(pem) => {
            for authority in CertificateDer::pem_slice_iter(pem) {
                let authority = authority.map_err(|error| broken(&error))?;
                trusted.add(authority).map_err(|error| broken(&error))?;
            }
        }
        None => trusted.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(&error))?;
    Ok(config.with_root_certificates(trusted).with_no_client_auth().into())
}

/// Says it loudly where Redis would throw sessions away. `INFO` is allowed where `CONFIG` is not.
async fn warn_of_eviction(pool: Pool) {
    if pool.wait_for_connect().await.is_err() {
        return;
    }
    let info: Result<String, _> = pool.info(Some(InfoKind::Memory)).await;
    match info.as_ref().map(|info| eviction_policy(info)) {
        Ok(Some("noeviction")) => {}
        Ok(Some(policy)) => tracing::error!(
            policy,
            "the Redis of `sessions.url` signs people out when it is full: its maxmemory-policy has \
             to be `noeviction`, and the sessions want a server of their own"
        ),
        Ok(None) => tracing::warn!("the Redis of `sessions.url` does not say what it throws away"),
        Err(error) => {
            tracing::warn!(%error, "the Redis of `sessions.url` was not asked what it throws away");
        }
    }
}

/// What is thrown away when the memory is full, as `INFO memory` says it.
fn eviction_policy(info: &str) -> Option<&str> {
    info.lines().find_map(|line| line.strip_prefix("maxmemory_policy:")).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_found_in_what_redis_says() {
        let info = "# Memory\r\nused_memory:1\r\nmaxmemory_policy:allkeys-lru\r\n";
        assert_eq!(eviction_policy(info), Some("allkeys-lru"));
        assert_eq!(eviction_policy("# Memory\r\n"), None);
    }

    #[test]
    fn an_address_that_cannot_be_read_is_not_repeated() {
        let settings = RedisSettings {
            server: RedisServer::at("redis://:s3cr3t@["),
            timeout: Duration::from_millis(500),
        };
        let error = connect(&settings).unwrap_err();
        assert!(!format!("{error} {error:?} {settings:?}").contains("s3cr3t"));
    }
}
