//! A miss, from the loader's side: the task that looks in L2, takes the lease and a place, loads,
//! ends the flight, and keeps what came.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::flight::{Aboard, End, Landing};
use super::l2::{Lease, Turn};
use super::load::weigh;
use super::origin_limit::Place;
use super::{Admission, Ask, Cache, Class, Entry, Found, Layer, LoadError, Made, Priority, Reuse};
use crate::content_clock::AsOf;

/// How long to wait before the lease is asked for again; it doubles up to the second.
const FIRST_LOOK: Duration = Duration::from_millis(10);
const LATER_LOOKS: Duration = Duration::from_millis(80);

/// Who does the load, and all that it needs.
pub struct Crew<V, P> {
    pub cache: Cache,
    pub key: Arc<str>,
    pub hash: u64,
    pub ask: Ask<V>,
    /// The best entry that was found, and what may be done with it.
    pub candidate: Option<(Found<V>, Reuse)>,
    /// Where goes what cannot be shared.
    pub own: oneshot::Sender<P>,
}

/// Whether this flight is to load.
enum Clearance<V> {
    /// Yes, for the whole cluster where it got the lease.
    Load(Option<Lease>),
    /// No: another instance did.
    Came(Found<V>),
    /// No: another instance does, and nobody here waits for it.
    Elsewhere,
}

impl<V: Send + Sync + 'static, P: Send + 'static> Crew<V, P> {
    /// The whole flight.
    pub async fn fly<C, E, F, L>(mut self, mut landing: Landing<V, E>, loader: F)
    where
        C: Class<Value = V>,
        E: Send + Sync + 'static,
        F: FnOnce(Option<Arc<Entry<V>>>) -> L + Send + 'static,
        L: Future<Output = Result<Made<V, P>, E>> + Send + 'static,
    {
        if let Some(found) = self.cache.find_shared::<C>(self.hash, &self.key).await {
            let end = End::Entry { found: found.clone(), is_loaded: false };
            match self.consider(found) {
                Some(Reuse::Fresh) => return landing.land(end),
                Some(Reuse::Revalidate) if self.ask.priority == Priority::Reader => {
                    landing = landing.go_on(end);
                    self.ask.priority = Priority::Background;
                }
                _ => {}
            }
        }
        let lease = match self.clearance::<C>().await {
            Clearance::Load(lease) => lease,
            Clearance::Came(found) => return landing.land(End::Entry { found, is_loaded: false }),
            Clearance::Elsewhere => return landing.land(End::Elsewhere),
        };
        let candidate = self.candidate.as_ref().map(|(found, _)| Arc::clone(&found.entry));
        let made = match self.place(&landing.aboard()).await {
            Ok(_place) => self.cache.ask_origin::<C, P, E, F, L>(loader, candidate).await,
            Err(error) => Err(error),
        };
        match made {
            Ok(Made::Keep(entry)) => self.arrive::<C, E>(landing, entry, lease).await,
            Ok(Made::Pass(own)) => {
                self.cache.0.passes.remember(self.hash, self.cache.0.clock.elapsed());
                // Whoever asked may have left.
                let _ = self.own.send(own);
                landing.land(End::Passed);
                self.cache.release(lease).await;
            }
            Err(error) => {
                let candidate = self.candidate.map(|(found, _)| found);
                landing.land(End::Failed { error, candidate });
                self.cache.release(lease).await;
            }
        }
    }

    /// Judges an entry of the shared layer. `None` where it is the one that this process had, or
    /// older: on that, judgement was passed.
    fn consider(&mut self, found: Found<V>) -> Option<Reuse> {
        let moment = |found: &Found<V>| (found.entry.provenance.as_of.seq, found.entry.stored_at);
        if let Some((known, _)) = &self.candidate
            && known.entry.provenance.as_of.epoch == found.entry.provenance.as_of.epoch
            && moment(known) >= moment(&found)
        {
            return None;
        }
        let (found, reuse) = weigh(found, &self.ask);
        self.candidate = Some((found, reuse));
        Some(reuse)
    }

