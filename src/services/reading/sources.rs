//! Where a use case is read: it is done again elsewhere if its server cuts it off, or turns out to be
//! too far behind.
//!
//! A replica may lag, and what it shows is used if it lacks nothing that this instance knows of: the
//! tags of all that was read are held against the tag clock, as a cached entry's are. So a post that
//! changed is never answered old, and one that did not change still comes from the replica.

use std::future::Future;

use super::look::Look;
use super::{Page, Reading, Seen};
use crate::content_clock::Standing;
use crate::db::{DbError, Intent, Loss, Result, Source, Tried};

/// How often a use case is done again at most.
const AGAIN: u32 = 2;

/// What a use case makes, and what from.
pub(super) trait Made {
    fn seen(&self) -> &Seen;
}

impl<T> Made for Page<T> {
    fn seen(&self) -> &Seen {
        &self.seen
    }
}

impl<T> Made for (T, Seen) {
    fn seen(&self) -> &Seen {
        &self.1
    }
}

impl Reading {
    /// Runs a use case over a look. Where that was to no avail it is run again: at most twice, and the
    /// last time on the primary, if there is one.
    pub(super) async fn looking<T, F>(&self, use_case: impl Fn(Look) -> F) -> Result<T>
    where
        T: Made,
        F: Future<Output = Result<T>>,
    {
        let clock = self.cache.content_clock();
        // Who knows nothing of the clock cannot tell whether a replica is behind.
        let knows_nothing = clock.tags.watermark().is_none();
        let mut intent = if knows_nothing { Intent::Primary } else { self.intent };
        let mut tried = Tried::default();
        let mut left = AGAIN;
        loop {
            let snapshot = self.db.read_elsewhere(intent, tried).await?;
            let (source, silence) = (snapshot.source(), snapshot.silence());
            let look = Look::at(snapshot, self.cache.clone(), self.clock.clone());
            let result = tokio::select! {
                result = use_case(look) => result,
                () = silence => Err(DbError::Silent),
            };
            let Some((loss, more)) = self.loss(source, intent, &result).filter(|_| left > 0) else {
                return result;
            };
            tracing::debug!(?source, loss = loss.as_str(), "a page is read again elsewhere");
            self.db.lost(source, loss);
            intent = more;
            tried.add(source);
            left -= 1;
            if left == 0 {
                tried = Tried::ALL;
            }
        }
    }

    /// Why a use case has to be run again, and what it has to see then.
    fn loss<T: Made>(
        &self,
        source: Source,
        intent: Intent,
        result: &Result<T>,
    ) -> Option<(Loss, Intent)> {
        match result {
            Err(error) => Some((error.loss()?, intent)),
            // What the primary shows is the truth, whatever comes after.
            Ok(_) if source == Source::Primary => None,
            Ok(made) => Some((Loss::Behind, self.lacking(made.seen())?)),
        }
    }

    /// What has to be seen, where something that was read has changed since, as far as this instance
    /// knows, or was read in another epoch.
    fn lacking(&self, seen: &Seen) -> Option<Intent> {
        let clock = self.cache.content_clock();
        let provenance = seen.provenance()?;
        match clock.standing(&provenance) {
            Standing::Valid(_) => None,
            Standing::Changed => {
                let last = clock.tags.last_change(&provenance.tags);
                Some(last.map_or(Intent::Primary, Intent::AtLeast))
            }
        }
    }
}
