//! Opening an SQLite file: one that writes, and many that read.

use std::path::PathBuf;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{DbError, Limits, Result};

/// The connections of a file.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// These cannot write.
    pub reader: SqlitePool,
    /// The one that can.
    pub writer: SqlitePool,
}

impl File {
    /// Opens the file, and makes it where it is not there.
    pub async fn open(path: PathBuf, limits: Limits) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was acknowledged is there after a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // So that `INSERT OR REPLACE` tells the change log of the row it removed.
            .pragma("recursive_triggers", "on")
            .busy_timeout(limits.acquire_timeout)
            // A page cache of 8 MB a connection; the operating system's cache does the rest.
            .pragma("cache_size", "-8000")
            .optimize_on_close(true, None);
        let pool = |size: u32| {
            SqlitePoolOptions::new()
                .max_connections(size)
                .acquire_timeout(limits.acquire_timeout)
                // A file does not hang up.
                .test_before_acquire(false)
        };
        let not_a_database = |error: sqlx::Error| {
            // SQLITE_NOTADB, and the plain code it comes from.
            let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
            match code.as_deref() {
                Some("26") => DbError::NotADatabase(path.clone()),
                _ => error.into(),
            }
        };
        // The writer opens first: it makes the file and turns on the write-ahead log.
        let writer = pool(1).connect_with(options.clone()).await.map_err(not_a_database)?;
        let reader = pool(limits.readers.max(1))
            .connect_with(options.pragma("query_only", "on"))
            .await
            .map_err(not_a_database)?;
        Ok(Self { reader, writer })
    }

    /// Waits until every connection has come back, then closes them.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::{Connection, Inner, on};
    use super::super::{Database, Intent};
    use super::*;

    /// A database with its tables, and one row that somebody might replace.
    async fn sqlite(folder: &tempfile::TempDir) -> Database {
        let url = format!("sqlite:{}", folder.path().join("masthead.db").display());
        let database = Database::connect(&url, Limits::default()).await.unwrap();
        database.migrate().await.unwrap();
        let mut transaction = database.write().await.unwrap();
        execute(
            &mut transaction,
            "insert into media (id, path, name, content_type, size, created_at) \
             values ('m', 'old.png', '', '', 1, 1)",
        )
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        database
    }

    async fn execute(c: &mut Connection, sql: &'static str) -> Result<()> {
        Ok(on!(c, c => sqlx::raw_sql(sql).execute(c).await.map(|_| ()))?)
    }

    #[tokio::test]
    async fn a_statement_is_planned_once() {
        const ASKED: &str = "select sqlite_compileoption_used('ENABLE_QPSG')";
        let folder = tempfile::tempdir().unwrap();
        let mut snapshot = sqlite(&folder).await.read(Intent::Primary).await.unwrap();
        let Inner::Sqlite(c) = &mut snapshot.inner else { panic!("it is a file") };
        let is_stable: bool = sqlx::query_scalar(ASKED).fetch_one(&mut **c).await.unwrap();
        assert!(is_stable, "SQLite was built without what .cargo/config.toml says");
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let mut snapshot = sqlite(&folder).await.read(Intent::Primary).await.unwrap();
        let error = execute(&mut snapshot, "delete from media").await.unwrap_err();
        assert!(error.to_string().contains("readonly"), "{error}");
    }

    #[tokio::test]
    async fn a_row_that_is_replaced_is_logged_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let mut transaction = sqlite(&folder).await.write().await.unwrap();
        let replace = "insert or replace into media \
            (id, path, name, content_type, size, created_at) \
            values ('m', 'new.png', '', '', 1, 1)";
        execute(&mut transaction, replace).await.unwrap();
        let logged: Vec<String> = on!(transaction.0, c => {
            sqlx::query_scalar("select cache_tags from change_log order by id").fetch_all(c).await
        })
        .unwrap();
        assert_eq!(logged, ["all", "media:old.png", "media:old.png", "media:new.png"]);
    }
}
