//! The assets of every build that runs, in the media store, where each instance finds those that its
//! own build does not hold.
//!
//! An instance puts its assets there before it is ready, so no page that names one is served before
//! everybody can have it. It puts them again when they have grown a day old: so the age of a file says
//! when a build that holds it was last running, and what is older than [`KEPT`] can be swept.
//!
//! Anybody may ask for a name that never was. Such a question is answered out of a list of what is in
//! the store, which is read at most once a second, however many ask. And a file is served only if
//! its bytes are those that its name was made of.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use moka::sync::Cache;
use tokio::sync::Mutex;

use super::hashed_name::HashedName;
use super::other_builds::{OtherAsset, OtherBuilds, Unreachable};
use super::{ASSETS, Asset, Coding};
use crate::clock::{Clock, Timestamp};
use crate::media::{Listed, Store, StoreError};

/// Where they are in the store.
const PLACE: &str = "builds/assets/";
/// Seconds after which a running build puts its assets anew.
const RENEWED: i64 = 24 * 3600;
/// Seconds that a file is kept after the last running build put it: a reader may come back to a page
/// that has been open for long, and search engines to one that they fetched long ago.
const KEPT: i64 = 30 * 24 * 3600;
/// How many names of a listing are looked at; a build has a handful.
const MOST_NAMES: usize = 10_000;
/// How long a listing counts, a failed one too.
const LISTING_COUNTS: Duration = Duration::from_secs(1);
/// How much of what was read is held, in bytes.
const MEMORY: u64 = 8 << 20;
/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// The shared assets, as one instance reaches them. Clones share what they hold.
#[derive(Debug, Clone)]
pub struct SharedAssets(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Store,
    clock: Arc<dyn Clock>,
    listing: Mutex<Option<Listing>>,
    memory: Cache<HashedName, OtherAsset>,
}

/// What was in the store.
#[derive(Debug)]
struct Listing {
    /// `None` where it could not be read.
    names: Option<HashSet<String>>,
    /// When it was asked for, on the stopwatch.
    at: Duration,
}

impl SharedAssets {
    /// The assets in a store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        let weight = |_: &HashedName, asset: &OtherAsset| {
            u32::try_from(asset.bytes.len()).unwrap_or(u32::MAX)
        };
        let memory = Cache::builder().max_capacity(MEMORY).weigher(weight).build();
        Self(Arc::new(Shared { store, clock, listing: Mutex::default(), memory }))
    }

    /// Puts the assets of this build into the store where they are missing, or a day old.
    ///
    /// # Errors
    /// The store does not answer. What was put stays.
    pub async fn publish(&self) -> Result<(), StoreError> {
        let plain = |asset: &'static Asset| Some((asset.path, asset.bytes(Coding::Identity)?));
        self.publish_all(ASSETS.iter().filter_map(plain)).await
    }

    /// The same with the assets of any build: addresses, and plain bytes.
    ///
    /// # Errors
    /// As [`SharedAssets::publish`].
    pub async fn publish_all(
        &self,
        assets: impl Iterator<Item = (&'static str, &'static [u8])>,
    ) -> Result<(), StoreError> {
        let since = self.0.clock.now().plus_seconds(-RENEWED);
        let listed = self.0.list().await?;
        let young: HashSet<String> =
            listed.into_iter().filter(|(_, put)| *put >= since).map(|(name, _)| name).collect();
        for (path, bytes) in assets {
            let Some(name) = HashedName::of_path(path) else { continue };
            if !young.contains(name.as_str()) {
                self.0.store.put(&key(name.as_str()), Bytes::from_static(bytes)).await?;
            }
        }
        Ok(())
    }

    /// Removes what no running build has put for [`KEPT`] seconds. Gives how many files these were.
    ///
    /// # Errors
    /// The store does not answer. What was removed stays removed.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let since = self.0.clock.now().plus_seconds(-KEPT);
        let mut swept = 0;
        for (name, _) in self.0.list().await?.into_iter().filter(|(_, put)| *put < since) {
            self.0.store.delete(&key(&name)).await?;
            swept += 1;
        }
        Ok(swept)
    }
}

impl OtherBuilds for SharedAssets {
    fn find<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Option<OtherAsset>, Unreachable>> {
        Box::pin(self.0.find(path))
    }
}

impl Shared {
    /// What is in the store: names, and when they were put.
    async fn list(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let listed = self.store.list(PLACE, MOST_NAMES).await?.into_iter();
        let small = listed.filter(|file| file.size <= LARGEST);
        let named = |file: Listed| Some((file.key.strip_prefix(PLACE)?.to_owned(), file.modified));
        Ok(small.filter_map(named).collect())
    }

    async fn find(&self, path: &str) -> Result<Option<OtherAsset>, Unreachable> {
        let Some(name) = HashedName::of_path(path) else { return Ok(None) };
        if let Some(asset) = self.memory.get(&name) {
            return Ok(Some(asset));
        }
        // Those who ask meanwhile wait for the same listing, or for the same file.
        let mut listing = self.listing.lock().await;
        if let Some(asset) = self.memory.get(&name) {
            return Ok(Some(asset));
        }
        self.look(&mut listing).await;
        let Some(names) = listing.as_mut().and_then(|listing| listing.names.as_mut()) else {
            return Err(Unreachable);
        };
        if !names.contains(name.as_str()) {
            return Ok(None);
        }
        match self.store.read(&key(name.as_str())).await {
            Ok(bytes) if name.is_of(&bytes) => {
                let asset = OtherAsset { content_type: name.content_type(), bytes };
                self.memory.insert(name, asset.clone());
                Ok(Some(asset))
            }
            // Swept, or not what it says: not there until it is listed again.
            Ok(_) | Err(StoreError::NotFound(_)) => {
                names.remove(name.as_str());
                Ok(None)
            }
            Err(error) => {
                tracing::warn!(%error, "an asset of another build cannot be read");
                *listing = Some(Listing { names: None, at: self.clock.elapsed() });
                Err(Unreachable)
            }
        }
    }

