//! `[database]`: where posts are kept.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::ConfigError;
use crate::db::{self, InvalidAddress, Limits, ReplicaSettings, Tried};

/// The section `[database]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`. Of several hosts, as in `@a:5432,b:5432`,
    /// the one that takes writes is found, and found again when it is another one.
    pub url: SecretUrl,
    /// `postgres://USER:PASSWORD@HOST/NAME` of each physical standby that answers reads. One that lags,
    /// fails or was promoted is passed over, and used again when it is well. Logical replicas are refused:
    /// what they show and what they count do not belong together.
    pub replicas: Vec<SecretUrl>,
    /// Connections that read at the same time.
    pub readers: u32,
    /// Connections that write at the same time; SQLite has one, whatever stands here.
    pub writers: u32,
    /// Connections to each replica.
    pub replica_connections: u32,
    /// Milliseconds that a replica may lag. One that lags longer is read only while the primary is
    /// down. Whatever it is, what changed is not answered old.
    pub max_lag_ms: u64,
    /// Seconds to wait for a connection.
    pub acquire_timeout_s: u64,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: SecretUrl("sqlite:data/masthead.db".to_owned()),
            readers: 8,
            writers: 4,
            replicas: Vec::new(),
            replica_connections: 8,
            max_lag_ms: 10_000,
            acquire_timeout_s: 5,
        }
    }
}

impl DatabaseConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        let mut problems = Vec::new();
        let mut wrong = |key, reason: &str| {
            problems.push(ConfigError::Invalid { key, reason: reason.to_owned() });
        };
        let url = self.url.reveal();
        match db::servers(url) {
            _ if self.is_sqlite() => {}
            Ok(_) => {}
            Err(InvalidAddress::Scheme) => {
                wrong("database.url", "begins with `sqlite:` or `postgres:`");
            }
            Err(error) => wrong("database.url", &error.to_string()),
        }
        if self.is_sqlite() && !self.replicas.is_empty() {
            wrong("database.replicas", "are for PostgreSQL; an SQLite file has none");
        }
        if self.replicas.len() > Tried::MOST {
            wrong("database.replicas", &format!("are {} at most", Tried::MOST));
        }
        for replica in &self.replicas {
            match db::servers(replica.reveal()) {
                Ok(hosts) if hosts.len() == 1 => {}
                Ok(_) => wrong("database.replicas", "name one host each"),
                Err(error) => wrong("database.replicas", &format!("an address {error}")),
            }
        }
        if !(1..=1000).contains(&self.replica_connections) {
            wrong("database.replica_connections", "is from 1 to 1000");
        }
        if !(100..=3_600_000).contains(&self.max_lag_ms) {
            wrong("database.max_lag_ms", "is from 100 to 3600000 milliseconds");
        }
        if !(1..=1000).contains(&self.readers) {
            wrong("database.readers", "is from 1 to 1000");
        }
        if !(1..=1000).contains(&self.writers) {
            wrong("database.writers", "is from 1 to 1000");
        }
        if !(1..=300).contains(&self.acquire_timeout_s) {
            wrong("database.acquire_timeout_s", "is from 1 to 300 seconds");
        }
        problems
    }

    fn is_sqlite(&self) -> bool {
        self.url.reveal().starts_with("sqlite:")
    }

    /// The replicas; `None` where there is one server, so that nothing has to be watched. Of several
    /// hosts, another may be promoted.
    #[must_use]
    pub fn replicas(&self) -> Option<ReplicaSettings> {
        let urls: Vec<String> = self.replicas.iter().map(|url| url.reveal().to_owned()).collect();
        let is_one = db::servers(self.url.reveal()).map_or(1, |hosts| hosts.len()) == 1;
        (!is_one || !urls.is_empty()).then_some(ReplicaSettings {
            urls,
            connections: self.replica_connections,
            max_lag: Duration::from_millis(self.max_lag_ms),
        })
    }

    /// The sizes of the pools.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            readers: self.readers,
            writers: self.writers,
            acquire_timeout: Duration::from_secs(self.acquire_timeout_s),
        }
    }
}

