//! `[media]`: where pictures are kept, and how large they may be.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::cdn::Secret;

/// The section `[media]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaConfig {
    /// The folder of the media store, where there is no [`MediaConfig::url`].
    pub dir: PathBuf,
    /// The bucket that all instances share, as `s3://bucket` or `s3://bucket/prefix`; empty for the
    /// folder.
    pub url: String,
    /// How the bucket is reached.
    pub s3: S3Config,
    /// The largest file, in bytes.
    pub max_bytes: u64,
}

/// The section `[media.s3]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Config {
    /// The address of the service, like `https://s3.example.org`; empty for Amazon's. With `http`
    /// files and signatures travel in the clear: for a network of your own.
    pub endpoint: String,
    /// The region of the bucket.
    pub region: String,
    /// The id of the access key. Without it, what Amazon's own variables say (`AWS_ACCESS_KEY_ID`
    /// and its sisters), or the role of the machine.
    pub access_key_id: String,
    /// The secret of the access key.
    pub secret_access_key: Secret,
    /// Whether the bucket is a part of the host's name (`bucket.s3.example.org`) and not of the
    /// path. With an `endpoint` of your own, that endpoint has the bucket in it then.
    pub virtual_hosted_style: bool,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            dir: "data/media".into(),
            url: String::new(),
            s3: S3Config::default(),
            max_bytes: 20 << 20,
        }
    }
}

impl Default for S3Config {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            region: "us-east-1".to_owned(),
            access_key_id: String::new(),
            secret_access_key: Secret::default(),
            virtual_hosted_style: false,
        }
    }
}

impl MediaConfig {
    /// The bucket and the prefix within it; `None` where files are kept in the folder.
    #[must_use]
    pub fn bucket(&self) -> Option<(&str, &str)> {
        let place = self.url.strip_prefix("s3://")?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        Some((bucket, prefix.trim_matches('/')))
    }

    pub(super) fn validate(&self) -> Vec<ConfigError> {
        let mut problems = Vec::new();
        let mut wrong = |key, reason: &str| {
            problems.push(ConfigError::Invalid { key, reason: reason.to_owned() });
        };
        if self.max_bytes == 0 {
            wrong("media.max_bytes", "is at least 1 byte");
        }
        if !self.url.is_empty() && !self.bucket().is_some_and(is_place) {
            wrong("media.url", "is like `s3://bucket` or `s3://bucket/prefix`");
        }
        let s3 = &self.s3;
        if !s3.endpoint.is_empty() && !is_service(&s3.endpoint) {
            wrong("media.s3.endpoint", "is an address like `https://s3.example.org`");
        }
        if s3.region.is_empty() {
            wrong("media.s3.region", "is a name; a service without regions takes `us-east-1`");
        }
        if s3.access_key_id.is_empty() != s3.secret_access_key.is_empty() {
            wrong("media.s3.secret_access_key", "goes with `media.s3.access_key_id`");
        }
        problems
    }
}

/// Whether a bucket may have this name (Amazon's rule for new ones), and a key this beginning.
fn is_place((bucket, prefix): (&str, &str)) -> bool {
    let is_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
    let is_safe = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_');
    (3..=63).contains(&bucket.len())
        && bucket.bytes().all(is_name)
        && (prefix.is_empty()
            || prefix
                .split('/')
                .all(|part| !matches!(part, "" | "." | "..") && part.bytes().all(is_safe)))
}

fn is_service(address: &str) -> bool {
    let Ok(uri) = address.parse::<http::Uri>() else { return false };
    matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        && uri.query().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(change: impl FnOnce(&mut MediaConfig)) -> Vec<String> {
        let mut config = MediaConfig::default();
        change(&mut config);
        config.validate().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_address_names_a_bucket_and_what_keys_begin_with() {
        for (url, place) in [
            ("", None),
            ("s3://pictures", Some(("pictures", ""))),
            ("s3://pictures/", Some(("pictures", ""))),
            ("s3://my.pictures/site/a/", Some(("my.pictures", "site/a"))),
        ] {
            let config = MediaConfig { url: url.to_owned(), ..MediaConfig::default() };
            assert_eq!(config.bucket(), place, "{url}");
            assert_eq!(config.validate().len(), 0, "{url}");
        }
        for url in [
            "pictures",
            "s3://",
            "s3://Ab",
            "s3://a_b",
            "s3://abc/../x",
            "s3://abc/a//b",
            "s3://abc/a b",
            "https://abc",
            "s3://abc?x=y",
        ] {
            let problems = problems(|config| config.url = url.to_owned());
            assert!(problems[0].starts_with("media.url: "), "{url}: {problems:?}");
        }
    }

    #[test]
    fn a_service_has_an_address_and_a_whole_key() {
        for endpoint in ["s3.example.org", "ftp://x", "http://user:pw@x", "http://x/?y"] {
            let problems = problems(|config| config.s3.endpoint = endpoint.to_owned());
            assert!(problems[0].starts_with("media.s3.endpoint: "), "{endpoint}: {problems:?}");
        }
        let half = problems(|config| config.s3.access_key_id = "id".to_owned());
        assert!(half[0].starts_with("media.s3.secret_access_key: "), "{half:?}");
        let config = S3Config { secret_access_key: Secret::new("s3cr3t"), ..S3Config::default() };
        assert!(!format!("{config:?}").contains("s3cr3t"));
    }
}
