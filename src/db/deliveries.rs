//! Deliveries: what each webhook is to be told, and what became of it.

use sqlx::FromRow;

use super::connection::on;
use super::{Connection, Result, Transaction};
use crate::domain::webhook::{Delivery, DeliveryState};
use crate::domain::{DeliveryId, EventKind, IntegrationId, Timestamp, Webhook, WebhookId};

/// A delivery whose time has come.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Due {
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub target_url: String,
    /// Since when. Whoever tries it moves this.
    pub next_at: Timestamp,
    /// How often it was tried.
    pub attempts: i32,
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Letter {
    /// How often it was tried, this time included.
    pub attempts: i32,
    /// What happened.
    #[sqlx(try_from = "String")]
    pub kind: EventKind,
    /// The id of what it happened to.
    pub subject_id: Option<String>,
    /// What the fields that changed were, in JSON.
    pub previous: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// Where the delivery has come to.
    pub state: DeliveryState,
    /// When it is tried next, where it is still to be told.
    pub next_at: Timestamp,
    /// When it was tried.
    pub tried_at: Timestamp,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why it came to nothing.
    pub error: Option<&'a str>,
}

/// Deliveries whose time has come, the longest waiting first: of each webhook only a few, so that one with
/// many does not hide the others.
///
/// # Errors
/// The database does not answer.
pub async fn due(c: &mut Connection, now: Timestamp, each: i64, limit: i64) -> Result<Vec<Due>> {
    const SQL: &str = "select id, target_url, next_at, attempts from (\
            select d.id, w.target_url, d.next_at, d.attempts, row_number() over \
                (partition by d.webhook_id order by d.next_at, d.event_id) as place \
            from deliveries d join webhooks w on w.id = d.webhook_id \
            where d.state = 'pending' and d.next_at <= $1) as waiting \
        where place <= $2 order by next_at, id limit $3";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(now).bind(each).bind(limit).fetch_all(c).await)?)
}

/// Takes a delivery to try it, until a moment at which others may; gives whether nobody else has it.
///
/// # Errors
/// The database does not answer.
pub async fn claim(t: &mut Transaction, due: &Due, until: Timestamp) -> Result<bool> {
    // Of two who claim it at once, the second waits for the first, and finds another time.
    const SQL: &str = "update deliveries set next_at = $3, attempts = attempts + 1 \
        where id = $1 and next_at = $2 and state = 'pending'";
    let rows = on!(t, c => sqlx::query(SQL)
        .bind(&due.id)
        .bind(due.next_at)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// What a delivery says, and to whom; `None` where either is gone.
///
/// # Errors
/// The database does not answer.
pub async fn letter(c: &mut Connection, id: &DeliveryId) -> Result<Option<(Letter, Webhook)>> {
    const LETTER: &str = "select d.attempts, e.kind, e.subject_id, e.previous \
        from deliveries d join events e on e.id = d.event_id where d.id = $1";
    const WEBHOOK: &str = "select w.* from webhooks w join deliveries d on d.webhook_id = w.id \
        where d.id = $1";
    let letter: Option<Letter> =
        on!(c, c => sqlx::query_as(LETTER).bind(id).fetch_optional(c).await)?;
    let webhook = on!(c, c => sqlx::query_as(WEBHOOK).bind(id).fetch_optional(c).await)?;
    Ok(letter.zip(webhook))
}

/// Notes how an attempt ended, if the claim was held until `claimed_until` and nobody has another.
///
/// # Errors
/// The database does not answer.
pub async fn ended(
    t: &mut Transaction,
    id: &DeliveryId,
    claimed_until: Timestamp,
    ended: &Ended<'_>,
) -> Result<()> {
    const SQL: &str = "update deliveries \
        set state = $3, next_at = $4, tried_at = $5, status = $6, error = $7 \
        where id = $1 and next_at = $2 and state = 'pending'";
    on!(t, c => sqlx::query(SQL)
        .bind(id)
        .bind(claimed_until)
        .bind(ended.state)
        .bind(ended.next_at)
        .bind(ended.tried_at)
        .bind(ended.status.map(i32::from))
        .bind(ended.error)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Owes a delivery of a webhook once more, from now on; gives whether it is there.
///
/// # Errors
/// The database does not answer.
pub async fn again(
    t: &mut Transaction,
    webhook: &WebhookId,
    id: &DeliveryId,
    now: Timestamp,
) -> Result<bool> {
    const SQL: &str = "update deliveries set state = 'pending', attempts = 0, next_at = $3 \
        where id = $1 and webhook_id = $2";
    let rows = on!(t, c => sqlx::query(SQL)
        .bind(id)
        .bind(webhook)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// The last deliveries of a webhook, newest first.
///
/// # Errors
/// The database does not answer.
pub async fn last(c: &mut Connection, webhook: &WebhookId, limit: i64) -> Result<Vec<Delivery>> {
    const SQL: &str = "select d.id, d.webhook_id, e.kind as event, d.state, d.attempts, d.next_at, \
        d.tried_at, d.status, d.error, e.recorded_at \
        from deliveries d join events e on e.id = d.event_id \
        where d.webhook_id = $1 order by d.event_id desc limit $2";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(webhook).bind(limit).fetch_all(c).await)?)
}

/// The last deliveries of each webhook of an integration, so many of each, newest first.
///
/// # Errors
/// The database does not answer.
pub async fn last_of_each(
    c: &mut Connection,
    integration: &IntegrationId,
    each: i64,
) -> Result<Vec<Delivery>> {
    const SQL: &str = "select * from (\
            select d.id, d.webhook_id, e.kind as event, d.state, d.attempts, d.next_at, d.tried_at, \
                d.status, d.error, e.recorded_at, d.event_id, row_number() over \
                (partition by d.webhook_id order by d.event_id desc) as place \
            from webhooks w join deliveries d on d.webhook_id = w.id \
                join events e on e.id = d.event_id \
            where w.integration_id = $1) as told \
        where place <= $2 order by event_id desc";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(integration).bind(each).fetch_all(c).await)?)
}

/// How many are still to be told.
///
/// # Errors
/// The database does not answer.
pub async fn pending(c: &mut Connection) -> Result<i64> {
    const SQL: &str = "select count(*) from deliveries d join webhooks w on w.id = d.webhook_id \
        where d.state = 'pending'";
    Ok(on!(c, c => sqlx::query_scalar(SQL).fetch_one(c).await)?)
}
