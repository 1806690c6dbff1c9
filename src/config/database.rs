//! `[database]`: where posts are kept.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use super::ConfigError;
use crate::db::Limits;

/// The section `[database]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub url: SecretUrl,
    /// Connections that read at the same time.
    pub readers: u32,
    /// Connections that write at the same time; SQLite has one, whatever stands here.
    pub writers: u32,
    /// Seconds to wait for a connection.
    pub acquire_timeout_s: u64,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: SecretUrl("sqlite:data/masthead.db".to_owned()),
            readers: 8,
            writers: 4,
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
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
            wrong("database.url", "begins with `sqlite:` or `postgres:`");
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

    /// The sizes of the pools.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            readers: self.readers,
            writers: self.writers,
            acquire_timeout: std::time::Duration::from_secs(self.acquire_timeout_s),
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
        // What cannot be taken apart may have its password anywhere, and so may the query.
        let Some(mut url) = Url::parse(&self.0).ok().filter(|url| !url.path().contains('@')) else {
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
            ("sqlite:a@b.db", "sqlite:a@b.db"),
        ] {
            let url = SecretUrl(url.to_owned());
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("s3cr3t"));
        }
    }
}
