//! One piece of work per key at a time: whoever asks while it runs waits for its result.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, Shared};

type Flight<T> = Shared<BoxFuture<'static, Option<T>>>;
type Flights<T> = Arc<Mutex<HashMap<String, Flight<T>>>>;

/// The work that is under way.
pub struct SingleFlight<T: Clone> {
    flights: Flights<T>,
}

impl<T: Clone> Default for SingleFlight<T> {
    fn default() -> Self {
        Self { flights: Arc::default() }
    }
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    /// The result of the work of this key: of that which is under way, or of this, begun now.
    ///
    /// The work is a task of its own, so one who leaves does not stop it for the others. `None`
    /// where it panicked.
    pub async fn run<W>(&self, key: &str, work: impl FnOnce() -> W) -> Option<T>
    where
        W: Future<Output = T> + Send + 'static,
    {
        let flight = {
            let mut flights = lock(&self.flights);
            if let Some(flight) = flights.get(key) {
                flight.clone()
            } else {
                let landing = Landing { key: key.to_owned(), flights: Arc::clone(&self.flights) };
                let work = work();
                let task = tokio::spawn(async move {
                    let _landing = landing;
                    work.await
                });
                let flight = task.map(Result::ok).boxed().shared();
                flights.insert(key.to_owned(), flight.clone());
                flight
            }
        };
        flight.await
    }
}

/// Takes a flight off the list when its task ends, a panic included.
struct Landing<T: Clone> {
    key: String,
    flights: Flights<T>,
}

impl<T: Clone> Drop for Landing<T> {
    fn drop(&mut self) {
        // The flight itself must not be dropped under the lock: its future may be the last owner
        // of something whose own end takes the lock again.
        let flight = lock(&self.flights).remove(&self.key);
        drop(flight);
    }
}

/// A panic elsewhere leaves the map whole, so a poisoned lock says nothing.
fn lock<T: Clone>(flights: &Flights<T>) -> MutexGuard<'_, HashMap<String, Flight<T>>> {
    flights.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn many_who_ask_at_once_share_one_run() {
        let flights = SingleFlight::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let ask = |key: &'static str| {
            flights.run(key, || {
                let runs = Arc::clone(&runs);
                async move {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    runs.fetch_add(1, Ordering::SeqCst)
                }
            })
        };
        let results = tokio::join!(ask("a"), ask("a"), ask("a"));
        assert_eq!(results, (Some(0), Some(0), Some(0)));
        assert_eq!(ask("a").await, Some(1), "a later question is work of its own");
        assert_eq!(lock(&flights.flights).len(), 0);
    }

    #[tokio::test]
    async fn one_who_leaves_does_not_stop_the_work() {
        let flights = SingleFlight::default();
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            7
        };
        let impatient = tokio::time::timeout(Duration::from_millis(1), flights.run("a", slow));
        assert!(impatient.await.is_err());
        let other = || async { 8 };
        assert_eq!(flights.run("a", other).await, Some(7));
    }

    #[tokio::test]
    async fn a_panic_ends_the_flight() {
        let flights = SingleFlight::default();
        let falls = || async { panic!("falls") };
        assert_eq!(flights.run("a", falls).await, None::<u8>);
        assert_eq!(flights.run("a", || async { 1 }).await, Some(1));
    }
}
