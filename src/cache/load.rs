//! A miss, from the reader's side: look, join or begin the flight of the key, wait, and judge what
//! came.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::flight::{Boarding, End, Flight};
use super::origin::Crew;
use super::{
    Ask, Cache, Class, Entry, Found, Hold, LoadError, Loaded, Made, Outcome, Priority, Reason,
    Reuse,
};
use crate::content_clock::{AsOf, Standing};

/// How often a reader joins flights whose entries turn out to be too old for it, before it loads on
/// its own: more than once only where changes come as fast as loads.
const FLIGHTS: usize = 3;

/// How a flight went for one who waited.
enum Flown<V, E> {
    /// It ended.
    Ended(End<V, E>),
    /// It goes on, and an entry that was there had to do.
    Served(Found<V>, Reason),
}

/// What came of waiting for a flight.
enum Landed<V, P> {
    /// This.
    Loaded(Loaded<V, P>),
    /// An entry made before the reader came, which has changed since: the next flight may do.
    TooOld,
    /// Nothing that this reader may use, nor will what the next flight brings be.
    Unfit,
}

impl Cache {
    /// The value of a key: what is kept, as the judge allows, or else what the loader makes of it.
    ///
    /// The loader runs at most once at a time for a key, in this process by single flight, and in
    /// the cluster by lease; others wait for it, as long as [`Hold`] says. It gets the entry that was
    /// found, useful or not, to ask conditionally. It is a task of its own, and is not stopped when
    /// the one who asked leaves. What it made goes to that one whatever its standing: a loader that
    /// reads what is old must be told better, and what it made serves nobody else.
    ///
    /// The look at L1 is not counted in the metrics: call [`Cache::near`] first.
    pub async fn load<C, P, E, F, L>(
        &self,
        key: &str,
        ask: Ask<C::Value>,
        loader: F,
    ) -> Result<Loaded<C::Value, P>, LoadError<E>>
    where
        C: Class,
        P: Send + 'static,
        E: Send + Sync + 'static,
        F: FnOnce(Option<Arc<Entry<C::Value>>>) -> L + Send + 'static,
        L: Future<Output = Result<Made<C::Value, P>, E>> + Send + 'static,
    {
        // What is valid now has every change up to here.
        let arrived = self.0.content_clock.tags.watermark();
        let hash = self.0.l1.hash::<C>(key);
        for _ in 0..FLIGHTS {
            let near = self.usable::<C>(key, &ask);
            if let Some((found, Reuse::Fresh)) = near {
                return Ok(Loaded::Found(found.clone(), self.outcome(&found)));
            }
            if self.0.passes.holds(hash, self.0.clock.elapsed()) {
                self.0.measures.count_bypass::<C>(super::Layer::L2);
                break;
            }
            match self.0.flights.board::<C::Value, E>(hash, key) {
                Boarding::Leader(flight, landing) => {
                    // Whoever landed between the look and the boarding has left an entry.
                    let near = self.usable::<C>(key, &ask);
                    if let Some((found, Reuse::Fresh)) = near {
                        // It serves those who boarded meanwhile as well.
                        landing.land(End::Entry { found: found.clone(), is_loaded: false });
                        return Ok(Loaded::Found(found.clone(), self.outcome(&found)));
                    }
                    let mut ask_of_crew = ask.clone();
                    if matches!(near, Some((_, Reuse::Revalidate))) {
                        ask_of_crew.priority = Priority::Background;
                    }
                    let (own, passed) = oneshot::channel();
                    let crew = Crew {
                        cache: self.clone(),
                        key: Arc::from(key),
                        hash,
                        ask: ask_of_crew,
                        candidate: near.clone(),
                        own,
                    };
                    tokio::spawn(crew.fly::<C, E, F, L>(landing, loader));
                    if let Some((found, Reuse::Revalidate)) = near {
                        return Ok(Loaded::Found(found.clone(), self.outcome(&found)));
                    }
                    return self.lead::<C, P, E>(key, &ask, &flight, passed).await;
                }
                Boarding::Follower(flight) => {
                    if let Some((found, Reuse::Revalidate)) = near {
                        return Ok(Loaded::Found(found.clone(), self.outcome(&found)));
                    }
                    match self.follow::<C, P, E>(key, &ask, &flight, arrived).await? {
                        Landed::Loaded(answer) => return Ok(answer),
                        Landed::TooOld => {}
                        Landed::Unfit => break,
                    }
                }
                Boarding::Stranger => break,
            }
        }
        self.alone::<C, P, E, F, L>(key, hash, &ask, loader).await
    }

