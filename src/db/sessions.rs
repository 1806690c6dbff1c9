//! Sessions, where they are not kept in Redis: some JSON under the hash of what a cookie holds.

use super::connection::on;
use super::{Connection, Result, Transaction};
use crate::clock::Timestamp;

/// The data of a session, and when it expires.
///
/// # Errors
/// The database does not answer.
pub async fn find(c: &mut Connection, id: &str) -> Result<Option<(String, Timestamp)>> {
    const SQL: &str = "select data, expires_at from sessions where id = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// Adds a session; gives whether the id was free.
///
/// # Errors
/// The database does not answer.
pub async fn add(t: &mut Transaction, id: &str, data: &str, expires_at: Timestamp) -> Result<bool> {
    const SQL: &str = "insert into sessions (id, data, expires_at) values ($1, $2, $3) \
        on conflict (id) do nothing";
    let rows = on!(t, c => sqlx::query(SQL)
        .bind(id)
        .bind(data)
        .bind(expires_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Changes a session that is there; one that was removed stays so.
///
/// # Errors
/// The database does not answer.
pub async fn change(
    t: &mut Transaction,
    id: &str,
    data: &str,
    expires_at: Timestamp,
) -> Result<()> {
    const SQL: &str = "update sessions set data = $2, expires_at = $3 where id = $1";
    on!(t, c => {
        sqlx::query(SQL).bind(id).bind(data).bind(expires_at).execute(c).await.map(|_| ())
    })?;
    Ok(())
}

/// Removes a session.
///
/// # Errors
/// The database does not answer.
pub async fn remove(t: &mut Transaction, id: &str) -> Result<()> {
    const SQL: &str = "delete from sessions where id = $1";
    on!(t, c => sqlx::query(SQL).bind(id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Removes what has expired; gives how many that were.
///
/// # Errors
/// The database does not answer.
pub async fn sweep(t: &mut Transaction, now: Timestamp) -> Result<u64> {
    const SQL: &str = "delete from sessions where expires_at <= $1";
    Ok(on!(t, c => {
        sqlx::query(SQL).bind(now).execute(c).await.map(|done| done.rows_affected())
    })?)
}
