//! Use cases: what people do with a site, in no words of HTTP and none of SQL.

pub mod accounts;
mod assembly;
pub mod caching;
pub mod editing;
pub mod exporting;
pub mod importing;
pub mod integrations;
pub mod media;
pub mod passwords;
pub mod publishing;
pub mod reach;
pub mod reading;
pub mod settings;
pub mod tagging;
pub mod users;
pub mod webhooks;
pub mod welcome;

use crate::content_clock::{Stamper, Token};
use crate::db::{self, DbError, Transaction};
use crate::media::{StoreError, UploadError};

/// Why a use case could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// What was asked for breaks a rule; the sentence is for the person who asked.
    #[error("{field}: {reason}")]
    Invalid {
        /// The field that breaks it.
        field: &'static str,
        /// The rule.
        reason: String,
    },
    /// The database failed, or two writers collided.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Too many ask for the same costly thing at once.
    #[error("there is too much to do; try again")]
    Busy,
    /// A file is not taken.
    #[error(transparent)]
    Media(#[from] UploadError),
    /// The media store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of an export could not be written.
    #[error("the export could not be written: {0}")]
    Write(#[from] std::io::Error),
}

impl ServiceError {
    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { field, reason: reason.into() }
    }
}

/// What a use case gives.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;

/// What was saved, and what its writer has to be shown from now on.
#[derive(Debug, Clone)]
pub struct Saved<T> {
    /// What was saved.
    pub value: T,
    /// The moment that has it.
    pub token: Token,
}

/// Commits, and waits for a stamping pass that began after it: from then on no instance that hears the
/// news, this one first, takes for valid what was made before. Gives what the writer has to see.
///
/// A pass that fails takes nothing back. The change is saved, and whoever passes next stamps it.
async fn keep(t: Transaction, stamper: &Stamper) -> db::Result<Token> {
    t.commit().await?;
    fail_point!("after-commit");
    match stamper.settle().await {
        Ok(as_of) => Ok(Token::Settled(as_of)),
        Err(error) => {
            tracing::warn!(%error, "a change is not shown everywhere yet");
            Ok(Token::Pending)
        }
    }
}

/// Does a whole transaction, and does it again where two writers waited for each other and the
/// database gave up on this one.
async fn retrying<T, F>(transaction: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    const TRIES: u32 = 3;
    for _ in 1..TRIES {
        match transaction().await {
            Err(ServiceError::Database(error)) if error.is_transient() => {
                tracing::debug!(%error, "a transaction is tried again");
            }
            result => return result,
        }
    }
    transaction().await
}
