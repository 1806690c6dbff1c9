//! The settings of the site: one row for each key that was ever set, as JSON.

use super::connection::on;
use super::{Connection, Result, Transaction};

/// Every setting that was set: its key, and its value as JSON.
///
/// # Errors
/// The database does not answer.
pub async fn all(c: &mut Connection) -> Result<Vec<(String, String)>> {
    const SQL: &str = "select key, value from settings order by key";
    Ok(on!(c, c => sqlx::query_as(SQL).fetch_all(c).await)?)
}

/// Sets one setting; where it has that value already, nothing changes and nothing is logged.
///
/// # Errors
/// The database does not answer.
pub async fn set(t: &mut Transaction, key: &str, value: &str) -> Result<()> {
    const SQL: &str = "insert into settings (key, value) values ($1, $2) \
        on conflict (key) do update set value = excluded.value \
        where settings.value <> excluded.value";
    on!(t, c => sqlx::query(SQL).bind(key).bind(value).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Gives a setting its default back, if it has a certain value.
///
/// # Errors
/// The database does not answer.
pub async fn forget(t: &mut Transaction, key: &str, value: &str) -> Result<()> {
    const SQL: &str = "delete from settings where key = $1 and value = $2";
    on!(t, c => sqlx::query(SQL).bind(key).bind(value).execute(c).await.map(|_| ()))?;
    Ok(())
}
