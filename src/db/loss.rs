//! Reads that were cut off by their server, so that another may answer them.

use super::DbError;

/// Why a server did not finish a read, though nothing was wrong with the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The connection ended, could not be had, or the server goes down.
    Connection,
    /// A replica had to replay what the read stood in the way of, or somebody cancelled the read.
    Conflict,
    /// The server has fallen silent.
    Silence,
    /// What was read is older than what this instance knows of.
    Behind,
}

impl Loss {
    /// The word for it in figures and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Conflict => "conflict",
            Self::Silence => "silence",
            Self::Behind => "behind",
        }
    }
}

impl DbError {
    /// The loss that this error tells of; `None` where another server would say the same.
    #[must_use]
    pub fn loss(&self) -> Option<Loss> {
        match self {
            Self::Driver(error) => of_driver(error),
            Self::Silent => Some(Loss::Silence),
            _ => None,
        }
    }
}

/// The codes are in appendix A of PostgreSQL's manual.
pub(super) fn of_driver(error: &sqlx::Error) -> Option<Loss> {
    use sqlx::Error as E;
    match error {
        E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
            Some(Loss::Connection)
        }
        // What a dying server leaves half said.
        E::Protocol(_) => Some(Loss::Connection),
        E::Database(error) => of_code(&error.code()?),
        _ => None,
    }
}

fn of_code(code: &str) -> Option<Loss> {
    match code {
        // serialization_failure is what a conflict with the replay is called; query_canceled.
        "40001" | "57014" => Some(Loss::Conflict),
        // idle_in_transaction_session_timeout, too_many_connections, io_error.
        "25P03" | "53300" | "58030" => Some(Loss::Connection),
        // Connection exceptions; the server stops, crashed, starts, or the session was ended.
        _ if code.starts_with("08") || code.starts_with("57P") => Some(Loss::Connection),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        for (code, loss) in [
            ("40001", Some(Loss::Conflict)),
            ("57014", Some(Loss::Conflict)),
            ("57P01", Some(Loss::Connection)),
            ("57P03", Some(Loss::Connection)),
            ("08006", Some(Loss::Connection)),
            ("25P03", Some(Loss::Connection)),
            ("42P01", None),
            ("23505", None),
            ("25006", None),
        ] {
            assert_eq!(of_code(code), loss, "{code}");
        }
    }

    #[test]
    fn what_another_server_would_say_as_well_is_no_loss() {
        assert_eq!(DbError::Taken.loss(), None);
        assert_eq!(DbError::Driver(sqlx::Error::RowNotFound).loss(), None);
        assert_eq!(DbError::Driver(sqlx::Error::PoolTimedOut).loss(), Some(Loss::Connection));
    }
}
