//! How far the purges of a CDN have come, and what they wait for.

use super::connection::on;
use super::{Connection, Result, Transaction};
use crate::clock::Timestamp;
use crate::content_clock::{AsOf, Epoch};

/// Notes that a provider said yes to every change up to `to`. It never moves back within an epoch,
/// so that two instances may purge at once.
///
/// # Errors
/// The database does not answer.
pub async fn advance(t: &mut Transaction, provider: &str, to: AsOf) -> Result<()> {
    const SQL: &str = "insert into purge_cursors (provider, epoch, seq) values ($1, $2, $3) \
        on conflict (provider) do update set epoch = excluded.epoch, seq = excluded.seq \
        where purge_cursors.epoch <> excluded.epoch or purge_cursors.seq < excluded.seq";
    on!(t, c => sqlx::query(SQL)
        .bind(provider)
        .bind(to.epoch.to_string())
        .bind(stored(to.seq))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Up to which change each provider has been told. One with an epoch that cannot be read is left out,
/// so that everything is purged once more.
///
/// # Errors
/// The database does not answer.
pub async fn cursors(c: &mut Connection) -> Result<Vec<(String, AsOf)>> {
    const SQL: &str = "select provider, epoch, seq from purge_cursors order by provider";
    let rows: Vec<(String, String, i64)> = on!(c, c => sqlx::query_as(SQL).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .filter_map(|(provider, epoch, seq)| Some((provider, as_of(&epoch, seq)?)))
        .collect())
}

/// The oldest number that is still in the change log; `None` where the log is empty.
///
/// # Errors
/// The database does not answer.
pub async fn oldest_kept(c: &mut Connection) -> Result<Option<u64>> {
    const SQL: &str = "select min(seq) from change_log where seq is not null";
    let oldest: Option<i64> = on!(c, c => sqlx::query_scalar(SQL).fetch_one(c).await)?;
    Ok(oldest.and_then(|seq| u64::try_from(seq).ok()))
}

/// The change that every instance seen since `alive_since` has applied; `None` where there is no such
/// instance, or one that is in another epoch.
///
/// # Errors
/// The database does not answer.
pub async fn applied_by_all(
    c: &mut Connection,
    epoch: Epoch,
    alive_since: Timestamp,
) -> Result<Option<u64>> {
    const SQL: &str = "select min(case when epoch = $2 then seq else -1 end) from instances \
        where seen_at >= $1";
    let least: Option<i64> = on!(c, c => sqlx::query_scalar(SQL)
        .bind(alive_since)
        .bind(epoch.to_string())
        .fetch_one(c)
        .await)?;
    Ok(least.and_then(|seq| u64::try_from(seq).ok()))
}

/// Notes up to where an instance has applied the log.
///
/// # Errors
/// The database does not answer.
pub async fn report(t: &mut Transaction, instance: &str, as_of: AsOf, at: Timestamp) -> Result<()> {
    const SQL: &str = "insert into instances (id, epoch, seq, seen_at) values ($1, $2, $3, $4) \
        on conflict (id) do update set epoch = excluded.epoch, seq = excluded.seq, \
        seen_at = excluded.seen_at";
    on!(t, c => sqlx::query(SQL)
        .bind(instance)
        .bind(as_of.epoch.to_string())
        .bind(stored(as_of.seq))
        .bind(at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// How many instances were seen since an instant.
///
/// # Errors
/// The database does not answer.
pub async fn alive(c: &mut Connection, since: Timestamp) -> Result<u32> {
    const SQL: &str = "select count(*) from instances where seen_at >= $1";
    let alive: i64 = on!(c, c => sqlx::query_scalar(SQL).bind(since).fetch_one(c).await)?;
    Ok(u32::try_from(alive).unwrap_or(u32::MAX))
}

/// Forgets an instance that stops.
///
/// # Errors
/// The database does not answer.
pub async fn forget(t: &mut Transaction, instance: &str) -> Result<()> {
    const SQL: &str = "delete from instances where id = $1";
    on!(t, c => sqlx::query(SQL).bind(instance).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Forgets the instances that were not seen since `alive_since`.
///
/// # Errors
/// The database does not answer.
pub async fn forget_dead(t: &mut Transaction, alive_since: Timestamp) -> Result<()> {
    const SQL: &str = "delete from instances where seen_at < $1";
    on!(t, c => sqlx::query(SQL).bind(alive_since).execute(c).await.map(|_| ()))?;
    Ok(())
}

fn as_of(epoch: &str, seq: i64) -> Option<AsOf> {
    Some(AsOf { epoch: Epoch::parse(epoch)?, seq: u64::try_from(seq).ok()? })
}

/// A number as a column can hold it. No clock comes to its end.
pub(super) fn stored(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
