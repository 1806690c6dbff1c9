//! A visit: somebody has a snapshot of a replica open.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::replica::Replica;
use crate::db::Source;

/// Holds a place for as long as a snapshot is open, and knows where.
#[derive(Debug)]
pub struct Visit {
    replica: Arc<Replica>,
    _place: OwnedSemaphorePermit,
    /// How often the replica had fallen silent when the visit began.
    silences: u64,
}

impl Visit {
    pub(super) fn begin(replica: Arc<Replica>, place: OwnedSemaphorePermit) -> Self {
        let silences = *replica.silences.borrow();
        Self { replica, _place: place, silences }
    }

    /// Where it is.
    pub fn source(&self) -> Source {
        Source::Replica(self.replica.at)
    }

    /// Ends when the replica has fallen silent since the visit began.
    pub fn silence(&self) -> impl Future<Output = ()> + use<> {
        let (mut silences, before) = (self.replica.silences.subscribe(), self.silences);
        async move {
            // The sender lives as long as the database, and what is asked of it ends before that.
            if silences.wait_for(|count| *count != before).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
