//! Makes variants when they are first asked for, and keeps them beside their originals.
//!
//! Two things are bounded, because anybody may ask: how many pictures are worked on at once (by
//! the processors), and how many pixels are in memory at once. Who finds all places taken waits.

use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

use super::file_type::Kind;
use super::inspect::{InspectError, pixel_size};
use super::resize::{ResizeError, resize};
use super::single_flight::SingleFlight;
use super::store::{Store, StoreError};
use super::variant::Variant;

/// Pixels that may be decoded at once, in millions: one picture of the largest size that is
/// taken, or many of the usual.
const MEGAPIXELS_AT_ONCE: u32 = 100;
const MEGAPIXEL: u64 = 1_000_000;

/// Makes variants, each once, and finds those that are there.
#[derive(Clone)]
pub struct Variants(Arc<Workshop>);

struct Workshop {
    store: Store,
    flights: SingleFlight<Result<Found, Arc<VariantError>>>,
    places: Semaphore,
    megapixels: Semaphore,
}

/// What there is to serve for a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It is in the store under its key.
    Stored {
        /// Bytes.
        size: u64,
    },
    /// The original is to be shown itself.
    OriginalServes,
}

/// Why there is no variant.
#[derive(Debug, thiserror::Error)]
pub enum VariantError {
    /// There is no original, or the store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No variant can be made of the original.
    #[error(transparent)]
    Resize(#[from] ResizeError),
    /// The work broke off.
    #[error("the work on the picture broke off")]
    Aborted,
}

impl From<InspectError> for VariantError {
    fn from(error: InspectError) -> Self {
        Self::Resize(error.into())
    }
}

impl Variants {
    /// The variants of the pictures in a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Workshop {
            store,
            flights: SingleFlight::default(),
            places: Semaphore::new(processors),
            megapixels: Semaphore::new(MEGAPIXELS_AT_ONCE as usize),
        }))
    }

    /// The store that originals and variants are in.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Finds a variant, and makes it where it is missing. While one task makes it, others wait
    /// for the same result; one that goes away does not stop the work.
    pub async fn find(&self, variant: &Variant) -> Result<Found, Arc<VariantError>> {
        if variant.name.file_type().kind != Kind::Raster {
            return Ok(Found::OriginalServes);
        }
        let key = variant.key();
        let stored = self.0.store.size(&key).await.map_err(|e| Arc::new(e.into()))?;
        if let Some(size) = stored {
            return Ok(Found::Stored { size });
        }
        let work = || {
            let (workshop, variant) = (Arc::clone(&self.0), variant.clone());
            async move { workshop.make(&variant).await.map_err(Arc::new) }
        };
        let made = self.0.flights.run(&key, work).await;
        made.unwrap_or_else(|| Err(Arc::new(VariantError::Aborted)))
    }
}

impl Workshop {
    async fn make(&self, variant: &Variant) -> Result<Found, VariantError> {
        let _place = self.places.acquire().await.map_err(|_| VariantError::Aborted)?;
        let original = self.store.read(variant.name.as_str()).await?;
        let file_type = variant.name.file_type();
        let (width, height) = pixel_size(&original, file_type)?.unwrap_or_default();
        let pixels = u64::from(width) * u64::from(height);
        let megapixels = u32::try_from(pixels.div_ceil(MEGAPIXEL)).unwrap_or(u32::MAX);
        let _megapixels = self
            .megapixels
            .acquire_many(megapixels.min(MEGAPIXELS_AT_ONCE))
            .await
            .map_err(|_| VariantError::Aborted)?;

        let (width, format) = (variant.width, variant.format);
        let resized =
            tokio::task::spawn_blocking(move || resize(&original, file_type, width, format))
                .await
                .map_err(|_| VariantError::Aborted)??;
        let Some(bytes) = resized else { return Ok(Found::OriginalServes) };
        let size = bytes.len() as u64;
        self.store.put(&variant.key(), bytes.into()).await?;
        Ok(Found::Stored { size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing;
    use crate::media::upload::{Limits, Upload};
    use crate::media::variant::VariantFormat;

    async fn stored(bytes: Vec<u8>) -> (tempfile::TempDir, Variants, Upload) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::in_folder(folder.path()).unwrap();
        let upload = Upload::new("photo", bytes.into(), &Limits::default()).unwrap();
        upload.store(&store).await.unwrap();
        (folder, Variants::new(store), upload)
    }

    fn webp(upload: &Upload, width: u32) -> Variant {
        Variant { name: upload.name.clone(), width, format: VariantFormat::WebP }
    }

    #[tokio::test]
    async fn a_variant_is_made_once_and_kept() {
        let (_folder, variants, upload) = stored(testing::jpeg(900, 300)).await;
        let variant = webp(&upload, 400);
        let (a, b) = tokio::join!(variants.find(&variant), variants.find(&variant));
        let Found::Stored { size } = a.unwrap() else { panic!("it is a raster picture") };
        assert_eq!(b.unwrap(), Found::Stored { size });

        let bytes = variants.store().read(&variant.key()).await.unwrap();
        assert_eq!(bytes.len() as u64, size);
        // What is in the store is served as it is: replace it, and the replacement is found.
        variants.store().put(&variant.key(), "x".into()).await.unwrap();
        assert_eq!(variants.find(&variant).await.unwrap(), Found::Stored { size: 1 });
    }

    #[tokio::test]
    async fn the_original_serves_where_no_variant_makes_sense() {
        let (_folder, variants, gif) = stored(testing::gif(900, 30)).await;
        assert_eq!(variants.find(&webp(&gif, 400)).await.unwrap(), Found::OriginalServes);
        let (_folder, variants, jpeg) = stored(testing::jpeg(300, 30)).await;
        let plain = Variant { format: VariantFormat::Original, ..webp(&jpeg, 400) };
        assert_eq!(variants.find(&plain).await.unwrap(), Found::OriginalServes);
    }

    #[tokio::test]
    async fn without_an_original_there_is_no_variant() {
        let (_folder, variants, upload) = stored(testing::jpeg(9, 9)).await;
        let name = "gone-0123456789ab.jpg".parse().unwrap();
        let error = variants.find(&Variant { name, ..webp(&upload, 400) }).await.unwrap_err();
        assert!(matches!(*error, VariantError::Store(StoreError::NotFound(_))), "{error}");
    }
}