    /// Waits for the lease of the key, or for what its holder brings. Who waited long enough loads
    /// without it: a slow holder, or a dead one, holds nobody up for ever.
    async fn clearance<C: Class<Value = V>>(&mut self) -> Clearance<V> {
        let cache = self.cache.clone();
        let Some(l2) = &cache.0.l2 else { return Clearance::Load(None) };
        let Some(AsOf { epoch, .. }) = cache.0.content_clock.tags.watermark() else {
            return Clearance::Load(None);
        };
        let (began, mut pause) = (Instant::now(), FIRST_LOOK);
        let clearance = loop {
            let known = self.candidate.as_ref().map(|(found, _)| &*found.entry);
            let (token, removals) = (cache.token(), cache.0.removals.of(self.hash));
            match l2.take_lease::<C>(&self.key, epoch, token, known).await {
                Turn::Taken(lease) => break Clearance::Load(Some(lease)),
                Turn::Unknown => break Clearance::Load(None),
                Turn::Came(entry) => {
                    let found = cache.bring_near::<C>(self.hash, &self.key, entry, removals);
                    let Some(found) = found else { continue };
                    match self.consider(found.clone()) {
                        Some(Reuse::Fresh | Reuse::Revalidate) => break Clearance::Came(found),
                        Some(Reuse::OnError | Reuse::No) => continue,
                        // An older one than ours: there is nothing to wait for.
                        None => break Clearance::Load(None),
                    }
                }
                Turn::Held => {}
            }
            if self.ask.priority == Priority::Background {
                return Clearance::Elsewhere;
            }
            if began.elapsed() >= l2.settings().lease_wait {
                break Clearance::Load(None);
            }
            sleep(pause).await;
            pause = (2 * pause).min(LATER_LOOKS);
        };
        cache.0.measures.of::<C>().lease_wait_seconds.record(began.elapsed().as_secs_f64());
        clearance
    }

    /// A place under the origin limit, as a reader's as soon as one waits.
    async fn place<E>(&self, aboard: &Aboard) -> Result<Place, LoadError<E>> {
        let origin = &self.cache.0.origin;
        let place = if self.ask.priority == Priority::Reader {
            origin.place(Priority::Reader).await
        } else {
            tokio::select! {
                place = origin.place(Priority::Background) => place,
                () = aboard.reader() => origin.place(Priority::Reader).await,
            }
        };
        place.map_err(|_| LoadError::Crowded)
    }

    /// Keeps what was loaded, unless it was asked for once only or was removed meanwhile. Those who
    /// wait here have it before it is on its way to the shared layer.
    async fn arrive<C, E>(&self, landing: Landing<V, E>, entry: Entry<V>, lease: Option<Lease>)
    where
        C: Class<Value = V>,
    {
        let (cache, aboard, entry) = (&self.cache, landing.aboard(), Arc::new(entry));
        cache.0.passes.forget(self.hash);
        let is_admitted = C::admission(&entry.value) == Admission::FirstSight
            || cache.0.doorkeeper.has_seen(self.hash)
            || self.candidate.is_some()
            || aboard.is_followed();
        let standing =
            if is_admitted { self.keep_near::<C>(&aboard, &entry) } else { Arc::clone(&entry) };
        let found = cache.found(standing, Layer::L1);
        landing.land(End::Entry { found, is_loaded: true });
        let Some(l2) = &cache.0.l2 else { return };
        let lease = match lease {
            Some(lease) if !is_admitted => {
                // It was asked for twice if another instance waits.
                let Some(lease) = l2.release_unless_waited_for(lease).await else { return };
                self.keep_near::<C>(&aboard, &entry);
                Some(lease)
            }
            None if !is_admitted => return,
            lease => lease,
        };
        if aboard.is_void() {
            cache.release(lease).await;
        } else {
            l2.put::<C>(&self.key, &entry, lease, cache.0.clock.now()).await;
        }
    }

    fn keep_near<C: Class<Value = V>>(
        &self,
        aboard: &Aboard,
        entry: &Arc<Entry<V>>,
    ) -> Arc<Entry<V>> {
        let cache = &self.cache;
        if aboard.is_void() {
            return Arc::clone(entry);
        }
        let standing = cache.put_near::<C>(self.hash, &self.key, Arc::clone(entry));
        // Removed between the question and the store: a removal voids first, then removes.
        if aboard.is_void() {
            cache.0.l1.remove(self.hash);
        }
        standing
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
        let metrics = self.0.measures.of::<C>();
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

    async fn release(&self, lease: Option<Lease>) {
        if let (Some(l2), Some(lease)) = (&self.0.l2, lease) {
            l2.release(lease).await;
        }
    }

    /// A random number that names the holder of a lease.
    fn token(&self) -> u128 {
        u128::from(self.0.entropy.next()) << 64 | u128::from(self.0.entropy.next())
    }
}
