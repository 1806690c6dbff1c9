//! Which server is the primary: its place in the history of its cluster, and the newest that was seen.
//!
//! Every promotion begins a new timeline. A server that still takes writes on an older one was left
//! behind: what is written there is lost, so it is not the primary, whatever it says.

use std::sync::{Mutex, PoisonError};

use sqlx::PgConnection;

/// Where a server that takes writes stands in the history of its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The identifier that a cluster gets when it is made, and that its physical copies share.
    pub system: i64,
    /// The timeline that it writes.
    pub timeline: i64,
}

/// Why a server is not the primary.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It replays what another server writes.
    #[error("it is in recovery")]
    InRecovery,
    /// Somebody made it read-only.
    #[error("it is read-only")]
    ReadOnly,
    /// A server of the same cluster was promoted past it.
    #[error("its timeline {0} is older than the timeline {1}, which was seen already")]
    LeftBehind(i64, i64),
    /// It does not answer, or not as a server does.
    #[error("{0}")]
    Driver(#[from] sqlx::Error),
    /// It does not answer in time.
    #[error("it does not answer")]
    Silent,
    /// The server is older than the clock's proof allows (`docs/ARCHITECTURE.md`).
    #[error("PostgreSQL {0} is too old")]
    TooOld(i32),
}

/// The oldest version that is accepted, as `server_version_num` has it.
const OLDEST: i32 = 150_000;

impl Place {
    /// Asks a server for its place. `is_for_reading` are connections that cannot write anyway.
    pub async fn of(c: &mut PgConnection, is_for_reading: bool) -> Result<Self, Refusal> {
        // The timeline is the beginning of the name of the file that is being written; the control
        // file still has the old one for a while after a promotion.
        const SQL: &str = "select current_setting('server_version_num')::integer, \
            pg_is_in_recovery(), current_setting('transaction_read_only')::boolean, \
            (select system_identifier from pg_control_system()), \
            case when pg_is_in_recovery() then null \
                else left(pg_walfile_name(pg_current_wal_lsn()), 8) end";
        let (version, in_recovery, read_only, system, timeline): (
            i32,
            bool,
            bool,
            i64,
            Option<String>,
        ) = sqlx::query_as(SQL).fetch_one(c).await?;
        if version < OLDEST {
            return Err(Refusal::TooOld(version / 10_000));
        }
        let timeline = timeline.and_then(|name| i64::from_str_radix(&name, 16).ok());
        let (false, Some(timeline)) = (in_recovery, timeline) else {
            return Err(Refusal::InRecovery);
        };
        if read_only && !is_for_reading {
            return Err(Refusal::ReadOnly);
        }
        Ok(Self { system, timeline })
    }

    /// Whether a promotion led from `other` to here, and not the other way.
    fn is_left_behind(self, newest: Self) -> bool {
        self.system == newest.system && self.timeline < newest.timeline
    }
}

/// The newest place that was seen; what is older is not the primary.
#[derive(Debug, Default)]
pub struct History(Mutex<Option<Place>>);

impl History {
    /// The newest place that was seen.
    pub fn newest(&self) -> Option<Place> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for the primary's, unless it was left behind. Another cluster at the same address
    /// has a history of its own, and the content clock there another epoch.
    pub fn admit(&self, place: Place) -> Result<Place, Refusal> {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(newest) = *newest
            && place.is_left_behind(newest)
        {
            return Err(Refusal::LeftBehind(place.timeline, newest.timeline));
        }
        *newest = Some(place);
        Ok(place)
    }

    /// Which of several servers is the primary, by their number: of the cluster that is known, the one
    /// that was promoted last.
    pub fn choose(
        &self,
        places: impl IntoIterator<Item = (usize, Place)>,
    ) -> Option<(usize, Place)> {
        let known = self.newest();
        let rank = |place: &Place| {
            (known.is_none_or(|newest| newest.system == place.system), place.timeline)
        };
        // The first of equals.
        places.into_iter().fold(None, |best: Option<(usize, Place)>, this| match best {
            Some(best) if rank(&best.1) >= rank(&this.1) => Some(best),
            _ => Some(this),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn place(system: i64, timeline: i64) -> Place {
        Place { system, timeline }
    }

    #[test]
    fn who_was_left_behind_is_not_the_primary_again() {
        let history = History::default();
        for (place, is_admitted) in [
            (place(1, 3), true),
            (place(1, 2), false),
            (place(1, 3), true),
            (place(1, 4), true),
            (place(1, 3), false),
            (place(9, 1), true),
        ] {
            assert_eq!(history.admit(place).is_ok(), is_admitted, "{place:?}");
        }
    }

    #[test]
    fn the_one_that_was_promoted_last_is_chosen() {
        let history = History::default();
        assert_eq!(history.choose([]), None);
        assert_eq!(history.choose([(0, place(1, 1)), (1, place(1, 1))]), Some((0, place(1, 1))));
        assert_eq!(history.choose([(0, place(1, 1)), (1, place(1, 2))]), Some((1, place(1, 2))));
        history.admit(place(1, 1)).unwrap();
        assert_eq!(history.choose([(0, place(7, 5)), (1, place(1, 1))]), Some((1, place(1, 1))));
        assert_eq!(history.choose([(0, place(7, 5))]), Some((0, place(7, 5))));
    }
}
