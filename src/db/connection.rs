//! Connections by what they are for: a [`Snapshot`] to read, a [`Transaction`] to write.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};

use super::{DbError, Result};
use crate::content_clock::{AsOf, Epoch};

/// Runs one expression on whichever database the connection is of.
///
/// The expression is compiled once for each; its SQL and its binds are the same.
macro_rules! on {
    ($connection:expr, $c:ident => $body:expr) => {
        match &mut $connection.inner {
            $crate::db::connection::Inner::Postgres(transaction) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::db::connection::Inner::Sqlite(transaction) => {
                let $c = &mut **transaction;
                $body
            }
        }
    };
}
pub(super) use on;

/// How many connections a pool holds, and how long somebody waits for one.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections that read at the same time.
    pub readers: u32,
    /// Connections that write at the same time; SQLite has one, whatever stands here.
    pub writers: u32,
    /// How long to wait for a connection.
    pub acquire_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { readers: 8, writers: 4, acquire_timeout: Duration::from_secs(5) }
    }
}

/// The database of a site.
#[derive(Debug, Clone)]
pub struct Database {
    pools: Pools,
}

#[derive(Debug, Clone)]
pub(super) enum Pools {
    Postgres { reader: PgPool, writer: PgPool },
    Sqlite { reader: SqlitePool, writer: SqlitePool },
}

impl Database {
    /// Opens the database at `sqlite:PATH` or `postgres://…`; an SQLite file is made if it is not
    /// there. No table is touched: see [`Database::migrate`].
    ///
    /// # Errors
    /// The address is not understood, the file is not a database, or the server does not answer.
    pub async fn connect(url: &str, limits: Limits) -> Result<Self> {
        let pools = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            open_sqlite(PathBuf::from(path), limits).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open_postgres(url, limits).await?
        } else {
            return Err(DbError::UnknownScheme);
        };
        Ok(Self { pools })
    }

    /// A view of the whole database at one moment, for reading.
    ///
    /// The content clock is the first thing that is read in it. So what is read next has every
    /// change that the clock has counted: see [`crate::content_clock`].
    ///
    /// # Errors
    /// No connection was free in time, or the database does not answer.
    pub async fn read(&self) -> Result<Snapshot> {
        const CLOCK: &str = "select cast(seq as bigint), epoch from content_clock where id = 1";
        let inner = match &self.pools {
            Pools::Postgres { reader, .. } => Inner::Postgres(
                reader.begin_with("begin isolation level repeatable read read only").await?,
            ),
            Pools::Sqlite { reader, .. } => Inner::Sqlite(reader.begin().await?),
        };
        let mut connection = Connection { inner };
        let (seq, epoch): (i64, String) =
            on!(connection, c => sqlx::query_as(CLOCK).fetch_one(c).await)?;
        let epoch = Epoch::parse(&epoch).ok_or(DbError::NoEpoch)?;
        let as_of = AsOf { epoch, seq: seq.max(0).unsigned_abs() };
        Ok(Snapshot { connection, as_of })
    }

    /// A transaction for writing. Nothing is kept unless it is committed.
    ///
    /// # Errors
    /// No connection was free in time, or the database does not answer.
    pub async fn write(&self) -> Result<Transaction> {
        let inner = match &self.pools {
            Pools::Postgres { writer, .. } => Inner::Postgres(writer.begin().await?),
            // `immediate` waits for the other writer now; a later upgrade could only fail.
            Pools::Sqlite { writer, .. } => {
                Inner::Sqlite(writer.begin_with("begin immediate").await?)
            }
        };
        Ok(Transaction(Connection { inner }))
    }

    /// Waits until every connection has come back, then closes them.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Postgres { reader, writer } => {
                reader.close().await;
                writer.close().await;
            }
            Pools::Sqlite { reader, writer } => {
                reader.close().await;
                writer.close().await;
            }
        }
    }

    pub(super) const fn pools(&self) -> &Pools {
        &self.pools
    }
}

async fn open_sqlite(path: PathBuf, limits: Limits) -> Result<Pools> {
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
        SqlitePoolOptions::new().max_connections(size).acquire_timeout(limits.acquire_timeout)
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
    Ok(Pools::Sqlite { reader, writer })
}

async fn open_postgres(url: &str, limits: Limits) -> Result<Pools> {
    let options = PgConnectOptions::from_str(url)?.application_name("masthead");
    let pool = |size: u32| {
        PgPoolOptions::new().max_connections(size.max(1)).acquire_timeout(limits.acquire_timeout)
    };
    let writer = pool(limits.writers).connect_with(options.clone()).await?;
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::integer")
        .fetch_one(&writer)
        .await?;
    if version < 150_000 {
        return Err(DbError::TooOld(format!("{}", version / 10_000)));
    }
    let reader = pool(limits.readers)
        .connect_with(options.options([("default_transaction_read_only", "on")]))
        .await?;
    Ok(Pools::Postgres { reader, writer })
}

/// A connection inside a transaction, on either database.
#[derive(Debug)]
pub struct Connection {
    pub(super) inner: Inner,
}

#[derive(Debug)]
pub(super) enum Inner {
    Postgres(sqlx::Transaction<'static, Postgres>),
    Sqlite(sqlx::Transaction<'static, Sqlite>),
}

/// A view of the whole database at one moment; it cannot write.
#[derive(Debug)]
pub struct Snapshot {
    connection: Connection,
    as_of: AsOf,
}

impl Snapshot {
    /// The moment on the content clock: every change up to it is in this view.
    #[must_use]
    pub const fn as_of(&self) -> AsOf {
        self.as_of
    }
}

/// Changes that are kept together or not at all. Dropped without [`Transaction::commit`], it leaves
/// the database as it was.
#[derive(Debug)]
pub struct Transaction(Connection);

impl Transaction {
    /// Keeps the changes.
    ///
    /// # Errors
    /// The database does not answer, or refuses; then nothing is kept.
    pub async fn commit(self) -> Result<()> {
        match self.0.inner {
            Inner::Postgres(transaction) => transaction.commit().await?,
            Inner::Sqlite(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

impl Transaction {
    /// Does a part of the work, and takes back that part alone where it fails: the transaction goes
    /// on either way.
    ///
    /// # Errors
    /// What the part gives, or the database does not answer; after the latter the transaction is
    /// lost.
    pub async fn attempt<T, E: From<DbError>>(
        &mut self,
        part: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run("savepoint part").await?;
        let result = part(self).await;
        if result.is_err() {
            self.run("rollback to savepoint part").await?;
        }
        self.run("release savepoint part").await?;
        result
    }

    async fn run(&mut self, sql: &'static str) -> Result<()> {
        on!(self.0, c => sqlx::query(sql).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}

impl Deref for Snapshot {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Snapshot {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
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
    async fn a_reader_of_sqlite_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let mut snapshot = sqlite(&folder).await.read().await.unwrap();
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
