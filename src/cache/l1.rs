//! L1: what this process keeps, bounded by bytes.
//!
//! One table for all classes, so that one budget serves them all; and a small one for negative
//! entries. A key is found by a hash under a secret of this process, so that a look makes no string
//! and nobody can make keys that meet; the whole key is compared behind it.

use std::any::{Any, TypeId};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Gauge, gauge};
use moka::sync::Cache;

use super::{Class, Entry};
use crate::content_clock::AsOf;
use crate::entropy::Entropy;

/// What an entry takes up beside its value, key and tags, as measured: the table's own books, and the
/// headers of the allocations.
const OVERHEAD: usize = 620;
/// What a tag takes up.
const TAG: usize = 8;
/// An entry that would take up more than this part of the budget is not kept here.
const LARGEST_PART: u64 = 8;
/// The table settles its books late. Whenever so large a part of the budget was added, it is made to.
const UNSETTLED_PART: u64 = 64;
/// Stores of one key come one after the other; so do those of keys that share a lock.
const LOCKS: usize = 64;

/// A key, and what is kept under it.
pub type Sampled<C> = (Arc<str>, Arc<Entry<<C as Class>::Value>>);

/// The layer in this process.
#[derive(Debug)]
pub struct L1 {
    secret: RandomState,
    entries: Region,
    negative: Region,
    storing: Box<[Mutex<()>]>,
}

impl L1 {
    /// A layer with budgets in bytes. A budget of 0 keeps nothing.
    pub fn new(bytes: u64, negative_bytes: u64) -> Self {
        Self {
            secret: RandomState::new(),
            entries: Region::new("entries", bytes),
            negative: Region::new("negative", negative_bytes),
            storing: (0..LOCKS).map(|_| Mutex::new(())).collect(),
        }
    }

    /// The hash of a key, in this process.
    pub fn hash<C: Class>(&self, key: &str) -> u64 {
        self.hash_of(C::NAME, key)
    }

    /// The hash of a key of the class with a name.
    pub fn hash_of(&self, class: &str, key: &str) -> u64 {
        let mut hasher = self.secret.build_hasher();
        hasher.write(class.as_bytes());
        hasher.write_u8(0xFF);
        hasher.write(key.as_bytes());
        hasher.finish()
    }

    /// The entry of a key.
    pub fn get<C: Class>(&self, hash: u64, key: &str) -> Option<Arc<Entry<C::Value>>> {
        let is_it = |kept: &Kept| kept.class == TypeId::of::<C>() && *kept.key == *key;
        let kept = self.entries.get(hash).filter(|kept| is_it(kept));
        let kept = kept.or_else(|| self.negative.get(hash).filter(|kept| is_it(kept)))?;
        kept.entry.downcast().ok()
    }

    /// Keeps an entry, unless a later one stands: one that has seen more of the same epoch, or one of
    /// `epoch` where the new one is not. Gives the entry that stands.
    pub fn put<C: Class>(
        &self,
        hash: u64,
        key: &str,
        entry: Arc<Entry<C::Value>>,
        epoch: Option<AsOf>,
    ) -> Arc<Entry<C::Value>> {
        let lock = &self.storing[usize::try_from(hash % LOCKS as u64).expect("an index")];
        let _storing = lock.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(standing) = self.get::<C>(hash, key)
            && is_later(standing.provenance.as_of, entry.provenance.as_of, epoch)
        {
            return standing;
        }
        let (home, other) = if C::is_negative(&entry.value) {
            (&self.negative, &self.entries)
        } else {
            (&self.entries, &self.negative)
        };
        let tags = TAG * entry.provenance.tags.hashes().len();
        let weight = [C::weight(&entry.value), key.len(), tags, OVERHEAD];
        let weight = weight.into_iter().fold(0, usize::saturating_add);
        other.remove(hash);
        let kept = Kept {
            class: TypeId::of::<C>(),
            key: key.into(),
            entry: Arc::clone(&entry) as Arc<dyn Any + Send + Sync>,
            weight: u32::try_from(weight).unwrap_or(u32::MAX),
        };
        home.put(hash, kept);
        entry
    }

