//! L2: what all instances share, in Redis. It may be away, hang, be full or answer nonsense at any
//! time: then there is nothing in it.
//!
//! A hit is one `GETRANGE`. Stores, and the leases by which one instance loads for all, are scripts: one
//! step each, in one round trip.

mod breaker;
mod codec;
mod connection;
mod removals;
mod scripts;
mod settings;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use metrics::{Counter, counter};
use redis::aio::ConnectionManager;
use redis::{PushInfo, Value};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Class, Entry};
use crate::clock::Timestamp;
use crate::content_clock::Epoch;
use connection::Connection;
use scripts::Scripts;

pub use removals::{News, Removal, news};
pub use settings::{InvalidRedisUrl, L2Settings};

/// A key of more bytes goes by its hash.
const LONGEST_KEY: usize = 200;
/// What the hash of a key begins with.
const HASHED: &str = "sha256:";
/// A month in milliseconds: the longest that Redis is told to keep anything.
const LONGEST_LIFE: u64 = 30 * 24 * 60 * 60 * 1000;

/// The shared layer.
#[derive(Debug)]
pub struct L2 {
    connection: Connection,
    scripts: Scripts,
    settings: L2Settings,
    bytes: Traffic,
}

/// The leave to load a key for the whole cluster, until it expires.
#[derive(Debug)]
pub struct Lease {
    key: String,
    token: String,
}

/// What came of asking for a lease.
#[derive(Debug)]
pub enum Turn<V> {
    /// It is one's own.
    Taken(Lease),
    /// Another instance has it.
    Held,
    /// An entry came meanwhile.
    Came(Entry<V>),
    /// Redis does not say. Then everybody loads.
    Unknown,
}

impl L2 {
    /// The layer, and what Redis says unasked. A task that ends with `L2` must read it.
    pub fn new(
        settings: L2Settings,
    ) -> Result<(Self, UnboundedReceiver<PushInfo>), InvalidRedisUrl> {
        let (connection, pushes) = Connection::new(&settings)?;
        let l2 = Self {
            connection,
            scripts: Scripts::default(),
            settings,
            bytes: Traffic::registered(),
        };
        Ok((l2, pushes))
    }

    /// How patient this instance is.
    pub const fn settings(&self) -> &L2Settings {
        &self.settings
    }

    /// Whether the layer is there, as far as is known.
    pub fn is_usable(&self) -> bool {
        self.connection.is_usable()
    }

    /// The entry of a key.
    pub async fn get<C: Class>(&self, key: &str, epoch: Epoch) -> Option<Entry<C::Value>> {
        let key = self.key::<C>(key, epoch);
        // No more than was ever sent: somebody may have put half a gigabyte there.
        let last = self.settings.largest_value;
        let get = |mut redis| async move {
            redis::cmd("GETRANGE").arg(key).arg(0).arg(last).query_async::<Bytes>(&mut redis).await
        };
        let bytes = self.connection.ask(get).await?;
        self.bytes.read.increment(bytes.len() as u64);
        codec::decode::<C>(bytes, epoch)
    }

