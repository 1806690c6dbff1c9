//! A miss, from the loader's side: the task that looks in L2, takes the lease and a place, loads,
//! keeps, and ends the flight.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::flight::{Aboard, End, Landing};
use super::origin_limit::Place;
use super::{
    Admission, Cache, Class, Entry, Found, Judge, Layer, LoadError, Made, Priority, Reason, Reuse,
};
use crate::content_clock::AsOf;

/// How a flight went for one who waited.
pub enum Flown<V, E> {
    /// It ended.
    Ended(End<V, E>),
    /// It goes on, and an entry that was there had to do.
    Served(Found<V>, Reason),
}

/// Who does the load, and all that it needs.
pub struct Crew<V, P> {
    pub cache: Cache,
    pub key: Arc<str>,
    pub hash: u64,
    pub judge: Judge<V>,
    pub need: Option<AsOf>,
    pub priority: Priority,
    /// What was found in this process.
    pub near: Option<(Found<V>, Reuse)>,
    /// Where goes what cannot be shared.
    pub own: oneshot::Sender<P>,
}

impl<V: Send + Sync + 'static, P: Send + 'static> Crew<V, P> {
    /// The whole flight.
    pub async fn fly<C, E, F, L>(self, landing: Landing<V, E>, loader: F)
    where
        C: Class<Value = V>,
        E: Send + Sync + 'static,
        F: FnOnce(Option<Arc<Entry<V>>>) -> L + Send + 'static,
        L: Future<Output = Result<Made<V, P>, E>> + Send + 'static,
    {
        let candidate = self.near.clone();
        let place = match self.place(landing.aboard()).await {
            Ok(place) => place,
            Err(error) => return landing.land(failed(error, candidate)),
        };
        let entry = candidate.as_ref().map(|(found, _)| Arc::clone(&found.entry));
        let made = self.cache.ask_origin::<C, P, E, F, L>(loader, entry).await;
        drop(place);
        match made {
            Ok(Made::Keep(entry)) => {
                self.cache.0.passes.forget(self.hash);
                let entry = self.keep::<C>(landing.aboard(), entry);
                let found = self.cache.found(entry, Layer::L1);
                landing.land(End::Entry { found, is_loaded: true });
            }
            Ok(Made::Pass(own)) => {
                self.cache.0.passes.remember(self.hash, self.cache.0.clock.elapsed());
                // Whoever asked may have left.
                let _ = self.own.send(own);
                landing.land(End::Passed);
            }
            Err(error) => landing.land(failed(error, candidate)),
        }
    }

    /// A place under the origin limit, as a reader's as soon as one waits.
    async fn place<E>(&self, aboard: &Aboard) -> Result<Place, LoadError<E>> {
        let origin = &self.cache.0.origin;
        let place = if self.priority == Priority::Reader {
            origin.place(Priority::Reader).await
        } else {
            tokio::select! {
                place = origin.place(Priority::Background) => place,
                () = aboard.reader() => origin.place(Priority::Reader).await,
            }
        };
        place.map_err(|_| LoadError::Crowded)
    }

    /// Keeps what was loaded in this process, unless it was asked for once only or was removed
    /// meanwhile.
    fn keep<C: Class<Value = V>>(&self, aboard: &Aboard, entry: Entry<V>) -> Arc<Entry<V>> {
        let (cache, entry) = (&self.cache, Arc::new(entry));
        let is_admitted = C::ADMISSION == Admission::FirstSight
            || cache.0.doorkeeper.has_seen(self.hash)
            || aboard.is_followed();
        if !is_admitted || aboard.is_void() {
            return entry;
        }
        let entry = cache.put_near::<C>(self.hash, &self.key, entry);
        // Removed between the question above and the store: `remove` voids first, then removes.
        if aboard.is_void() {
            cache.0.l1.remove(self.hash);
        }
        entry
    }
}

impl Cache {
    /// Runs a loader, and measures it. It may fail, panic, or never end.
    pub(super) async fn ask_origin<C, P, E, F, L>(
        &self,
        loader: F,
        candidate: Option<Arc<Entry<C::Value>>>,
    ) -> Result<Made<C::Value, P>, LoadError<E>>
    where
        C: Class,
        F: FnOnce(Option<Arc<Entry<C::Value>>>) -> L,
        L: Future<Output = Result<Made<C::Value, P>, E>>,
    {
        let metrics = self.0.lookups.of::<C>();
        let began = self.0.clock.elapsed();
        let load = AssertUnwindSafe(async move { loader(candidate).await }).catch_unwind();
        let made = match timeout(self.0.load_limit, load).await {
            Ok(Ok(Ok(made))) => Ok(made),
            Ok(Ok(Err(error))) => Err(LoadError::Loader(Arc::new(error))),
            Ok(Err(_)) => Err(LoadError::Panicked),
            Err(_) => Err(LoadError::TimedOut),
        };
        let took = self.0.clock.elapsed().saturating_sub(began);
        match made {
            Ok(Made::Keep(mut entry)) => {
                entry.cost = took;
                metrics.loaded(took, &metrics.loads_kept);
                Ok(Made::Keep(entry))
            }
            Ok(Made::Pass(own)) => {
                metrics.loaded(took, &metrics.loads_passed);
                Ok(Made::Pass(own))
            }
            Err(error) => {
                metrics.loaded(took, &metrics.loads_failed);
                Err(error)
            }
        }
    }
}

fn failed<V, E>(error: LoadError<E>, candidate: Option<(Found<V>, Reuse)>) -> End<V, E> {
    End::Failed { error, candidate: candidate.map(|(found, _)| found) }
}
