//! Opens the media store that the configuration names.

use super::{StartError, make_folder};
use crate::config::MediaConfig;
use crate::media::{S3Settings, Store};

pub(super) fn open(config: &MediaConfig) -> Result<Store, StartError> {
    let Some((bucket, prefix)) = config.bucket() else {
        make_folder(&config.dir)?;
        return Ok(Store::in_folder(&config.dir)?);
    };
    let s3 = &config.s3;
    let settings = S3Settings {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
        endpoint: (!s3.endpoint.is_empty()).then(|| s3.endpoint.clone()),
        region: s3.region.clone(),
        key: (!s3.access_key_id.is_empty())
            .then(|| (s3.access_key_id.clone(), s3.secret_access_key.reveal().to_owned())),
        virtual_hosted_style: s3.virtual_hosted_style,
    };
    Ok(Store::in_bucket(&settings)?)
}