/// Flags that go over this section.
#[derive(Debug, Clone, Serialize)]
pub struct DatabaseOverrides {
    /// `--database`
    pub url: String,
}

/// An address that may hold a password: shown without it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The address with its password, for those who connect.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The file, where the database is SQLite.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        let path = self.0.strip_prefix("sqlite:")?;
        Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sqlite_path().is_some() {
            return f.write_str(&self.0);
        }
        // Of several hosts, one after the other.
        if let Ok(servers) = db::servers(&self.0)
            && servers.len() > 1
        {
            let shown: Vec<String> =
                servers.into_iter().map(|server| Self(server).to_string()).collect();
            return f.write_str(&shown.join(" or "));
        }
        // What cannot be taken apart may have its password anywhere, and so may the query.
        let Some(mut url) = Url::parse(&self.0).ok().filter(is_plain) else {
            return f.write_str("***");
        };
        url.set_fragment(None);
        if url.query().is_some() {
            url.set_query(Some("***"));
        }
        if url.password().is_some() && url.set_password(Some("***")).is_err() {
            return f.write_str("***");
        }
        f.write_str(url.as_str())
    }
}

/// Whether an address is of one host, and nothing of what stands before the host has slipped behind it.
fn is_plain(url: &Url) -> bool {
    !url.path().contains('@') && !url.host_str().is_some_and(|host| host.contains(','))
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_not_shown() {
        for (url, shown) in [
            ("postgres://app:s3cr3t@db:5432/site", "postgres://app:***@db:5432/site"),
            ("postgres://app@db/site", "postgres://app@db/site"),
            ("postgres://db/site?user=app&password=s3cr3t", "postgres://db/site?***"),
            ("postgres://app:a@s3cr3t@db/site", "postgres://app:***@db/site"),
            ("postgres://app:#s3cr3t@db/site", "postgres://app"),
            ("postgres://app:12/s3cr3t@db/site", "***"),
            ("postgres://app:s3cr3t/@db/site", "***"),
            (
                "postgres://app:s3cr3t@a:1,b/site?target_session_attrs=primary",
                "postgres://app:***@a:1/site or postgres://app:***@b/site",
            ),
            ("postgres://app:s3cr3t@a,,b/site", "***"),
            ("sqlite:a@b.db", "sqlite:a@b.db"),
        ] {
            let url = SecretUrl(url.to_owned());
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("s3cr3t"));
        }
    }

    #[test]
    fn replicas_are_for_postgres_and_name_a_host() {
        let problems = |url: &str, replicas: &[&str]| {
            let config = DatabaseConfig {
                url: SecretUrl(url.to_owned()),
                replicas: replicas.iter().map(|url| SecretUrl((*url).to_owned())).collect(),
                ..DatabaseConfig::default()
            };
            let problems = config.validate();
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        let url = "postgres://app:s3cr3t@a,b/site";
        assert_eq!(problems(url, &["postgres://app:s3cr3t@c/site", "postgresql://d/site"]), "");
        for (url, replicas, problem) in [
            ("sqlite:x.db", &["postgres://c/site"][..], "database.replicas: are for PostgreSQL"),
            (url, &["sqlite:x.db"], "database.replicas: an address begins with"),
            (url, &["postgres://app:s3cr3t@c,d/site"], "database.replicas: name one host"),
            (url, &["postgres://c/x"; 65], "database.replicas: are 64 at most"),
            ("postgres://a,,b/x", &[], "database.url: names from 1 to 16"),
            ("mysql://a", &[], "database.url: begins with `sqlite:`"),
        ] {
            let found = problems(url, replicas);
            assert!(found.starts_with(problem) && !found.contains("s3cr3t"), "{found}");
        }
    }
}
