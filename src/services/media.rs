//! The media library: the files of the store, and what the database knows of them.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Result, Saved, ServiceError, keep, retrying};
use crate::clock::Clock;
use crate::content_clock::Stamper;
use crate::db::{self, Database, Transaction};
use crate::domain::Media;
use crate::domain::media::IMAGES_PATH;
use crate::media::{Limits, Store, Upload, UploadError};

/// How many files are received at once: each is in memory until it is stored.
const AT_ONCE: usize = 4;
/// The shortest side of an icon, in pixels (Ghost's limit).
const MIN_ICON: u32 = 60;
/// The largest icon in the format of Windows, in bytes (Ghost's limit).
const MAX_ICO: usize = 200 * 1024;

/// Takes files into the library.
#[derive(Debug, Clone)]
pub struct MediaLibrary {
    db: Database,
    stamper: Stamper,
    store: Store,
    limits: Limits,
    clock: Arc<dyn Clock>,
    places: Arc<Semaphore>,
}

/// A file that came in, and is not stored yet.
#[derive(Debug)]
pub struct Received {
    upload: Upload,
    _place: OwnedSemaphorePermit,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A picture of any shape.
    Image,
    /// A picture of a person: as wide as it is high.
    ProfileImage,
    /// The icon of a site: likewise, and not too small.
    Icon,
    /// Sound or film.
    Media,
    /// To be downloaded.
    File,
}

impl Received {
    /// Whether it will do.
    fn fits(&self, purpose: Purpose) -> Result<()> {
        let Upload { file_type, size, bytes, .. } = &self.upload;
        let is_of_type = match purpose {
            Purpose::Image | Purpose::ProfileImage | Purpose::Icon => file_type.kind.is_picture(),
            Purpose::Media => {
                ["audio/", "video/"].iter().any(|kind| file_type.content_type.starts_with(kind))
            }
            Purpose::File => true,
        };
        if !is_of_type {
            return Err(UploadError::UnknownType.into());
        }
        if self.upload.held_scripts {
            return Err(ServiceError::invalid("file", "is a drawing that holds a script"));
        }
        let is_to_be_square = matches!(purpose, Purpose::ProfileImage | Purpose::Icon);
        if is_to_be_square && size.is_some_and(|(width, height)| width != height) {
            return Err(ServiceError::invalid("file", "is not as wide as it is high"));
        }
        if purpose != Purpose::Icon {
            return Ok(());
        }
        if size.is_some_and(|(width, _)| width < MIN_ICON) {
            let rule = format!("has fewer than {MIN_ICON} pixels on a side");
            return Err(ServiceError::invalid("file", rule));
        }
        if file_type.extension == "ico" && bytes.len() > MAX_ICO {
            return Err(UploadError::TooLarge { limit: MAX_ICO as u64 }.into());
        }
        Ok(())
    }
}

impl MediaLibrary {
    /// A library over a store, and the database that knows of its files.
    pub fn new(
        db: Database,
        stamper: Stamper,
        store: Store,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { db, stamper, store, limits, clock, places }
    }

    /// Receives a file, when it is its turn, and looks at it.
    ///
    /// # Errors
    /// [`ServiceError::Media`] where it is too large, or none that the library takes.
    pub async fn receive<E>(
        &self,
        name: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Received>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let place = self.places.clone().acquire_owned().await.map_err(|_| ServiceError::Busy)?;
        let upload = Upload::from_stream(name, None, body, &self.limits).await?;
        Ok(Received { upload, _place: place })
    }

    /// Keeps a file for some purpose, and gives the address that it has now. The same file twice is one
    /// file.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] or [`ServiceError::Media`] where it will not do for that.
    pub async fn keep(&self, received: Received, purpose: Purpose) -> Result<Saved<String>> {
        received.fits(purpose)?;
        let upload = received.upload;
        upload.store(&self.store).await?;
        let media = upload.media(self.clock.now());
        let token = retrying(|| async {
            let mut t = self.db.write().await?;
            db::media::insert(&mut t, &media).await?;
            Ok(keep(t, &self.stamper).await?)
        })
        .await?;
        Ok(Saved { value: address(&media), token })
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