    /// Reads the listing, unless it was read a moment ago.
    async fn look(&self, listing: &mut Option<Listing>) {
        let now = self.clock.elapsed();
        if listing.as_ref().is_some_and(|last| now.saturating_sub(last.at) < LISTING_COUNTS) {
            return;
        }
        let listed = self.list().await.inspect_err(|error| {
            tracing::warn!(%error, "the assets of other builds cannot be listed");
        });
        let names = listed.ok().map(|listed| listed.into_iter().map(|(name, _)| name).collect());
        // Counted from the end: a store that hangs is not asked again at once.
        *listing = Some(Listing { names, at: self.clock.elapsed() });
    }
}

fn key(name: &str) -> String {
    format!("{PLACE}{name}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clock::{ManualClock, SystemClock};

    /// What another build might hold.
    const OTHER: (&str, &[u8]) = ("/assets/site.5f546eb4606b5c2b.css", b"a{}");
    const DAY: i64 = 24 * 3600;

    struct Place {
        folder: tempfile::TempDir,
        clock: Arc<ManualClock>,
    }

    impl Place {
        fn new() -> Self {
            let clock = ManualClock::at(SystemClock.now());
            Self { folder: tempfile::tempdir().unwrap(), clock: Arc::new(clock) }
        }

        /// An instance, with an empty memory.
        fn instance(&self) -> SharedAssets {
            SharedAssets::new(Store::in_folder(self.folder.path()).unwrap(), self.clock.clone())
        }

        fn file(&self, path: &str) -> std::path::PathBuf {
            self.folder.path().join("builds").join(path.trim_start_matches('/'))
        }
    }

    async fn bytes(assets: &SharedAssets, path: &str) -> Option<Bytes> {
        assets.find(path).await.unwrap().map(|asset| asset.bytes)
    }

    #[tokio::test]
    async fn what_one_build_puts_another_finds() {
        let place = Place::new();
        let (old, new) = (place.instance(), place.instance());
        old.publish().await.unwrap();
        for asset in ASSETS {
            let found = new.find(asset.path).await.unwrap().unwrap();
            assert_eq!(Some(&found.bytes[..]), asset.bytes(Coding::Identity));
            assert_eq!(found.content_type, asset.content_type);
        }
        assert_eq!(bytes(&old, OTHER.0).await, None);
        new.publish_all([OTHER].into_iter()).await.unwrap();
        place.clock.advance(1);
        assert_eq!(bytes(&old, OTHER.0).await.as_deref(), Some(OTHER.1));
        // What was read is held.
        std::fs::remove_file(place.file(OTHER.0)).unwrap();
        place.clock.advance(1);
        assert_eq!(bytes(&old, OTHER.0).await.as_deref(), Some(OTHER.1));
        assert_eq!(bytes(&new, OTHER.0).await, None);
    }

    #[tokio::test]
    async fn names_that_never_were_are_answered_out_of_one_listing() {
        let place = Place::new();
        let here = place.instance();
        assert_eq!(bytes(&here, OTHER.0).await, None);
        // Not looked for again at once, however many ask for whatever.
        place.instance().publish_all([OTHER].into_iter()).await.unwrap();
        for n in 0..1000_u32 {
            assert_eq!(bytes(&here, &format!("/assets/site.{n:016x}.css")).await, None);
        }
        assert_eq!(bytes(&here, OTHER.0).await, None);
        place.clock.advance(1);
        assert!(bytes(&here, OTHER.0).await.is_some());
    }

    #[tokio::test]
    async fn bytes_that_are_not_those_of_the_name_are_not_served() {
        let place = Place::new();
        let here = place.instance();
        here.publish_all([OTHER].into_iter()).await.unwrap();
        std::fs::write(place.file(OTHER.0), "body{display:none}").unwrap();
        assert_eq!(bytes(&here, OTHER.0).await, None);
    }

    #[tokio::test]
    async fn what_no_build_holds_any_more_is_swept() {
        let place = Place::new();
        let here = place.instance();
        here.publish().await.unwrap();
        here.publish_all([OTHER].into_iter()).await.unwrap();
        let age = |path: &Path, days: u64| {
            let file = std::fs::File::open(path).unwrap();
            let then = file.metadata().unwrap().modified().unwrap();
            file.set_modified(then - Duration::from_hours(days * 24)).unwrap();
        };
        for path in ASSETS.iter().map(|asset| asset.path).chain([OTHER.0]) {
            age(&place.file(path), 31);
        }
        // This build still runs; the other one does not.
        here.publish().await.unwrap();
        assert_eq!(here.sweep().await.unwrap(), 1);
        assert!(!place.file(OTHER.0).exists());
        assert!(ASSETS.iter().all(|asset| place.file(asset.path).exists()));
        place.clock.advance(29 * DAY);
        assert_eq!(here.sweep().await.unwrap(), 0);
        place.clock.advance(2 * DAY);
        assert_eq!(here.sweep().await.unwrap(), ASSETS.len());
    }
}
