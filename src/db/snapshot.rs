//! A snapshot: a view of the whole database at one moment, and which moment that is.

use std::ops::{Deref, DerefMut};

use super::connection::{Connection, on};
use super::intent::Source;
use super::replicas::Visit;
use super::{DbError, Result};
use crate::content_clock::{AsOf, Epoch, Token};

/// A view of the whole database at one moment; it cannot write.
#[derive(Debug)]
pub struct Snapshot {
    connection: Connection,
    as_of: AsOf,
    is_exact: bool,
    /// `None` where it is the primary's.
    visit: Option<Visit>,
}

impl Snapshot {
    /// Reads the clock, as the first thing that is read in the transaction. So what is read next has
    /// every change that the clock has counted: see [`crate::content_clock`].
    pub(super) async fn of_primary(mut connection: Connection) -> Result<Self> {
        const CLOCK: &str = "select cast(seq as bigint), epoch, \
            not exists (select 1 from change_log where seq is null) \
            from content_clock where id = 1";
        let (seq, epoch, is_exact): (i64, String, bool) =
            on!(connection, c => sqlx::query_as(CLOCK).fetch_one(c).await)?;
        Ok(Self { connection, as_of: as_of(seq, &epoch)?, is_exact, visit: None })
    }

    /// The same on a replica, whose clock was read already.
    pub(super) const fn of_replica(
        connection: Connection,
        (as_of, is_exact): (AsOf, bool),
        visit: Visit,
    ) -> Self {
        Self { connection, as_of, is_exact, visit: Some(visit) }
    }

    /// The moment on the content clock: every change up to it is in this view.
    #[must_use]
    pub const fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// Whether the moment is all that this view has: no change that is committed and has no number
    /// yet. Two exact views of one moment are the same; others may not be.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// What whoever was shown this has to be shown from now on: a change may be in it that has no
    /// number yet.
    #[must_use]
    pub const fn token(&self) -> Token {
        if self.is_exact { Token::Settled(self.as_of) } else { Token::Pending }
    }

    /// Where it was taken.
    #[must_use]
    pub fn source(&self) -> Source {
        self.visit.as_ref().map_or(Source::Primary, Visit::source)
    }

    /// Ends when the server that it was taken from has fallen silent: what is asked of it then would
    /// be waited for as long as the network likes. That of the primary never ends.
    pub fn silence(&self) -> impl Future<Output = ()> + use<> {
        let silence = self.visit.as_ref().map(Visit::silence);
        async move {
            match silence {
                Some(silence) => silence.await,
                None => std::future::pending().await,
            }
        }
    }
}

/// A moment as the table of the clock has it.
pub(super) fn as_of(seq: i64, epoch: &str) -> Result<AsOf> {
    let epoch = Epoch::parse(epoch).ok_or(DbError::NoEpoch)?;
    Ok(AsOf { epoch, seq: seq.max(0).unsigned_abs() })
}

impl Deref for Snapshot {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Snapshot {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
