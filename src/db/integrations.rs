//! Integrations and their keys.

use super::connection::{hold, on};
use super::{Connection, Result, Transaction};
use crate::domain::integration::{ApiKey, Integration, KeyKind};
use crate::domain::{IntegrationId, KeyId, Timestamp};

/// How many keys are read at most: a site has a few.
const MAX_KEYS: i64 = 10_000;

/// All integrations, by name.
///
/// # Errors
/// The database does not answer.
pub async fn all(c: &mut Connection) -> Result<Vec<Integration>> {
    const SQL: &str = "select * from integrations order by lower(name), id limit $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(MAX_KEYS).fetch_all(c).await)?)
}

/// The integration with an id.
///
/// # Errors
/// The database does not answer.
pub async fn by_id(c: &mut Connection, id: &IntegrationId) -> Result<Option<Integration>> {
    const SQL: &str = "select * from integrations where id = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// The same, held: nobody else changes it before the transaction ends.
///
/// # Errors
/// The database does not answer.
pub async fn hold(t: &mut Transaction, id: &IntegrationId) -> Result<Option<Integration>> {
    Ok(hold!(t, "select * from integrations where id = $1", (sql, c) => {
        sqlx::query_as(sql).bind(id).fetch_optional(c).await
    })?)
}

/// Adds an integration. Its keys are added by [`add_key`].
///
/// # Errors
/// The database does not answer.
pub async fn add(t: &mut Transaction, integration: &Integration) -> Result<()> {
    const SQL: &str = "insert into integrations (id, name, created_at) values ($1, $2, $3)";
    let Integration { id, name, created_at } = integration;
    on!(t, c => {
        sqlx::query(SQL).bind(id).bind(name).bind(created_at).execute(c).await.map(|_| ())
    })?;
    Ok(())
}

/// Gives an integration another name; gives whether it was there.
///
/// # Errors
/// The database does not answer.
pub async fn rename(t: &mut Transaction, id: &IntegrationId, name: &str) -> Result<bool> {
    const SQL: &str = "update integrations set name = $2 where id = $1";
    let rows = on!(t, c => {
        sqlx::query(SQL).bind(id).bind(name).execute(c).await.map(|done| done.rows_affected())
    })?;
    Ok(rows > 0)
}

/// Removes an integration and its keys; gives whether it was there.
///
/// # Errors
/// The database does not answer.
pub async fn remove(t: &mut Transaction, id: &IntegrationId) -> Result<bool> {
    const SQL: &str = "delete from integrations where id = $1";
    let rows = on!(t, c => {
        sqlx::query(SQL).bind(id).execute(c).await.map(|done| done.rows_affected())
    })?;
    Ok(rows > 0)
}

/// All keys.
///
/// # Errors
/// The database does not answer.
pub async fn keys(c: &mut Connection) -> Result<Vec<ApiKey>> {
    const SQL: &str = "select * from api_keys order by id limit $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(MAX_KEYS).fetch_all(c).await)?)
}

/// Adds a key of an integration.
///
/// # Errors
/// The database does not answer.
pub async fn add_key(t: &mut Transaction, key: &ApiKey) -> Result<()> {
    const SQL: &str = "insert into api_keys (id, integration_id, kind, secret, created_at) \
        values ($1, $2, $3, $4, $5)";
    on!(t, c => sqlx::query(SQL)
        .bind(&key.id)
        .bind(&key.integration_id)
        .bind(key.kind)
        .bind(&key.secret)
        .bind(key.created_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Removes the keys of an integration that are of a kind, and when they were used.
///
/// # Errors
/// The database does not answer.
pub async fn remove_keys(t: &mut Transaction, id: &IntegrationId, kind: KeyKind) -> Result<()> {
    const SQL: &str = "delete from api_keys where integration_id = $1 and kind = $2";
    on!(t, c => sqlx::query(SQL).bind(id).bind(kind).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Notes that a key was used, if it is still there.
///
/// # Errors
/// The database does not answer.
pub async fn used(t: &mut Transaction, key: &KeyId, now: Timestamp) -> Result<()> {
    const SQL: &str = "insert into api_key_uses (key_id, seen_at) \
        select id, $2 from api_keys where id = $1 \
        on conflict (key_id) do update set seen_at = excluded.seen_at \
        where api_key_uses.seen_at < excluded.seen_at";
    on!(t, c => sqlx::query(SQL).bind(key).bind(now).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// When each key was last used, of those that ever were.
///
/// # Errors
/// The database does not answer.
pub async fn uses(c: &mut Connection) -> Result<Vec<(KeyId, Timestamp)>> {
    const SQL: &str = "select key_id, seen_at from api_key_uses limit $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(MAX_KEYS).fetch_all(c).await)?)
}
