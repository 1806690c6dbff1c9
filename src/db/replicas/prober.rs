//! The prober: asks every replica how it is, whether somebody reads there or not.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;

use super::Replicas;

/// How often the hosts of the primary are looked at, where there are several: so a server that was
/// promoted is found even while the one before it still answers.
const LOOK_AROUND: Duration = Duration::from_secs(5);

/// Keeps what is known of replicas true. It has no timer: whoever calls it says when.
#[derive(Debug, Clone)]
pub struct Prober {
    replicas: Arc<Replicas>,
    /// When the hosts of the primary are looked at next, on the stopwatch.
    next_look: Arc<Mutex<Duration>>,
}

impl Prober {
    /// How often a step is due: a replica that comes back is used so soon, and one that falls silent is
    /// known to be so.
    pub const INTERVAL: Duration = Duration::from_millis(250);

    pub(in crate::db) fn new(replicas: Arc<Replicas>) -> Self {
        Self { replicas, next_look: Arc::default() }
    }

    /// Probes all replicas at once, each within a second; and looks for the primary where it may be
    /// another one. What goes wrong is in the log and the figures.
    pub async fn step(&self) {
        let Replicas { all, primary, primary_clock, clock, .. } = &*self.replicas;
        if let Some(original) = self.replicas.original() {
            let now = clock.elapsed();
            let lag = |as_of| primary_clock.lag(as_of, now);
            join_all(all.iter().map(|replica| replica.probe(original, lag))).await;
        }
        let is_promoted = all.iter().any(|replica| replica.is_promoted());
        if (is_promoted || primary.hosts() > 1) && self.is_due(clock.elapsed()) {
            primary.search().await;
        }
    }

    fn is_due(&self, now: Duration) -> bool {
        let mut next = self.next_look.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = now >= *next;
        if is_due {
            *next = now.saturating_add(LOOK_AROUND);
        }
        is_due
    }
}
