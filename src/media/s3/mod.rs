//! A bucket of Amazon S3, or of anything that speaks its protocol, as the place for files.
//!
//! Requests are signed (AWS Signature Version 4), repeated a few times where that may help, and
//! given up after a bounded time: whoever waits for a picture is told that there is none now.

mod transport;

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

use self::transport::Transport;
use super::file_type::FileType;
use super::store::StoreError;

/// How often a request is repeated after it failed.
const RETRIES: usize = 3;
/// After this time from its beginning a request is not repeated any more.
const RETRY_LIMIT: Duration = Duration::from_secs(8);
/// The first wait before a repetition, and the longest.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// Where a bucket is, and who asks. It has no `Debug`: it holds a secret.
#[derive(Clone, Default)]
pub struct S3Settings {
    /// The name of the bucket.
    pub bucket: String,
    /// What every key in it begins with; empty for the bucket's root.
    pub prefix: String,
    /// The address of the service, where it is not Amazon's. One with `http` is spoken to in the
    /// clear.
    pub endpoint: Option<String>,
    /// The region, which is a part of every signature.
    pub region: String,
    /// The access key's id and secret. Without them it is what Amazon's own variables of the
    /// environment say (`AWS_ACCESS_KEY_ID`, …), or the role of the machine.
    pub key: Option<(String, String)>,
    /// Whether the bucket is a part of the host's name and not of the path.
    pub virtual_hosted_style: bool,
}

impl S3Settings {
    /// The bucket as an object store. Nothing is asked of it yet.
    pub(super) fn open(&self) -> Result<Arc<dyn ObjectStore>, StoreError> {
        let bucket = self.bucket().map_err(|error| StoreError::Failed(Box::new(error)))?;
        if self.prefix.is_empty() {
            return Ok(Arc::new(bucket));
        }
        let prefix = Path::parse(&self.prefix).map_err(|e| StoreError::Failed(Box::new(e)))?;
        Ok(Arc::new(PrefixStore::new(bucket, prefix)))
    }

    fn bucket(&self) -> object_store::Result<AmazonS3> {
        let (init_backoff, max_backoff) = BACKOFF;
        let mut builder = match &self.key {
            Some((id, secret)) => {
                AmazonS3Builder::new().with_access_key_id(id).with_secret_access_key(secret)
            }
            None => AmazonS3Builder::from_env(),
        };
        if let Some(endpoint) = &self.endpoint {
            builder = builder
                .with_allow_http(endpoint.starts_with("http://"))
                .with_endpoint(endpoint.trim_end_matches('/'));
        }
        builder
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_virtual_hosted_style_request(self.virtual_hosted_style)
            .with_http_connector(Transport)
            .with_retry(RetryConfig {
                backoff: BackoffConfig { init_backoff, max_backoff, base: 2.0 },
                max_retries: RETRIES,
                retry_timeout: RETRY_LIMIT,
            })
            .with_client_options(self.content_types())
            .build()
    }

    /// The types of files, so that a CDN may also be pointed at the bucket itself.
    fn content_types(&self) -> ClientOptions {
        let is_plain = self.endpoint.as_ref().is_some_and(|e| e.starts_with("http://"));
        let options = ClientOptions::new().with_allow_http(is_plain);
        FileType::all().fold(options, |options, file_type| {
            options.with_content_type_for_suffix(file_type.extension, file_type.content_type)
        })
    }
}