    /// Some entries of a class with their keys, each as likely as any other. It walks over all that is
    /// kept.
    pub fn sample<C: Class>(&self, count: usize, random: &dyn Entropy) -> Vec<Sampled<C>> {
        let mut chosen = Vec::with_capacity(count.min(1024));
        let all = self.entries.table.iter().chain(self.negative.table.iter());
        let of_class = all.filter(|(_, kept)| kept.class == TypeId::of::<C>());
        for (passed, (_, kept)) in (1..).zip(of_class) {
            // The nth takes a place with the probability of count to n (Vitter's algorithm R).
            let place = usize::try_from(random.next() % passed).unwrap_or(usize::MAX);
            let Ok(entry) = kept.entry.downcast() else { continue };
            if chosen.len() < count {
                chosen.push((kept.key, entry));
            } else if let Some(chosen) = chosen.get_mut(place) {
                *chosen = (kept.key, entry);
            }
        }
        chosen
    }

    /// Removes whatever has this hash.
    pub fn remove(&self, hash: u64) {
        let lock = &self.storing[usize::try_from(hash % LOCKS as u64).expect("an index")];
        let _storing = lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.entries.remove(hash);
        self.negative.remove(hash);
    }

    /// Removes everything.
    pub fn clear(&self) {
        self.entries.table.invalidate_all();
        self.negative.table.invalidate_all();
    }

    /// How much is kept, entries and negative ones.
    pub fn size(&self) -> [Size; 2] {
        [self.entries.size(), self.negative.size()]
    }
}

/// How much a region keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Entries.
    pub entries: u64,
    /// Bytes, by the weights of the classes.
    pub bytes: u64,
}

/// Whether `standing` must not be replaced by `new`.
fn is_later(standing: AsOf, new: AsOf, present: Option<AsOf>) -> bool {
    if standing.epoch == new.epoch {
        standing.seq > new.seq
    } else {
        present.is_some_and(|present| present.epoch == standing.epoch)
    }
}

/// A part of the layer with a budget of its own.
struct Region {
    table: Cache<u64, Kept, AsItIs>,
    budget: u64,
    /// Bytes added since the table last settled its books.
    unsettled: AtomicU64,
    bytes: Gauge,
}

/// An entry of any class.
#[derive(Debug, Clone)]
struct Kept {
    class: TypeId,
    key: Arc<str>,
    entry: Arc<dyn Any + Send + Sync>,
    weight: u32,
}

impl Region {
    fn new(name: &'static str, budget: u64) -> Self {
        let table = Cache::builder()
            .max_capacity(budget)
            .weigher(|_, kept: &Kept| kept.weight)
            .build_with_hasher(AsItIs);
        let bytes = gauge!("masthead_cache_bytes", "layer" => "l1", "region" => name);
        Self { table, budget, unsettled: AtomicU64::new(0), bytes }
    }

    fn get(&self, hash: u64) -> Option<Kept> {
        self.table.get(&hash)
    }

    fn put(&self, hash: u64, kept: Kept) {
        let weight = u64::from(kept.weight);
        if weight > self.budget / LARGEST_PART {
            // What stood for the key has just been replaced by something that has no place.
            self.table.invalidate(&hash);
            return;
        }
        self.table.insert(hash, kept);
        let unsettled = self.unsettled.fetch_add(weight, Ordering::Relaxed) + weight;
        if unsettled > self.budget / UNSETTLED_PART {
            self.unsettled.store(0, Ordering::Relaxed);
            self.size();
        }
    }

    fn remove(&self, hash: u64) {
        self.table.invalidate(&hash);
    }

    fn size(&self) -> Size {
        self.table.run_pending_tasks();
        let size = Size { entries: self.table.entry_count(), bytes: self.table.weighted_size() };
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        self.bytes.set(size.bytes as f64);
        size
    }
}

impl std::fmt::Debug for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Region").field("budget", &self.budget).finish_non_exhaustive()
    }
}

/// The hash of a hash: itself.
#[derive(Debug, Clone, Copy, Default)]
struct AsItIs;

impl BuildHasher for AsItIs {
    type Hasher = Itself;

    fn build_hasher(&self) -> Itself {
        Itself(0)
    }
}

#[derive(Debug)]
struct Itself(u64);

impl Hasher for Itself {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
