//! What is known of the files in the media store.

use super::connection::on;
use super::sql::fetch_among;
use super::{Connection, Result, Transaction};
use crate::domain::Media;

/// Files by the names they are stored under; those that are not there are left out.
///
/// # Errors
/// The database does not answer.
pub async fn by_paths(c: &mut Connection, paths: &[&str]) -> Result<Vec<Media>> {
    Ok(fetch_among!(c, "select * from media where path in ", paths)?)
}

/// Every file in the order of names, behind a name: for walks over everything.
///
/// # Errors
/// The database does not answer.
pub async fn after(c: &mut Connection, path: &str, limit: u32) -> Result<Vec<Media>> {
    const SQL: &str = "select * from media where path > $1 order by path limit $2";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(path).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Notes a file; nothing changes where its name is known, since the name holds its hash.
///
/// # Errors
/// The database does not answer.
pub async fn insert(t: &mut Transaction, media: &Media) -> Result<()> {
    const SQL: &str = "insert into media (id, path, name, content_type, size, width, height, \
        created_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";
    on!(t, c => sqlx::query(SQL)
        .bind(&media.id)
        .bind(&media.path)
        .bind(&media.name)
        .bind(&media.content_type)
        .bind(media.size)
        .bind(media.width)
        .bind(media.height)
        .bind(media.created_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
