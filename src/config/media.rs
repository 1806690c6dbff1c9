//! `[media]`: where pictures are kept, and how large they may be.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The section `[media]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaConfig {
    /// The folder of the media store.
    pub dir: PathBuf,
    /// The largest file, in bytes.
    pub max_bytes: u64,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self { dir: "data/media".into(), max_bytes: 20 << 20 }
    }
}

impl MediaConfig {
    pub(super) fn validate(&self) -> Vec<ConfigError> {
        if self.max_bytes == 0 {
            let reason = "is at least 1 byte".to_owned();
            return vec![ConfigError::Invalid { key: "media.max_bytes", reason }];
        }
        Vec::new()
    }
}
