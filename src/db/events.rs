//! Events: the outbox of what happened, for those who want to be told.

use super::connection::on;
use super::{Result, Transaction};
use crate::domain::{DeliveryId, EventKind, Timestamp, WebhookId};

/// An event, before it has a number.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// What kind of thing happened.
    pub kind: EventKind,
    /// The id of what it happened to; `None` where it is the site.
    pub subject: Option<&'a str>,
    /// What the fields that changed were, as an object in JSON.
    pub previous: &'a str,
    /// When.
    pub at: Timestamp,
}

/// Writes an event down; gives its number.
///
/// # Errors
/// The database does not answer.
pub async fn record(t: &mut Transaction, event: &NewEvent<'_>) -> Result<i64> {
    const SQL: &str = "insert into events (kind, subject_id, previous, recorded_at) \
        values ($1, $2, $3, $4) returning id";
    Ok(on!(t, c => sqlx::query_scalar(SQL)
        .bind(event.kind.to_string())
        .bind(event.subject)
        .bind(event.previous)
        .bind(event.at)
        .fetch_one(c)
        .await)?)
}

/// Owes an event to a webhook, from its moment on.
///
/// # Errors
/// The database does not answer.
pub async fn owe(
    t: &mut Transaction,
    event: i64,
    webhook: &WebhookId,
    id: &DeliveryId,
    at: Timestamp,
) -> Result<()> {
    const SQL: &str = "insert into deliveries (id, event_id, webhook_id, state, attempts, next_at) \
        values ($1, $2, $3, 'pending', 0, $4)";
    on!(t, c => {
        sqlx::query(SQL).bind(id).bind(event).bind(webhook).bind(at).execute(c).await.map(|_| ())
    })?;
    Ok(())
}

/// Forgets events that were recorded before a moment, and all but the newest so many, with what became of
/// them; never one that a webhook is still to be told. Gives how many are gone.
///
/// # Errors
/// The database does not answer.
pub async fn prune(t: &mut Transaction, before: Timestamp, newest: i64) -> Result<u64> {
    const SQL: &str = "delete from events \
        where (recorded_at < $1 or id <= (select max(id) from events) - $2) \
        and not exists (select 1 from deliveries d join webhooks w on w.id = d.webhook_id \
            where d.event_id = events.id and d.state = 'pending')";
    Ok(on!(t, c => {
        sqlx::query(SQL).bind(before).bind(newest).execute(c).await.map(|done| done.rows_affected())
    })?)
}