    /// The value of a key by [`Lifetime`](super::Lifetime): what is kept, or else what the loader
    /// makes.
    pub async fn get_or_load<C, E, F, L>(
        &self,
        key: &str,
        loader: F,
    ) -> Result<Found<C::Value>, LoadError<E>>
    where
        C: Class,
        E: Send + Sync + 'static,
        F: FnOnce(Option<Arc<Entry<C::Value>>>) -> L + Send + 'static,
        L: Future<Output = Result<Entry<C::Value>, E>> + Send + 'static,
    {
        if let Some(found) = self.near::<C>(key)
            && self.judge(&found) == Reuse::Fresh
        {
            return Ok(found);
        }
        let judge = self.judge_by_lifetime();
        let ask = Ask { priority: Priority::Reader, need: None, judge, hold: Hold::default() };
        let loader = |candidate| {
            let made = loader(candidate);
            async move { made.await.map(Made::<C::Value, Never>::Keep) }
        };
        match self.load::<C, Never, E, _, _>(key, ask, loader).await? {
            Loaded::Found(found, _) => Ok(found),
            Loaded::Own(never) => match never {},
        }
    }

    /// The entry in this process, if it counts, and what may be done with it.
    fn usable<C: Class>(&self, key: &str, ask: &Ask<C::Value>) -> Option<(Found<C::Value>, Reuse)> {
        let found = self.peek::<C>(key)?;
        Some(weigh(found, ask))
    }

    /// Waits for one's own load.
    async fn lead<C, P, E>(
        &self,
        key: &str,
        ask: &Ask<C::Value>,
        flight: &Flight<C::Value, E>,
        mut passed: oneshot::Receiver<P>,
    ) -> Result<Loaded<C::Value, P>, LoadError<E>>
    where
        C: Class,
        E: Send + Sync + 'static,
    {
        match self.wait::<C, E>(key, ask, flight).await? {
            Flown::Served(found, reason) => Ok(Loaded::Found(found, Outcome::Stale(reason))),
            Flown::Ended(End::Entry { found, is_loaded: true }) => {
                Ok(Loaded::Found(found, Outcome::Miss))
            }
            Flown::Ended(End::Entry { found, is_loaded: false }) => {
                Ok(Loaded::Found(found.clone(), self.outcome(&found)))
            }
            // It is sent before the flight ends.
            Flown::Ended(End::Passed) => {
                passed.try_recv().map(Loaded::Own).map_err(|_| LoadError::Panicked)
            }
            Flown::Ended(End::Failed { error, candidate }) => {
                self.failed::<C, P, E>(key, ask, error, candidate)
            }
            Flown::Ended(End::Elsewhere) => Err(LoadError::Elsewhere),
        }
    }

    /// Waits for another's load.
    async fn follow<C, P, E>(
        &self,
        key: &str,
        ask: &Ask<C::Value>,
        flight: &Flight<C::Value, E>,
        arrived: Option<AsOf>,
    ) -> Result<Landed<C::Value, P>, LoadError<E>>
    where
        C: Class,
        E: Send + Sync + 'static,
    {
        if ask.priority == Priority::Reader {
            flight.hurry();
        }
        let (found, is_loaded) = match self.wait::<C, E>(key, ask, flight).await? {
            Flown::Served(found, reason) => {
                return Ok(Landed::Loaded(Loaded::Found(found, Outcome::Stale(reason))));
            }
            Flown::Ended(End::Entry { found, is_loaded }) => (found, is_loaded),
            Flown::Ended(End::Passed) => return Ok(Landed::Unfit),
            Flown::Ended(End::Failed { error, candidate }) => {
                return self.failed::<C, P, E>(key, ask, error, candidate).map(Landed::Loaded);
            }
            Flown::Ended(End::Elsewhere) => return Ok(Landed::TooOld),
        };
        let mut found = self.found(found.entry, found.layer);
        // It changed while the reader waited: then it is as good as any answer given meanwhile.
        if let Some(arrived) = arrived
            && found.standing == Standing::Changed
            && found.entry.provenance.as_of.covers(arrived)
        {
            found.standing = Standing::Valid(arrived);
        }
        if found.standing == Standing::Changed || ask.need.is_some_and(|need| !found.covers(need)) {
            return Ok(Landed::TooOld);
        }
        Ok(match (ask.judge)(&found) {
            Reuse::Fresh | Reuse::Revalidate => {
                let outcome = if is_loaded { Outcome::Collapsed } else { self.outcome(&found) };
                Landed::Loaded(Loaded::Found(found, outcome))
            }
            Reuse::OnError | Reuse::No => Landed::Unfit,
        })
    }

