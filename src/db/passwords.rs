//! Password hashes, beside the users, so that a new password is no change of content.

use super::connection::on;
use super::{Connection, Result, Transaction};
use crate::domain::{Timestamp, UserId};

/// The hash of a user's password, in PHC form.
///
/// # Errors
/// The database does not answer.
pub async fn of(c: &mut Connection, user: &UserId) -> Result<Option<String>> {
    const SQL: &str = "select hash from passwords where user_id = $1";
    Ok(on!(c, c => sqlx::query_scalar(SQL).bind(user).fetch_optional(c).await)?)
}

/// Gives a user a password, in place of the one before.
///
/// # Errors
/// The database does not answer.
pub async fn set(t: &mut Transaction, user: &UserId, hash: &str, now: Timestamp) -> Result<()> {
    const SQL: &str = "insert into passwords (user_id, hash, changed_at) values ($1, $2, $3) \
        on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at";
    on!(t, c => sqlx::query(SQL).bind(user).bind(hash).bind(now).execute(c).await.map(|_| ()))?;
    Ok(())
}
