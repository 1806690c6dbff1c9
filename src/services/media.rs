//! The media library: the files of the store, and what the database knows of them.

use std::path::Path;
use std::sync::Arc;

use super::Result;
use crate::clock::Clock;
use crate::db::{self, Transaction};
use crate::domain::Media;
use crate::domain::media::IMAGES_PATH;
use crate::media::{Limits, Store, Upload};

/// Takes files into the library.
#[derive(Debug, Clone)]
pub struct MediaLibrary {
    store: Store,
    limits: Limits,
    clock: Arc<dyn Clock>,
}

impl MediaLibrary {
    /// A library over a store.
    pub fn new(store: Store, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self { store, limits, clock }
    }

    /// The store of the library.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Takes a file of this machine, and gives the address that it has now. The bytes are in the
    /// store before the transaction ends; where it does not commit, they stay there unknown.
    ///
    /// # Errors
    /// [`super::ServiceError::Media`] where the file is refused or the store fails.
    pub async fn add_file_in(&self, t: &mut Transaction, path: &Path) -> Result<String> {
        let upload = Upload::from_file(path, &self.limits).await?;
        upload.store(&self.store).await?;
        let media = upload.media(self.clock.now());
        db::media::insert(t, &media).await?;
        Ok(address(&media))
    }

    /// The address that a file would have, and whether it would be taken.
    ///
    /// # Errors
    /// As [`MediaLibrary::add_file_in`].
    pub async fn try_file(&self, path: &Path) -> Result<String> {
        let upload = Upload::from_file(path, &self.limits).await?;
        Ok(address(&upload.media(self.clock.now())))
    }
}

fn address(media: &Media) -> String {
    format!("{IMAGES_PATH}{}", media.path)
}
