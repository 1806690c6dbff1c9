//! Single flight: one load of a key at a time in this process, whoever asks.
//!
//! The load is a task of its own, so a reader who leaves takes nothing from the others. A flight
//! always ends, by whatever end its task comes to: its landing says so when it is dropped.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::{Found, LoadError};

/// The flights of this process.
#[derive(Debug, Default, Clone)]
pub struct Flights(Arc<Mutex<HashMap<u64, Listed>>>);

/// A flight under the hash of its key.
#[derive(Debug)]
struct Listed {
    key: Arc<str>,
    /// A `Flight<V, E>`.
    flight: Arc<dyn Any + Send + Sync>,
    aboard: Arc<Aboard>,
}

/// A load under way, as those see it who wait for it.
pub struct Flight<V, E> {
    end: watch::Sender<Option<End<V, E>>>,
    aboard: Arc<Aboard>,
}

/// What passengers and crew tell each other.
#[derive(Debug, Default)]
pub struct Aboard {
    followers: AtomicUsize,
    is_void: AtomicBool,
    /// A reader has joined what may have begun as a refresh.
    reader: Notify,
}

/// How a flight ended.
pub enum End<V, E> {
    /// With an entry, loaded just now or found in the shared layer.
    Entry { found: Found<V>, is_loaded: bool },
    /// With an answer that cannot be shared.
    Passed,
    /// Without one. The candidate is an entry that may be served on an error.
    Failed { error: LoadError<E>, candidate: Option<Found<V>> },
    /// Somebody else in the cluster refreshes, and this flight had no reader to wait for it.
    Elsewhere,
}

/// Who one is on a flight.
pub enum Boarding<V, E> {
    /// The first: to do the load, and to land.
    Leader(Arc<Flight<V, E>>, Landing<V, E>),
    /// To wait.
    Follower(Arc<Flight<V, E>>),
    /// Something else is under way under this hash: another type of value or error, or another key.
    Stranger,
}

/// The duty to end a flight. Dropped without an end, as by a panic, it ends the flight as failed.
pub struct Landing<V, E> {
    flights: Flights,
    hash: u64,
    key: Arc<str>,
    flight: Arc<Flight<V, E>>,
    has_landed: bool,
}

impl Flights {
    /// Joins the flight of a key, or begins it.
    pub fn board<V, E>(&self, hash: u64, key: &str) -> Boarding<V, E>
    where
        V: Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        let mut flights = self.lock();
        if let Some(listed) = flights.get(&hash) {
            return match Arc::clone(&listed.flight).downcast() {
                Ok(flight) if *listed.key == *key => {
                    listed.aboard.followers.fetch_add(1, Ordering::AcqRel);
                    Boarding::Follower(flight)
                }
                _ => Boarding::Stranger,
            };
        }
        let (flight, key) = (Flight::begin(), Arc::<str>::from(key));
        flights.insert(hash, listed(&key, &flight));
        let (flights, has_landed) = (self.clone(), false);
        let landing = Landing { flights, hash, key, flight: Arc::clone(&flight), has_landed };
        Boarding::Leader(flight, landing)
    }

    /// What the flight of a key brings is not to be kept, and not for those who ask from here on:
    /// it may have been read before the key was removed.
    pub fn void(&self, hash: u64) {
        if let Some(listed) = self.lock().remove(&hash) {
            listed.aboard.is_void.store(true, Ordering::SeqCst);
        }
    }

    /// The same for every key.
    pub fn void_all(&self) {
        for (_, listed) in self.lock().drain() {
            listed.aboard.is_void.store(true, Ordering::SeqCst);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Listed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn listed<V, E>(key: &Arc<str>, flight: &Arc<Flight<V, E>>) -> Listed
where
    V: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    Listed {
        key: Arc::clone(key),
        flight: Arc::clone(flight) as Arc<dyn Any + Send + Sync>,
        aboard: Arc::clone(&flight.aboard),
    }
}

impl<V, E> Flight<V, E> {
    fn begin() -> Arc<Self> {
        Arc::new(Self { end: watch::Sender::new(None), aboard: Arc::default() })
    }

    /// Waits for the end.
    pub async fn end(&self) -> End<V, E> {
        let mut end = self.end.subscribe();
        let end = end.wait_for(Option::is_some).await;
        // The sender is in `self`.
        end.ok().and_then(|end| end.clone()).unwrap_or(End::Elsewhere)
    }

    /// A reader waits: a refresh becomes urgent.
    pub fn hurry(&self) {
        self.aboard.reader.notify_one();
    }
}

impl<V, E> Landing<V, E> {
    /// Those who are aboard.
    pub fn aboard(&self) -> Arc<Aboard> {
        Arc::clone(&self.flight.aboard)
    }

    /// Ends the flight. Who asks from here on begins a new one.
    pub fn land(mut self, end: End<V, E>) {
        self.end(end);
    }

    fn end(&mut self, end: End<V, E>) {
        self.has_landed = true;
        self.leave();
        self.flight.end.send_replace(Some(end));
    }

    /// Takes the flight off the list, unless another stands there by now.
    fn leave(&self) {
        let mut flights = self.flights.lock();
        let is_this = |listed: &Listed| Arc::ptr_eq(&listed.aboard, &self.flight.aboard);
        if flights.get(&self.hash).is_some_and(is_this) {
            flights.remove(&self.hash);
        }
    }
}

impl<V: Send + Sync + 'static, E: Send + Sync + 'static> Landing<V, E> {
    /// Ends the flight for those aboard, and goes on under the same key for nobody: what they got
    /// is good enough for them, and is refreshed.
    #[must_use]
    pub fn go_on(mut self, end: End<V, E>) -> Self {
        let (flight, key) = (Flight::begin(), Arc::clone(&self.key));
        let next =
            Self { flights: self.flights.clone(), hash: self.hash, key, flight, has_landed: false };
        {
            let mut flights = self.flights.lock();
            let is_this = |listed: &Listed| Arc::ptr_eq(&listed.aboard, &self.flight.aboard);
            if flights.get(&self.hash).is_some_and(is_this) {
                flights.insert(self.hash, listed(&next.key, &next.flight));
            } else {
                // The key was removed: nothing of this load is kept.
                next.flight.aboard.is_void.store(true, Ordering::SeqCst);
            }
        }
        self.has_landed = true;
        self.flight.end.send_replace(Some(end));
        next
    }
}

impl<V, E> Drop for Landing<V, E> {
    fn drop(&mut self) {
        if !self.has_landed {
            self.end(End::Failed { error: LoadError::Panicked, candidate: None });
        }
    }
}

impl Aboard {
    /// Whether somebody follows.
    pub fn is_followed(&self) -> bool {
        self.followers.load(Ordering::Acquire) > 0
    }

    /// Whether the key was removed meanwhile.
    pub fn is_void(&self) -> bool {
        self.is_void.load(Ordering::SeqCst)
    }

    /// Waits until a reader joins.
    pub async fn reader(&self) {
        self.reader.notified().await;
    }
}

impl<V, E> Clone for End<V, E> {
    fn clone(&self) -> Self {
        match self {
            Self::Entry { found, is_loaded } => {
                Self::Entry { found: found.clone(), is_loaded: *is_loaded }
            }
            Self::Passed => Self::Passed,
            Self::Failed { error, candidate } => {
                Self::Failed { error: error.clone(), candidate: candidate.clone() }
            }
            Self::Elsewhere => Self::Elsewhere,
        }
    }
}
