//! What can go wrong between us and the database.

use std::path::PathBuf;

use super::address::InvalidAddress;

/// A failure of the database, or of reaching it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address is none that Masthead knows.
    #[error("the database address must begin with `sqlite:` or `postgres:`")]
    UnknownScheme,
    /// The file exists, but SQLite did not write it.
    #[error("{} is not an SQLite database", .0.display())]
    NotADatabase(PathBuf),
    /// The address of PostgreSQL is not understood.
    #[error("the address of a database {0}")]
    Address(#[from] InvalidAddress),
    /// No server takes writes: the primary is down, or was not promoted yet.
    #[error("there is no primary at the moment")]
    NoPrimary,
    /// The primary is down, and no replica that answers has what has to be seen.
    #[error("no server that answers is new enough")]
    Behind,
    /// The server has fallen silent in the middle of a read.
    #[error("the server has fallen silent")]
    Silent,
    /// The server is older than the clock's proof allows (`docs/ARCHITECTURE.md`).
    #[error("PostgreSQL {0} is too old; Masthead needs 15 or later")]
    TooOld(String),
    /// The content clock has no epoch; somebody wrote into its table.
    #[error("the content clock of this database has no epoch")]
    NoEpoch,
    /// A row with the same unique value is there already.
    #[error("there is one already")]
    Taken,
    /// The row changed since it was read.
    #[error("somebody else changed it meanwhile")]
    Changed,
    /// A migration failed, or the database is newer than this program.
    #[error("the database could not be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Anything else that the driver says.
    #[error("database: {0}")]
    Driver(sqlx::Error),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(cause) if cause.is_unique_violation() => Self::Taken,
            _ => Self::Driver(error),
        }
    }
}

impl DbError {
    /// Whether the same may succeed in a while: a server is down, or another one has to take over.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::NoPrimary | Self::Behind)
            || self.loss().is_some()
            || self.is_read_only()
    }

    /// Whether somebody made the server read-only under a write (25006).
    fn is_read_only(&self) -> bool {
        let Self::Driver(error) = self else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.as_deref() == Some("25006")
    }

    /// Whether trying the transaction again may succeed: two writers waited for each other.
    pub fn is_transient(&self) -> bool {
        // 40001 serialization_failure, 40P01 deadlock_detected.
        let Self::Driver(error) = self else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        matches!(code.as_deref(), Some("40001" | "40P01"))
    }
}
