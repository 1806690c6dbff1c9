//! The layered cache: what this process keeps (L1), before what all instances share (L2), before
//! whatever loads.
//!
//! It knows no wall-clock tags and deletes nothing on a change: the content clock says whether an
//! entry still stands, at every look, without a question over the network. So a load that read
//! before a change and stores after it does no harm; what it stored was never valid.
//!
//! A miss walks down: L1, a load of the same key that is under way here ([`flight`]), L2, a lease so
//! that one instance loads for all ([`l2`]), a place under the [`origin_limit`], the loader. What it
//! made is kept on the way back. Redis may fail at any time; then L1 and the limit carry on.

mod ask;
mod class;
mod doorkeeper;
mod early_refresh;
mod entry;
mod flight;
mod l1;
mod l2;
mod load;
mod measures;
mod origin;
mod origin_limit;
mod pass_memory;
mod removal;
mod removal_counts;
mod settings;

use std::sync::Arc;
use std::time::Duration;

pub use ask::{Ask, Hold, LoadError, Loaded, Made, Outcome, Reason};
pub use class::{Admission, Class};
pub use entry::{Entry, Found, Judge, Layer, Lifetime, Reuse};
pub use l1::Size;
pub use l2::{InvalidRedisUrl, L2Settings};
pub use origin_limit::Priority;
pub use settings::Settings;

use crate::clock::Clock;
use crate::content_clock::{AsOf, ContentClock};
use crate::entropy::Entropy;
use doorkeeper::Doorkeeper;
use flight::Flights;
use l1::L1;
use l2::L2;
use measures::Measures;
use origin_limit::OriginLimit;
use pass_memory::PassMemory;
use removal_counts::RemovalCounts;