    /// Keeps an entry for what is left of its life, unless a later one stands, or the lease was lost.
    /// The lease ends with it.
    pub async fn put<C: Class>(
        &self,
        key: &str,
        entry: &Entry<C::Value>,
        lease: Option<Lease>,
        now: Timestamp,
    ) {
        let left = entry.lifetime.end().saturating_sub(entry.age(now));
        let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX).min(LONGEST_LIFE);
        let bytes = codec::encode::<C>(entry, self.settings.compress_above);
        if left == 0 || bytes.len() > self.settings.largest_value {
            if let Some(lease) = lease {
                self.release(lease).await;
            }
            return;
        }
        self.bytes.written.increment(bytes.len() as u64);
        let key = self.key::<C>(key, entry.provenance.as_of.epoch);
        let (lease_key, token) =
            lease.map_or_else(Default::default, |lease| (lease.key, lease.token));
        let put = |mut redis| async move {
            let mut put = self.scripts.put.key(key);
            put.key(lease_key).arg(bytes).arg(left).arg(token);
            put.invoke_async::<i64>(&mut redis).await
        };
        self.connection.ask(put).await;
    }

    /// Removes a key, its lease with it so that nothing is stored under that, and tells the others.
    pub async fn remove<C: Class>(&self, key: &str, epoch: Epoch, from: u64) {
        let removal = Removal { from, class: C::NAME.to_owned(), key: key.to_owned() };
        let key = self.key::<C>(key, epoch);
        let mut remove = redis::pipe();
        remove.cmd("DEL").arg(lease_key(&key)).arg(key).ignore();
        remove.cmd("PUBLISH").arg(self.channel()).arg(removal.encode()).ignore();
        let remove = |mut redis| async move { remove.query_async::<()>(&mut redis).await };
        self.connection.ask(remove).await;
    }

    /// Takes the lease of a key. `known` is the entry that was found already and will not do: another
    /// one is given back in place of the lease.
    pub async fn take_lease<C: Class>(
        &self,
        key: &str,
        epoch: Epoch,
        token: u128,
        known: Option<&Entry<C::Value>>,
    ) -> Turn<C::Value> {
        let key = self.key::<C>(key, epoch);
        let lease = Lease { key: lease_key(&key), token: format!("{token:032x}") };
        let life = u64::try_from(self.settings.lease.as_millis()).unwrap_or(u64::MAX);
        let known = known
            .filter(|known| known.provenance.as_of.epoch == epoch)
            .map(|known| codec::identity(known.provenance.as_of.seq, known.stored_at));
        let last = self.settings.largest_value;
        let take = |mut redis| {
            let lease = &lease;
            async move {
                let mut take = self.scripts.lease.key(key);
                let known = known.as_ref().map_or(&[][..], |known| known.as_slice());
                take.key(&lease.key).arg(&lease.token).arg(life).arg(known).arg(last);
                take.invoke_async::<Value>(&mut redis).await
            }
        };
        match self.connection.ask(take).await {
            Some(Value::Int(1)) => Turn::Taken(lease),
            Some(Value::Int(0)) => Turn::Held,
            Some(Value::BulkString(bytes)) => {
                self.bytes.read.increment(bytes.len() as u64);
                // What is no entry will not become one; the load replaces it.
                codec::decode::<C>(bytes.into(), epoch).map_or(Turn::Unknown, Turn::Came)
            }
            _ => Turn::Unknown,
        }
    }

    /// Gives up a lease, whoever waits for it.
    pub async fn release(&self, lease: Lease) {
        self.release_if(&lease, false).await;
    }

    /// Gives up a lease unless another instance waits for what it brings; then it is given back.
    pub async fn release_unless_waited_for(&self, lease: Lease) -> Option<Lease> {
        self.release_if(&lease, true).await.then_some(lease)
    }

    /// Listens for removals; the library goes on after a break. False where Redis is not there.
    pub async fn subscribe(&self) -> bool {
        let channel = &self.channel();
        let subscribe =
            |mut redis: ConnectionManager| async move { redis.subscribe(channel).await };
        self.connection.ask(subscribe).await.is_some()
    }

    /// The connection was lost.
    pub fn lost(&self) {
        self.connection.lost();
    }

    async fn release_if(&self, lease: &Lease, unless_waited_for: bool) -> bool {
        let release = |mut redis| async move {
            let mut release = self.scripts.release.key(&lease.key);
            release.arg(&lease.token).arg(i32::from(unless_waited_for));
            release.invoke_async::<bool>(&mut redis).await
        };
        self.connection.ask(release).await.unwrap_or(false)
    }

    /// The key in Redis. The epoch is in it, so that nothing of another history is ever found.
    fn key<C: Class>(&self, key: &str, epoch: Epoch) -> String {
        let (prefix, class, version) = (&self.settings.prefix, C::NAME, C::VERSION);
        let hashed;
        // A short key that looks like a hash is hashed as well, so that no two keys meet.
        let key = if key.len() > LONGEST_KEY || key.starts_with(HASHED) {
            hashed = format!("{HASHED}{}", HEXLOWER.encode(&Sha256::digest(key)));
            &hashed
        } else {
            key
        };
        format!("{prefix}:{class}:{}.{version}:{epoch}:{key}", codec::FORMAT)
    }

    fn channel(&self) -> String {
        format!("{}:removed", self.settings.prefix)
    }
}

/// Beside the entry that it is the lease of.
fn lease_key(key: &str) -> String {
    format!("lease:{key}")
}

/// The bytes that went over the wire.
struct Traffic {
    read: Counter,
    written: Counter,
}

impl Traffic {
    fn registered() -> Self {
        let bytes = |direction| counter!("masthead_cache_l2_bytes_total", "direction" => direction);
        Self { read: bytes("read"), written: bytes("written") }
    }
}

impl std::fmt::Debug for Traffic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Traffic")
    }
}
