//! The configuration: flags over environment over file over defaults, as one typed value.
//!
//! Every key has a default, so that the program runs with none. In the environment a key is spelled
//! `MASTHEAD_SECTION__KEY` (`MASTHEAD_DATABASE__URL`). A key that is not known is an error: a
//! setting that does nothing is worse than a program that does not start.

mod api;
mod cache;
mod cdn;
mod database;
mod log;
mod media;
mod metrics;
mod redis;
mod server;
mod sessions;
mod webhooks;

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub use api::ApiConfig;
pub use cache::CacheConfig;
pub use cdn::{CdnConfig, CdnProvider};
pub use database::{DatabaseConfig, SecretUrl};
pub use log::{LogConfig, LogFormat};
pub use media::{MediaConfig, S3Config};
pub use metrics::MetricsConfig;
pub use redis::RedisConfig;
pub use server::ServerConfig;
pub use sessions::SessionsConfig;
pub use webhooks::WebhooksConfig;

/// The file that is read where none is named, if it is there.
pub const DEFAULT_FILE: &str = "masthead.toml";

/// The prefix of every key in the environment.
const PREFIX: &str = "MASTHEAD_";

/// The configuration of one instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where it listens, and under which address readers know it.
    pub server: ServerConfig,
    /// Where posts are kept.
    pub database: DatabaseConfig,
    /// What the instances share beside the database.
    pub redis: RedisConfig,
    /// Where it is kept who is signed in.
    pub sessions: SessionsConfig,
    /// What an instance keeps of what it has made.
    pub cache: CacheConfig,
    /// What stands in front of the instances and keeps answers.
    pub cdn: CdnConfig,
    /// How receivers of webhooks are called.
    pub webhooks: WebhooksConfig,
    /// How often somebody may ask the API, and for how much.
    pub api: ApiConfig,
    /// Where pictures are kept.
    pub media: MediaConfig,
    /// What it says about its work.
    pub log: LogConfig,
    /// Where it tells its figures.
    pub metrics: MetricsConfig,
}

/// Something that is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there.
    #[error("{}: no such file", .0.display())]
    NoFile(PathBuf),
    /// A key is unknown, or its value is of the wrong kind.
    #[error("{0}")]
    Unreadable(String),
    /// A value is of the right kind, but not allowed.
    #[error("{key}: {reason}")]
    Invalid {
        /// The key, as in `server.listen`.
        key: &'static str,
        /// What is allowed.
        reason: String,
    },
}

