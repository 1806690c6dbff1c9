//! How often signing in went wrong of late, counted for all instances together.

use super::connection::on;
use super::{Result, Transaction};
use crate::clock::Timestamp;

/// How often it went wrong for somebody, and when last. Until the transaction ends, nobody else counts
/// for them: of attempts at the same time each sees the ones before.
///
/// # Errors
/// The database does not answer.
pub async fn hold(t: &mut Transaction, who: &str, now: Timestamp) -> Result<(i64, Timestamp)> {
    const SQL: &str = "insert into sign_in_failures (who, failures, last_at) values ($1, 0, $2) \
        on conflict (who) do update set failures = sign_in_failures.failures \
        returning failures, last_at";
    Ok(on!(t, c => sqlx::query_as(SQL).bind(who).bind(now).fetch_one(c).await)?)
}

/// Sets how often it went wrong for somebody who is held.
///
/// # Errors
/// The database does not answer.
pub async fn set(t: &mut Transaction, who: &str, failures: i64, now: Timestamp) -> Result<()> {
    const SQL: &str = "update sign_in_failures set failures = $2, last_at = $3 where who = $1";
    on!(t, c => sqlx::query(SQL).bind(who).bind(failures).bind(now).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Takes one failure back.
///
/// # Errors
/// The database does not answer.
pub async fn forgive_one(t: &mut Transaction, who: &str) -> Result<()> {
    const SQL: &str =
        "update sign_in_failures set failures = failures - 1 where who = $1 and failures > 0";
    on!(t, c => sqlx::query(SQL).bind(who).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Forgets all about somebody.
///
/// # Errors
/// The database does not answer.
pub async fn forget(t: &mut Transaction, who: &str) -> Result<()> {
    const SQL: &str = "delete from sign_in_failures where who = $1";
    on!(t, c => sqlx::query(SQL).bind(who).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Forgets what is older than some time.
///
/// # Errors
/// The database does not answer.
pub async fn sweep(t: &mut Transaction, before: Timestamp) -> Result<()> {
    const SQL: &str = "delete from sign_in_failures where last_at < $1";
    on!(t, c => sqlx::query(SQL).bind(before).execute(c).await.map(|_| ()))?;
    Ok(())
}
