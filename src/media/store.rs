//! Where uploaded files are kept: a folder of the machine, or a bucket that many machines share.
//!
//! What is stored under a key never changes, because keys are made of hashes. So writing is
//! idempotent, two instances may write the same file at once, and nothing is ever invalidated.

use std::fmt;
use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};

use super::name::StoredName;
use super::s3::S3Settings;
use crate::domain::Timestamp;

/// A place for files. Cloning gives another handle on the same place.
#[derive(Clone)]
pub struct Store(Arc<dyn ObjectStore>);

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no file of this key.
    #[error("no file {0}")]
    NotFound(String),
    /// The place cannot be reached, is full, or is not allowed.
    #[error("the media store failed: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A file that is being read.
pub struct StoredFile {
    /// The size of the whole file, in bytes.
    pub size: u64,
    /// The bytes that were asked for, piece by piece.
    pub bytes: BoxStream<'static, Result<Bytes, StoreError>>,
}

/// A file of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was last put, as the store's own clock has it.
    pub modified: Timestamp,
}

impl Store {
    /// The store in a folder of this machine, which is made where it is missing.
    ///
    /// A file is written beside its place, flushed to the disk and then renamed, so that what was
    /// acknowledged survives a crash and nobody ever reads a half.
    pub fn in_folder(folder: &FilePath) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|e| StoreError::Failed(Box::new(e)))?;
        let local = LocalFileSystem::new_with_prefix(folder).map_err(failed)?.with_fsync(true);
        Ok(Self(Arc::new(local)))
    }

    /// The store in a bucket. It is not asked yet: an instance starts without it, and serves all
    /// that is not a file.
    pub fn in_bucket(settings: &S3Settings) -> Result<Self, StoreError> {
        Ok(Self(settings.open()?))
    }

    /// Any other object store.
    #[must_use]
    pub fn on(objects: Arc<dyn ObjectStore>) -> Self {
        Self(objects)
    }

    /// Writes a file, whole or not at all. Where the key is taken, the bytes are the same.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.0.put(&path(key)?, bytes.into()).await.map_err(failed)?;
        Ok(())
    }

    /// The size of a file in bytes, or `None` where there is none.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, StoreError> {
        let found = match path(key) {
            Ok(path) => self.0.head(&path).await.map_err(failed),
            Err(error) => Err(error),
        };
        match found {
            Ok(meta) => Ok(Some(meta.size)),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether there is a file of this key.
    pub async fn exists(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.size(key).await?.is_some())
    }

    /// Opens a file, or the part of it that a range names, for reading piece by piece.
    pub async fn open(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<StoredFile, StoreError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.0.get_opts(&path(key)?, options).await.map_err(failed)?;
        let size = found.meta.size;
        Ok(StoredFile { size, bytes: found.into_stream().map_err(failed).boxed() })
    }

    /// A whole file in memory: for pictures, whose size was bounded when they came.
    pub async fn read(&self, key: &str) -> Result<Bytes, StoreError> {
        let found = self.0.get(&path(key)?).await.map_err(failed)?;
        found.bytes().await.map_err(failed)
    }

    /// Removes a file; one that is not there is removed already.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self.0.delete(&path(key)?).await.map_err(failed) {
            Err(StoreError::NotFound(_)) => Ok(()),
            result => result,
        }
    }

    /// The files whose keys begin with a folder's name, in no order, and no more than `most` of them.
    pub async fn list(&self, folder: &str, most: usize) -> Result<Vec<Listed>, StoreError> {
        let folder = path(folder.trim_end_matches('/'))?;
        let listing = self.0.list(Some(&folder)).take(most).map_ok(|object| Listed {
            key: object.location.to_string(),
            size: object.size,
            modified: Timestamp(object.last_modified.timestamp_micros()),
        });
        listing.try_collect().await.map_err(failed)
    }

    /// Every original, in no order, with its size in bytes. Variants are left out, and so is what
    /// others have put here.
    pub async fn originals(&self) -> Result<Vec<(StoredName, u64)>, StoreError> {
        let listing = self.0.list_with_delimiter(None).await.map_err(failed)?;
        let named = listing.objects.into_iter().filter_map(|object| {
            let name = object.location.filename()?.parse().ok()?;
            Some((name, object.size))
        });
        Ok(named.collect())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.0)
    }
}

fn path(key: &str) -> Result<Path, StoreError> {
    Path::parse(key).map_err(|_| StoreError::NotFound(key.to_owned()))
}

fn failed(error: object_store::Error) -> StoreError {
    match error {
        object_store::Error::NotFound { path, .. } => StoreError::NotFound(path),
        error => StoreError::Failed(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::in_folder(&folder.path().join("media")).unwrap();
        (folder, store)
    }

    async fn collect(file: StoredFile) -> Vec<u8> {
        file.bytes.try_collect::<Vec<_>>().await.unwrap().concat()
    }

    #[tokio::test]
    async fn what_is_put_can_be_read_whole_and_in_part() {
        let (_folder, store) = store();
        for _twice in 0..2 {
            store.put("a/b", Bytes::from_static(b"0123456789")).await.unwrap();
        }
        assert_eq!(store.size("a/b").await.unwrap(), Some(10));
        assert_eq!(&store.read("a/b").await.unwrap()[..], b"0123456789");
        let part = store.open("a/b", Some(2..5)).await.unwrap();
        assert_eq!(part.size, 10);
        assert_eq!(collect(part).await, b"234");
    }

    #[tokio::test]
    async fn what_is_missing_is_not_an_accident() {
        let (folder, store) = store();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        for key in ["nothing", "../secret", "/../secret", "a/../../secret", "a\0b"] {
            assert!(!store.exists(key).await.unwrap(), "{key:?}");
            assert!(matches!(store.open(key, None).await, Err(StoreError::NotFound(_))), "{key:?}");
        }
    }

    #[tokio::test]
    async fn originals_are_listed_without_their_variants() {
        let (_folder, store) = store();
        for key in ["x-277089d91c0b.png", "size/w600/x-277089d91c0b.png", "README"] {
            store.put(key, Bytes::from_static(b"bytes")).await.unwrap();
        }
        let expected = ("x-277089d91c0b.png".parse().unwrap(), 5);
        assert_eq!(store.originals().await.unwrap(), [expected]);
    }
}
