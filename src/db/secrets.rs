//! Secrets that all instances of a site share: random bytes under a name.
//!
//! Whoever needs one first makes it; the others find it. Whoever reads the database reads them too, so
//! they protect what leaves the site (cookies, forms), not what stands beside them.

use super::connection::on;
use super::{Connection, Result, Transaction};

/// Bytes of a secret.
pub const LENGTH: usize = 32;

/// The secret of a name; `fresh` becomes it where there is none yet.
///
/// # Errors
/// The database does not answer.
pub async fn shared(t: &mut Transaction, name: &str, fresh: [u8; LENGTH]) -> Result<[u8; LENGTH]> {
    const SQL: &str =
        "insert into secrets (name, value) values ($1, $2) on conflict (name) do nothing";
    on!(t, c => sqlx::query(SQL).bind(name).bind(&fresh[..]).execute(c).await.map(|_| ()))?;
    Ok(find(t, name).await?.unwrap_or(fresh))
}

/// The secret of a name, if there is one.
///
/// # Errors
/// The database does not answer.
pub async fn find(c: &mut Connection, name: &str) -> Result<Option<[u8; LENGTH]>> {
    const SQL: &str = "select value from secrets where name = $1";
    let value: Option<Vec<u8>> =
        on!(c, c => sqlx::query_scalar(SQL).bind(name).fetch_optional(c).await)?;
    Ok(value.and_then(|value| value.try_into().ok()))
}

/// Forgets a secret; gives whether it was there. Of several who do so at once, one was first.
///
/// # Errors
/// The database does not answer.
pub async fn forget(t: &mut Transaction, name: &str) -> Result<bool> {
    const SQL: &str = "delete from secrets where name = $1";
    let rows = on!(t, c => {
        sqlx::query(SQL).bind(name).execute(c).await.map(|done| done.rows_affected())
    })?;
    Ok(rows > 0)
}
