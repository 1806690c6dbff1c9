//! Where news waits until it is shown: a receiver that asks at once, be it any instance or the CDN, is given
//! what it was told of. Programs that build a static site of the API's answers would else build the old one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::courier::locked;
use crate::clock::Clock;
use crate::content_clock::{AsOf, Stamper};
use crate::db::deliveries::Due;
use crate::domain::DeliveryId;
use crate::services::reach::Reach;

/// The longest that news waits: while the CDN cannot be told, receivers still are.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Holds deliveries back until what they tell of is shown.
#[derive(Debug)]
pub struct WaitingRoom {
    stamper: Stamper,
    reach: Reach,
    clock: Arc<dyn Clock>,
    waiting: Mutex<HashMap<DeliveryId, Arrival>>,
}

/// When a delivery came in.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    /// What it tells of happened no later, by the content clock.
    as_of: AsOf,
    /// When that was known, by the stopwatch.
    at: Duration,
}

impl WaitingRoom {
    /// A room that nobody waits in.
    #[must_use]
    pub fn new(stamper: Stamper, reach: Reach, clock: Arc<dyn Clock>) -> Self {
        Self { stamper, reach, clock, waiting: Mutex::default() }
    }

    /// Of all that is due, what may be told now: what was tried before, and what is shown. The rest waits;
    /// what waited and is due no more is forgotten.
    pub(super) async fn let_go(&self, due: Vec<Due>) -> Vec<Due> {
        let news: HashSet<DeliveryId> =
            due.iter().filter(|due| due.attempts == 0).map(|due| due.id.clone()).collect();
        let is_new = {
            let mut waiting = locked(&self.waiting);
            let epoch = self.reach.epoch();
            // A number of another epoch says nothing any more.
            waiting.retain(|id, arrival| {
                news.contains(id) && epoch.is_none_or(|epoch| epoch == arrival.as_of.epoch)
            });
            waiting.len() < news.len()
        };
        if !news.is_empty()
            && let Err(error) = self.reach.look().await
        {
            tracing::debug!(%error, "it is not known what the other instances show");
        }
        if is_new {
            // What is due was committed; so a pass that begins now gives its change a number, if it has none.
            match self.stamper.settle().await {
                Ok(as_of) => self.admit(news, as_of),
                Err(error) => tracing::debug!(%error, "what happened has no number yet"),
            }
        }
        let (waiting, now) = (locked(&self.waiting), self.clock.elapsed());
        let may_go = |due: &Due| {
            due.attempts > 0
                || waiting.get(&due.id).is_some_and(|arrival| self.is_over(due, *arrival, now))
        };
        due.into_iter().filter(may_go).collect()
    }

    fn admit(&self, news: HashSet<DeliveryId>, as_of: AsOf) {
        let (mut waiting, at) = (locked(&self.waiting), self.clock.elapsed());
        for id in news {
            waiting.entry(id).or_insert(Arrival { as_of, at });
        }
    }

    /// Whether the wait of a delivery is over.
    fn is_over(&self, due: &Due, arrival: Arrival, now: Duration) -> bool {
        let ago = now.saturating_sub(arrival.at);
        if self.reach.is_shown(arrival.as_of, ago) {
            return true;
        }
        let is_over = ago >= LONGEST_WAIT;
        if is_over {
            tracing::info!(delivery = %due.id, "a receiver is told before the CDN is");
        }
        is_over
    }
}