/// A cache. Its clones are the same cache.
#[derive(Debug, Clone)]
pub struct Cache(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    l1: L1,
    l2: Option<L2>,
    /// Tells this instance's messages from those of others.
    id: u64,
    /// What came out of the shared layer while a key was removed may be that.
    removals: RemovalCounts,
    doorkeeper: Doorkeeper,
    flights: Flights,
    passes: PassMemory,
    origin: OriginLimit,
    measures: Measures,
    load_limit: Duration,
    content_clock: Arc<ContentClock>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Cache {
    /// A cache that is empty in this process. With a shared layer, it is made inside of a Tokio
    /// runtime; it does not wait for Redis to answer.
    pub fn new(
        settings: &Settings,
        content_clock: Arc<ContentClock>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, InvalidRedisUrl> {
        let (l2, pushes) = settings.l2.clone().map(L2::new).transpose()?.unzip();
        let cache = Self(Arc::new(Parts {
            l1: L1::new(settings.l1_bytes, settings.negative_bytes),
            l2,
            id: entropy.next(),
            removals: RemovalCounts::default(),
            doorkeeper: Doorkeeper::default(),
            flights: Flights::default(),
            passes: PassMemory::new(settings.pass_memory),
            origin: OriginLimit::new(settings.origin_limit, settings.origin_queue),
            measures: Measures::default(),
            load_limit: settings.load_limit,
            content_clock,
            clock,
            entropy,
        }));
        if let Some(pushes) = pushes {
            removal::listen(&cache, pushes);
        }
        Ok(cache)
    }

    /// The content clock that decides what is valid.
    pub fn content_clock(&self) -> &Arc<ContentClock> {
        &self.0.content_clock
    }

    /// The entry of a key in this process: no waiting, and no allocation.
    pub fn near<C: Class>(&self, key: &str) -> Option<Found<C::Value>> {
        let found = self.peek::<C>(key);
        self.0.measures.count::<C>(Layer::L1, found.as_ref(), self.0.clock.now());
        found
    }

    /// The entry of a key, in this process or else in the shared layer: that is one round trip, and
    /// from then on the entry is in this process as well.
    pub async fn find<C: Class>(&self, key: &str) -> Option<Found<C::Value>> {
        match self.near::<C>(key) {
            Some(found) => Some(found),
            None => self.find_shared::<C>(self.0.l1.hash::<C>(key), key).await,
        }
    }

    /// Keeps an entry in both layers, unless a later one stands; gives the later of both. What
    /// [`Admission`] refuses is not kept.
    pub async fn keep<C: Class>(&self, key: &str, entry: Entry<C::Value>) -> Arc<Entry<C::Value>> {
        let hash = self.0.l1.hash::<C>(key);
        let entry = Arc::new(entry);
        let is_admitted = C::admission(&entry.value) == Admission::FirstSight
            || self.0.doorkeeper.has_seen(hash)
            || self.0.l1.get::<C>(hash, key).is_some();
        if !is_admitted {
            return entry;
        }
        let standing = self.put_near::<C>(hash, key, Arc::clone(&entry));
        if let Some(l2) = self.shared::<C>() {
            l2.put::<C>(key, &entry, None, self.0.clock.now()).await;
        }
        standing
    }

    /// Removes a key from every layer of every instance. What is being loaded for it is not kept.
    pub async fn remove<C: Class>(&self, key: &str) {
        self.remove_near(self.0.l1.hash::<C>(key));
        if let Some(l2) = &self.0.l2
            && let Some(AsOf { epoch, .. }) = self.0.content_clock.tags.watermark()
        {
            l2.remove::<C>(key, epoch, self.0.id).await;
        }
    }

    /// How much this process keeps: entries, and negative ones.
    pub fn size(&self) -> [Size; 2] {
        self.0.l1.size()
    }

    /// Some of the entries of a class in this process, chosen at random, with their keys. It is no look
    /// that counts, and it walks over all that is kept: for whoever checks now and then.
    pub fn sample<C: Class>(&self, count: usize) -> Vec<(Arc<str>, Found<C::Value>)> {
        let sampled = self.0.l1.sample::<C>(count, self.0.entropy.as_ref());
        sampled.into_iter().map(|(key, entry)| (key, self.found(entry, Layer::L1))).collect()
    }

    /// The judgement by [`Lifetime`], with early refresh; see [`early_refresh`].
    pub fn judge_by_lifetime<V: Send + Sync + 'static>(&self) -> Judge<V> {
        let cache = self.clone();
        Arc::new(move |found| cache.judge(found))
    }

    fn judge<V>(&self, found: &Found<V>) -> Reuse {
        early_refresh::judge(found, self.0.clock.now(), self.0.entropy.next())
    }

    /// As [`Cache::near`], without counting.
    fn peek<C: Class>(&self, key: &str) -> Option<Found<C::Value>> {
        let entry = self.0.l1.get::<C>(self.0.l1.hash::<C>(key), key)?;
        Some(self.found(entry, Layer::L1))
    }

    fn found<V>(&self, entry: Arc<Entry<V>>, layer: Layer) -> Found<V> {
        let standing = self.0.content_clock.standing(&entry.provenance);
        Found { entry, layer, standing, fenced: self.0.content_clock.is_fenced() }
    }

    /// The entry of a key in the shared layer. One of another epoch than this instance's is of no use,
    /// so an instance that knows of none does not ask.
    async fn find_shared<C: Class>(&self, hash: u64, key: &str) -> Option<Found<C::Value>> {
        let l2 = self.shared::<C>()?;
        let watermark = self.0.content_clock.tags.watermark().filter(|_| l2.is_usable());
        let Some(AsOf { epoch, .. }) = watermark else {
            self.0.measures.count_bypass::<C>(Layer::L2);
            return None;
        };
        let removals = self.0.removals.of(hash);
        let entry = l2.get::<C>(key, epoch).await;
        let found = entry.and_then(|entry| self.bring_near::<C>(hash, key, entry, removals));
        self.0.measures.count::<C>(Layer::L2, found.as_ref(), self.0.clock.now());
        found
    }

    /// The shared layer, for classes that go there.
    fn shared<C: Class>(&self) -> Option<&L2> {
        self.0.l2.as_ref().filter(|_| C::SHARED)
    }

    /// Keeps in this process what was found in the shared layer, unless something was removed since
    /// it was asked for: then it may be that.
    fn bring_near<C: Class>(
        &self,
        hash: u64,
        key: &str,
        entry: Entry<C::Value>,
        removals: u64,
    ) -> Option<Found<C::Value>> {
        let entry = self.put_near::<C>(hash, key, Arc::new(entry));
        if self.0.removals.of(hash) != removals {
            self.0.l1.remove(hash);
            return None;
        }
        Some(self.found(entry, Layer::L2))
    }

    /// Removes a key from this process, from the outside in: a load or a look that ends in between
    /// sees that there was a removal, and takes back what it kept.
    fn remove_near(&self, hash: u64) {
        self.0.removals.count(hash);
        self.0.flights.void(hash);
        self.0.l1.remove(hash);
    }

    /// Keeps an entry in this process, unless a later one stands. Gives the later one, if it has seen
    /// all that this one has. One of another epoch has not: it is what this process still takes for the
    /// present while it has not heard of a promotion, and whoever loaded this one must not be given that.
    fn put_near<C: Class>(
        &self,
        hash: u64,
        key: &str,
        entry: Arc<Entry<C::Value>>,
    ) -> Arc<Entry<C::Value>> {
        let present = self.0.content_clock.tags.watermark();
        let standing = self.0.l1.put::<C>(hash, key, Arc::clone(&entry), present);
        let has_all = standing.provenance.as_of.covers(entry.provenance.as_of);
        if has_all { standing } else { entry }
    }
}

#[cfg(test)]
mod tests;