    /// Loads outside of any flight: what came of one cannot be shared with this reader.
    async fn alone<C, P, E, F, L>(
        &self,
        key: &str,
        hash: u64,
        ask: &Ask<C::Value>,
        loader: F,
    ) -> Result<Loaded<C::Value, P>, LoadError<E>>
    where
        C: Class,
        P: Send + 'static,
        E: Send + Sync + 'static,
        F: FnOnce(Option<Arc<Entry<C::Value>>>) -> L + Send + 'static,
        L: Future<Output = Result<Made<C::Value, P>, E>> + Send + 'static,
    {
        let near = self.usable::<C>(key, ask);
        let (cache, key_there, priority) = (self.clone(), Arc::<str>::from(key), ask.priority);
        let candidate = near.map(|(found, _)| found.entry);
        let removals = self.0.removals.of(hash);
        let task = tokio::spawn(async move {
            let place = cache.0.origin.place(priority).await.map_err(|_| LoadError::Crowded)?;
            let made = cache.ask_origin::<C, P, E, F, L>(loader, candidate).await?;
            drop(place);
            Ok(match made {
                Made::Keep(entry) => {
                    cache.0.passes.forget(hash);
                    let entry = if cache.0.removals.of(hash) == removals {
                        cache.keep::<C>(&key_there, entry).await
                    } else {
                        Arc::new(entry)
                    };
                    Loaded::Found(cache.found(entry, super::Layer::L1), Outcome::Miss)
                }
                Made::Pass(own) => {
                    cache.0.passes.remember(hash, cache.0.clock.elapsed());
                    Loaded::Own(own)
                }
            })
        });
        let answer = match timeout(ask.hold.hard, task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(LoadError::Panicked),
            Err(_) => Err(LoadError::TimedOut),
        };
        answer.or_else(|error| self.failed::<C, P, E>(key, ask, error, None))
    }

    /// Waits for the end of a flight, or until an entry that is there will have to do.
    async fn wait<C, E>(
        &self,
        key: &str,
        ask: &Ask<C::Value>,
        flight: &Flight<C::Value, E>,
    ) -> Result<Flown<C::Value, E>, LoadError<E>>
    where
        C: Class,
        E: Send + Sync + 'static,
    {
        let Hold { soft, hard } = ask.hold;
        let soft = soft.min(hard);
        if let Ok(end) = timeout(soft, flight.end()).await {
            return Ok(Flown::Ended(end));
        }
        // The flight may have brought one from the shared layer meanwhile.
        let on_error = || self.usable::<C>(key, ask).filter(|(_, reuse)| *reuse != Reuse::No);
        if let Some((found, _)) = on_error()
            && matches!(found.standing, Standing::Valid(_))
        {
            return Ok(Flown::Served(found, Reason::Slow));
        }
        if let Ok(end) = timeout(hard.saturating_sub(soft), flight.end()).await {
            return Ok(Flown::Ended(end));
        }
        let (found, _) = on_error().ok_or(LoadError::TimedOut)?;
        Ok(Flown::Served(found, Reason::Slow))
    }

    /// Serves what may be served on an error, or else the error.
    fn failed<C, P, E>(
        &self,
        key: &str,
        ask: &Ask<C::Value>,
        error: LoadError<E>,
        candidate: Option<Found<C::Value>>,
    ) -> Result<Loaded<C::Value, P>, LoadError<E>>
    where
        C: Class,
    {
        let here = self.usable::<C>(key, ask);
        let brought = candidate.map(|found| weigh(self.found(found.entry, found.layer), ask));
        here.into_iter()
            .chain(brought)
            .find(|(_, reuse)| *reuse != Reuse::No)
            .map(|(found, _)| Loaded::Found(found, Outcome::Stale(Reason::Failed)))
            .ok_or(error)
    }

    /// The outcome of an entry that is served as it was found.
    fn outcome<V>(&self, found: &Found<V>) -> Outcome {
        let age: Duration = found.entry.age(self.0.clock.now());
        if age < found.entry.lifetime.fresh && !found.fenced {
            Outcome::Hit
        } else {
            Outcome::Stale(Reason::Meanwhile)
        }
    }
}

/// What may be done with an entry. One that lacks a needed change does not count, whatever the judge
/// would say; it can still be asked about.
pub(super) fn weigh<V>(found: Found<V>, ask: &Ask<V>) -> (Found<V>, Reuse) {
    let lacks = ask.need.is_some_and(|need| !found.covers(need));
    let reuse = if lacks { Reuse::No } else { (ask.judge)(&found) };
    (found, reuse)
}

/// A loader that never passes.
enum Never {}
