//! The change log and the cursors, as the database keeps them.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{Change, LogError, PurgeLog, Round, Standing};
use crate::clock::{Clock, Timestamp};
use crate::content_clock::{AsOf, ChangeLog as _, LogCursor};
use crate::db::{Database, Intent, Leadership, purges};

/// Seconds after which an instance that has not reported is taken for dead; it reports at least every
/// five while it lives.
const ALIVE: i64 = 15;

/// The log of a database, as one instance walks it for one provider.
#[derive(Debug)]
pub struct DatabaseLog {
    db: Database,
    provider: &'static str,
    leadership: Arc<Leadership>,
    clock: Arc<dyn Clock>,
}

impl DatabaseLog {
    /// The log for a provider, walked by the instance that leads.
    pub fn new(
        db: Database,
        provider: &'static str,
        leadership: Arc<Leadership>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { db, provider, leadership, clock }
    }

    fn alive_since(&self) -> Timestamp {
        self.clock.now().plus_seconds(-ALIVE)
    }

    fn cursor_name(&self, round: Round) -> String {
        format!("{}:{}", self.provider, round.as_str())
    }
}

impl PurgeLog for DatabaseLog {
    fn leads(&self) -> BoxFuture<'_, Result<bool, LogError>> {
        Box::pin(async { Ok(self.leadership.holds().await?) })
    }

    fn standing(&self) -> BoxFuture<'_, Result<Standing, LogError>> {
        Box::pin(async {
            let mut snapshot = self.db.read(Intent::Primary).await?;
            let clock = snapshot.as_of();
            let oldest = purges::oldest_kept(&mut snapshot).await?;
            let reported_by_all =
                purges::applied_by_all(&mut snapshot, clock.epoch, self.alive_since()).await?;
            let mut named: BTreeMap<String, AsOf> =
                purges::cursors(&mut snapshot).await?.into_iter().collect();
            let cursors = Round::ALL
                .into_iter()
                .filter_map(|round| Some((round, named.remove(&self.cursor_name(round))?)))
                .collect();
            Ok(Standing {
                clock,
                kept_behind: oldest.map_or(clock.seq, |oldest| oldest.saturating_sub(1)),
                reported_by_all,
                cursors,
            })
        })
    }

    fn changes(
        &self,
        after: u64,
        to: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Change>, LogError>> {
        Box::pin(async move {
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            let page = self.db.since(LogCursor::behind(after), limit).await?;
            let changes = page.changes.into_iter();
            Ok(changes
                .map(|change| Change { seq: change.cursor.seq, tags: change.cache_tags })
                .take_while(|change| change.seq <= to)
                .collect())
        })
    }

    fn advance(&self, round: Round, to: AsOf) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            let mut t = self.db.write().await?;
            purges::advance(&mut t, &self.cursor_name(round), to).await?;
            t.commit().await?;
            Ok(())
        })
    }
}
