//! Webhooks: who wants to be told of what.

use super::connection::{hold, on};
use super::{Connection, Result, Transaction};
use crate::domain::webhook::MAX_WEBHOOKS;
use crate::domain::{EventKind, IntegrationId, Timestamp, Webhook, WebhookId};

/// All webhooks, those of an integration together.
///
/// # Errors
/// The database does not answer.
pub async fn all(c: &mut Connection) -> Result<Vec<Webhook>> {
    const SQL: &str =
        "select * from webhooks order by integration_id, event, target_url, id limit $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(MAX_WEBHOOKS).fetch_all(c).await)?)
}

/// The webhooks of an integration.
///
/// # Errors
/// The database does not answer.
pub async fn of(c: &mut Connection, integration: &IntegrationId) -> Result<Vec<Webhook>> {
    const SQL: &str = "select * from webhooks where integration_id = $1 \
        order by event, target_url, id limit $2";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(integration).bind(MAX_WEBHOOKS).fetch_all(c).await)?)
}

/// How many there are.
///
/// # Errors
/// The database does not answer.
pub async fn count(c: &mut Connection) -> Result<i64> {
    const SQL: &str = "select count(*) from webhooks";
    Ok(on!(c, c => sqlx::query_scalar(SQL).fetch_one(c).await)?)
}

/// The webhook with an id.
///
/// # Errors
/// The database does not answer.
pub async fn by_id(c: &mut Connection, id: &WebhookId) -> Result<Option<Webhook>> {
    const SQL: &str = "select * from webhooks where id = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// The same, held: nobody else changes it before the transaction ends.
///
/// # Errors
/// The database does not answer.
pub async fn hold(t: &mut Transaction, id: &WebhookId) -> Result<Option<Webhook>> {
    Ok(hold!(t, "select * from webhooks where id = $1", (sql, c) => {
        sqlx::query_as(sql).bind(id).fetch_optional(c).await
    })?)
}

/// Which kinds of events are wanted, and by whom. What only a newer program knows is left out.
///
/// # Errors
/// The database does not answer.
pub async fn wanted(c: &mut Connection) -> Result<Vec<(EventKind, WebhookId)>> {
    const SQL: &str = "select event, id from webhooks order by id limit $1";
    let rows: Vec<(String, WebhookId)> =
        on!(c, c => sqlx::query_as(SQL).bind(MAX_WEBHOOKS).fetch_all(c).await)?;
    Ok(rows.into_iter().filter_map(|(event, id)| Some((event.parse().ok()?, id))).collect())
}

/// Adds a webhook.
///
/// # Errors
/// [`super::DbError::Taken`] where the integration is told of this there already.
pub async fn add(t: &mut Transaction, webhook: &Webhook) -> Result<()> {
    const SQL: &str = "insert into webhooks (id, integration_id, event, target_url, name, secret, \
        api_version, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(t, c => sqlx::query(SQL)
        .bind(&webhook.id)
        .bind(&webhook.integration_id)
        .bind(webhook.event.to_string())
        .bind(&webhook.target_url)
        .bind(&webhook.name)
        .bind(&webhook.secret)
        .bind(&webhook.api_version)
        .bind(webhook.created_at)
        .bind(webhook.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Saves what somebody changed of a webhook.
///
/// # Errors
/// [`super::DbError::Taken`] where the integration is told of this there already.
pub async fn update(t: &mut Transaction, webhook: &Webhook) -> Result<()> {
    const SQL: &str = "update webhooks set event = $2, target_url = $3, name = $4, secret = $5, \
        api_version = $6, updated_at = $7 where id = $1";
    on!(t, c => sqlx::query(SQL)
        .bind(&webhook.id)
        .bind(webhook.event.to_string())
        .bind(&webhook.target_url)
        .bind(&webhook.name)
        .bind(&webhook.secret)
        .bind(&webhook.api_version)
        .bind(webhook.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Notes how the last call of the receiver went.
///
/// # Errors
/// The database does not answer.
pub async fn triggered(
    t: &mut Transaction,
    id: &WebhookId,
    at: Timestamp,
    status: Option<u16>,
    error: Option<&str>,
) -> Result<()> {
    const SQL: &str = "update webhooks set last_triggered_at = $2, last_triggered_status = $3, \
        last_triggered_error = $4 \
        where id = $1 and (last_triggered_at is null or last_triggered_at <= $2)";
    on!(t, c => sqlx::query(SQL)
        .bind(id)
        .bind(at)
        .bind(status.map(|status| status.to_string()))
        .bind(error)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Removes a webhook, and what it was still to be told; gives whether it was there.
///
/// # Errors
/// The database does not answer.
pub async fn remove(t: &mut Transaction, id: &WebhookId) -> Result<bool> {
    const DELIVERIES: &str = "delete from deliveries where webhook_id = $1";
    const SQL: &str = "delete from webhooks where id = $1";
    on!(t, c => sqlx::query(DELIVERIES).bind(id).execute(c).await.map(|_| ()))?;
    let rows = on!(t, c => {
        sqlx::query(SQL).bind(id).execute(c).await.map(|done| done.rows_affected())
    })?;
    Ok(rows > 0)
}
