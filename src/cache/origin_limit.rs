//! The origin limit: how many loads may run at once, whatever asks for them.
//!
//! When everything becomes invalid at one stroke, single flight does not help: every key misses on
//! its own. The limit keeps the database at work that it can do. A reader who waits goes before a
//! refresh that nobody waits for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{Gauge, gauge};
use tokio::sync::oneshot;

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for it.
    Reader,
    /// Nobody does.
    Background,
}

/// A number of places, handed out by priority, then by arrival.
#[derive(Debug, Clone)]
pub struct OriginLimit(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    free: usize,
    /// How many may wait; more are turned away.
    longest: usize,
    readers: VecDeque<oneshot::Sender<Place>>,
    background: VecDeque<oneshot::Sender<Place>>,
}

/// Leave to load. Dropped, it goes to the next who waits.
#[derive(Debug)]
pub struct Place(Option<OriginLimit>);

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowded;

impl OriginLimit {
    /// A limit of so many places, at least one, with so many waiting for each kind of priority.
    pub fn new(places: usize, longest: usize) -> Self {
        let (readers, background) = (VecDeque::new(), VecDeque::new());
        Self(Arc::new(Mutex::new(State { free: places.max(1), longest, readers, background })))
    }

    /// Waits for a place. Who stops waiting gives up the turn.
    pub async fn place(&self, priority: Priority) -> Result<Place, Crowded> {
        let turn = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Place(Some(self.clone())));
            }
            let longest = state.longest;
            let queue = state.queue(priority);
            // Those who have left stand in the queue until their turn comes.
            if queue.len() >= longest {
                queue.retain(|waiting| !waiting.is_closed());
            }
            if queue.len() >= longest {
                return Err(Crowded);
            }
            let (sender, turn) = oneshot::channel();
            queue.push_back(sender);
            turn
        };
        let _waiting = Waiting::one_more();
        turn.await.map_err(|_| Crowded)
    }

    /// How many wait, those among them who have left since.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        let state = self.state();
        state.readers.len() + state.background.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts one who waits, for as long as it lives.
struct Waiting(Gauge);

impl Waiting {
    fn one_more() -> Self {
        let waiting = gauge!("masthead_cache_origin_waiting");
        waiting.increment(1);
        Self(waiting)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

impl State {
    fn queue(&mut self, priority: Priority) -> &mut VecDeque<oneshot::Sender<Place>> {
        match priority {
            Priority::Reader => &mut self.readers,
            Priority::Background => &mut self.background,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(limit) = self.0.take() else { return };
        loop {
            let next = {
                let mut state = limit.state();
                let next = state.readers.pop_front().or_else(|| state.background.pop_front());
                if next.is_none() {
                    state.free += 1;
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(Place(Some(limit.clone()))) {
                Ok(()) => return,
                // That one has left: its place must not come back here by itself.
                Err(mut unwanted) => unwanted.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_goes_before_a_refresh_and_who_left_is_passed_over() {
        let limit = OriginLimit::new(1, 10);
        let place = limit.place(Priority::Reader).await.unwrap();
        let wait = |priority| {
            let limit = limit.clone();
            tokio::spawn(async move { limit.place(priority).await })
        };
        let background = wait(Priority::Background);
        let leaver = wait(Priority::Reader);
        let reader = wait(Priority::Reader);
        while limit.waiting() < 3 {
            tokio::task::yield_now().await;
        }
        leaver.abort();
        assert!(leaver.await.unwrap_err().is_cancelled());
        drop(place);
        let place = reader.await.unwrap().unwrap();
        assert!(!background.is_finished());
        drop(place);
        drop(background.await.unwrap().unwrap());
        assert_eq!(limit.state().free, 1);
        assert_eq!(limit.waiting(), 0);
    }

    #[tokio::test]
    async fn a_long_queue_turns_away() {
        let limit = OriginLimit::new(1, 1);
        let _place = limit.place(Priority::Reader).await.unwrap();
        let waiting = limit.clone();
        let first = tokio::spawn(async move { waiting.place(Priority::Reader).await.is_ok() });
        while limit.waiting() < 1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(limit.place(Priority::Reader).await.err(), Some(Crowded));
        first.abort();
        assert!(first.await.is_err());
        // The one that left makes room.
        let waiting = limit.clone();
        let next = tokio::spawn(async move { waiting.place(Priority::Reader).await.is_ok() });
        tokio::task::yield_now().await;
        assert!(!next.is_finished());
    }
}
