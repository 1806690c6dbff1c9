//! What was imported from where, so that importing again changes only what changed.

use super::connection::on;
use super::{Connection, Result, Transaction};
use crate::domain::Timestamp;

/// What came from a source before: the id of what it became, and the hash of what was read.
///
/// # Errors
/// The database does not answer.
pub async fn find(c: &mut Connection, key: &str) -> Result<Option<(String, String)>> {
    const SQL: &str = "select target_id, fingerprint from import_sources where source_key = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(key).fetch_optional(c).await)?)
}

/// Notes what came from a source.
///
/// # Errors
/// The database does not answer.
pub async fn save(
    t: &mut Transaction,
    key: &str,
    target_id: &str,
    fingerprint: &str,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "insert into import_sources (source_key, target_id, fingerprint, \
        imported_at) values ($1, $2, $3, $4) \
        on conflict (source_key) do update set target_id = excluded.target_id, \
        fingerprint = excluded.fingerprint, imported_at = excluded.imported_at";
    on!(t, c => sqlx::query(SQL)
        .bind(key)
        .bind(target_id)
        .bind(fingerprint)
        .bind(now)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The hash of what was read when something was imported, from whatever source.
///
/// # Errors
/// The database does not answer.
pub async fn fingerprint_of(c: &mut Connection, target_id: &str) -> Result<Option<String>> {
    const SQL: &str = "select fingerprint from import_sources where target_id = $1 \
        order by imported_at desc limit 1";
    Ok(on!(c, c => sqlx::query_scalar(SQL).bind(target_id).fetch_optional(c).await)?)
}