impl Config {
    /// Reads the configuration: `file`, or [`DEFAULT_FILE`] where it exists; then the environment;
    /// then `overrides`, which the flags of the command line set.
    ///
    /// # Errors
    /// Everything that is wrong with it, each naming its key.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, Vec<ConfigError>> {
        if let Some(file) = file.filter(|file| !file.is_file()) {
            return Err(vec![ConfigError::NoFile(file.to_owned())]);
        }
        let file = file.unwrap_or(Path::new(DEFAULT_FILE));
        // These two are flags of commands.
        let environment = Env::prefixed(PREFIX).split("__").ignore(&["config", "webhook_secret"]);
        let figment = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file))
            .merge(environment)
            .merge(Serialized::defaults(overrides));
        let config: Self = figment
            .extract()
            .map_err(|error| error.into_iter().map(|e| describe(&e)).collect::<Vec<_>>())?;
        let problems = config.validate();
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    fn validate(&self) -> Vec<ConfigError> {
        [
            self.server.validate(),
            self.database.validate(),
            self.redis.validate(),
            self.sessions.validate(),
            self.cache.validate(),
            self.cdn.validate(),
            self.webhooks.validate(),
            self.api.validate(),
            self.media.validate(),
            self.log.validate(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Says what figment found, with the key in front and the place behind.
fn describe(error: &figment::Error) -> ConfigError {
    let place = error.metadata.as_ref().map(|m| {
        m.source
            .as_ref()
            .map_or_else(|| m.name.to_string(), |source| format!("{} {source}", m.name))
    });
    let key = error.path.join(".");
    let key = if key.is_empty() { String::new() } else { format!("{key}: ") };
    let place = place.map(|place| format!(" (in {place})")).unwrap_or_default();
    ConfigError::Unreadable(format!("{key}{}{place}", error.kind))
}

/// What the flags of the command line say in place of the file and the environment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Overrides {
    /// Flags of the section `server`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<server::ServerOverrides>,
    /// Flags of the section `database`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<database::DatabaseOverrides>,
}

impl Overrides {
    /// The flags that every command has.
    #[must_use]
    pub fn new(
        listen: Option<std::net::SocketAddr>,
        url: Option<String>,
        database: Option<String>,
    ) -> Self {
        let server =
            (listen.is_some() || url.is_some()).then_some(server::ServerOverrides { listen, url });
        let database = database.map(|url| database::DatabaseOverrides { url });
        Self { server, database }
    }
}

#[cfg(test)]
#[expect(clippy::result_large_err, reason = "figment's jail wants its own error")]
mod tests {
    use figment::Jail;

    use super::*;

    fn load() -> Result<Config, String> {
        Config::load(None, &Overrides::default())
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn nothing_configured_is_the_embedded_default() {
        Jail::expect_with(|_| {
            let config = load().unwrap();
            assert_eq!(config, Config::default());
            assert!(config.database.url.reveal().starts_with("sqlite:"));
            Ok(())
        });
    }

    #[test]
    fn the_environment_goes_over_the_file_and_flags_over_both() {
        Jail::expect_with(|jail| {
            jail.create_file(
                DEFAULT_FILE,
                "[server]\nlisten = \"127.0.0.1:1\"\nurl = \"http://a\"",
            )?;
            assert_eq!(load().unwrap().server.listen.port(), 1);
            jail.set_env("MASTHEAD_SERVER__LISTEN", "127.0.0.1:2");
            assert_eq!(load().unwrap().server.listen.port(), 2);
            let flags = Overrides::new(Some("127.0.0.1:3".parse().unwrap()), None, None);
            let config = Config::load(None, &flags).unwrap();
            assert_eq!((config.server.listen.port(), config.server.url.as_str()), (3, "http://a"));
            Ok(())
        });
    }

    #[test]
    fn an_unknown_key_is_named() {
        Jail::expect_with(|jail| {
            jail.create_file(DEFAULT_FILE, "[server]\nlisen = \"127.0.0.1:1\"")?;
            let error = load().unwrap_err();
            assert!(error.contains("lisen") && error.contains("masthead.toml"), "{error}");
            Ok(())
        });
        Jail::expect_with(|jail| {
            jail.set_env("MASTHEAD_DATABSE__URL", "sqlite:x");
            let error = load().unwrap_err();
            assert!(error.contains("databse"), "{error}");
            Ok(())
        });
    }

    #[test]
    fn the_environment_reaches_the_sections_of_the_providers() {
        Jail::expect_with(|jail| {
            for (name, value) in [
                ("MASTHEAD_REDIS__URL", "redis://:s3cr3t@cache:6379/1"),
                ("MASTHEAD_CACHE__FENCE_MS", "3000"),
                ("MASTHEAD_CDN__PROVIDER", "varnish"),
                ("MASTHEAD_CDN__VARNISH__ADDRESSES", "[\"http://a:6081\", \"http://b:6081\"]"),
                ("MASTHEAD_CDN__CLOUDFRONT__SECRET_ACCESS_KEY", "s3cr3t/of+the=key"),
                ("MASTHEAD_CDN__FASTLY__TOKEN", "\"12345678\""),
            ] {
                jail.set_env(name, value);
            }
            let config = load().unwrap();
            assert_eq!(config.redis.address(), Some("redis://:s3cr3t@cache:6379/1"));
            assert_eq!(config.cache.fence(), std::time::Duration::from_secs(3));
            assert_eq!(config.cdn.varnish.addresses, ["http://a:6081", "http://b:6081"]);
            assert_eq!(config.cdn.cloudfront.secret_access_key.reveal(), "s3cr3t/of+the=key");
            assert_eq!(config.cdn.fastly.token.reveal(), "12345678");
            let shown = format!("{config:?}");
            assert!(!shown.contains("s3cr3t") && !shown.contains("12345678"), "{shown}");
            Ok(())
        });
    }

    #[test]
    fn a_provider_is_checked_when_it_is_the_one() {
        Jail::expect_with(|jail| {
            let file = "[cdn.cloudflare]\nzone = \"no id\"\n";
            jail.create_file(DEFAULT_FILE, file)?;
            assert!(load().is_ok(), "nobody uses it");
            jail.create_file(DEFAULT_FILE, &format!("[cdn]\nprovider = \"cloudflare\"\n{file}"))?;
            let error = load().unwrap_err();
            assert!(error.contains("cdn.cloudflare.zone: "), "{error}");
            assert!(error.contains("cdn.cloudflare.token: "), "{error}");
            Ok(())
        });
    }

    #[test]
    fn a_secret_of_digits_is_not_repeated() {
        Jail::expect_with(|jail| {
            jail.set_env("MASTHEAD_CDN__FASTLY__TOKEN", "0012345");
            let error = load().unwrap_err();
            assert!(error.contains("cdn.fastly.token") && error.contains("quotes"), "{error}");
            assert!(!error.contains("12345"), "{error}");
            Ok(())
        });
    }

    #[test]
    fn a_value_that_is_not_allowed_is_named_by_its_key() {
        Jail::expect_with(|jail| {
            jail.create_file(
                DEFAULT_FILE,
                "[server]\nurl = \"ftp://x\"\n[database]\nurl = \"mysql://root:pw@x/y\"",
            )?;
            let error = load().unwrap_err();
            assert!(error.contains("server.url: "), "{error}");
            assert!(error.contains("database.url: "), "{error}");
            assert!(!error.contains("pw"), "{error}");
            Ok(())
        });
    }
}
