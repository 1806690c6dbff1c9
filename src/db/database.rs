//! The database of a site: it gives a [`Snapshot`] to read, and a [`Transaction`] to write.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use metrics::counter;

use super::connection::{Connection, Inner};
use super::intent::{Intent, Source, Tried};
use super::primary::{Primary, Role};
use super::replicas::{self, Replicas, Standard};
use super::sqlite::File;
use super::{DbError, Loss, Result, Snapshot, Transaction};
use crate::content_clock::AsOf;

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
    pub(super) servers: Servers,
}

#[derive(Debug, Clone)]
pub(super) enum Servers {
    Postgres {
        primary: Arc<Primary>,
        /// `None` where there are none.
        replicas: Option<Arc<Replicas>>,
    },
    Sqlite(File),
}

impl Database {
    /// Opens the database at `sqlite:PATH` or `postgres://…`; an SQLite file is made if it is not
    /// there. No table is touched: see [`Database::migrate`].
    ///
    /// # Errors
    /// The address is not understood, the file is not a database, the server does not answer, or it
    /// is not the primary.
    pub async fn connect(url: &str, limits: Limits) -> Result<Self> {
        let servers = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            Servers::Sqlite(File::open(PathBuf::from(path), limits).await?)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let primary = Arc::new(Primary::connect(url, limits).await?);
            Servers::Postgres { primary, replicas: None }
        } else {
            return Err(DbError::UnknownScheme);
        };
        Ok(Self { servers })
    }

    /// A view of the whole database at one moment, for reading, of a server that will do.
    ///
    /// # Errors
    /// [`DbError::Behind`] where no server that answers has what has to be seen;
    /// [`DbError::NoPrimary`] where only the primary would do; no connection was free in time.
    pub async fn read(&self, intent: Intent) -> Result<Snapshot> {
        self.read_elsewhere(intent, Tried::default()).await
    }

    /// The same, not of a replica that was tried already.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub async fn read_elsewhere(&self, intent: Intent, tried: Tried) -> Result<Snapshot> {
        let Servers::Postgres { replicas: Some(replicas), .. } = &self.servers else {
            return self.read_primary().await;
        };
        if let Some(snapshot) = replicas.read(intent, Standard::Usual, tried).await {
            return Ok(snapshot);
        }
        match self.read_primary().await {
            Ok(snapshot) => {
                replicas::count(Source::Primary, intent, "ok");
                Ok(snapshot)
            }
            Err(error) => {
                replicas::count(Source::Primary, intent, "failed");
                if !error.is_unavailable() {
                    return Err(error);
                }
                // A page from long ago is better than none, where nobody asks for more; and so is one
                // that has to be waited for.
                let far = replicas.read(intent, Standard::Lowered, Tried::default()).await;
                far.ok_or(match intent {
                    Intent::AtLeast(_) => DbError::Behind,
                    Intent::Any | Intent::Primary => error,
                })
            }
        }
    }

    /// Notes that a read was cut off, and will be done again elsewhere.
    pub fn lost(&self, source: Source, loss: Loss) {
        counter!("masthead_db_read_retries_total", "reason" => loss.as_str()).increment(1);
        if let (Servers::Postgres { replicas: Some(replicas), .. }, Source::Replica(at)) =
            (&self.servers, source)
        {
            match loss {
                Loss::Connection => replicas.lost(at),
                // The replica is well, or whoever found it silent has said so already.
                Loss::Conflict | Loss::Behind | Loss::Silence => {}
            }
        }
    }

    /// The newest view that there is: the primary's, and while there is none, a replica's. What is
    /// absent there may just not have come.
    ///
    /// # Errors
    /// No server answers.
    pub async fn read_newest(&self) -> Result<Snapshot> {
        match self.read(Intent::Primary).await {
            Err(error) if error.is_unavailable() => self.read(Intent::Any).await,
            result => result,
        }
    }

    async fn read_primary(&self) -> Result<Snapshot> {
        let inner = match &self.servers {
            Servers::Postgres { primary, .. } => Inner::Postgres(
                primary
                    .begin(Role::Reader, "begin isolation level repeatable read read only")
                    .await?,
            ),
            Servers::Sqlite(file) => Inner::Sqlite(file.reader.begin().await?),
        };
        Snapshot::of_primary(Connection { inner }).await
    }

    /// A transaction for writing. Nothing is kept unless it is committed.
    ///
    /// # Errors
    /// [`DbError::NoPrimary`] within two seconds where no server takes writes; no connection was free
    /// in time, or the database does not answer.
    pub async fn write(&self) -> Result<Transaction> {
        self.begin(Role::Writer).await
    }

    /// A transaction for the clock's own work, which does not wait behind those who write.
    pub(super) async fn write_for_the_clock(&self) -> Result<Transaction> {
        self.begin(Role::Clock).await
    }

    async fn begin(&self, role: Role) -> Result<Transaction> {
        let inner = match &self.servers {
            Servers::Postgres { primary, .. } => {
                Inner::Postgres(primary.begin(role, "begin").await?)
            }
            // `immediate` waits for the other writer now; a later upgrade could only fail.
            Servers::Sqlite(file) => {
                Inner::Sqlite(file.writer.begin_with("begin immediate").await?)
            }
        };
        Ok(Transaction(Connection { inner }))
    }

    /// Waits until every connection has come back, then closes them.
    pub async fn close(&self) {
        match &self.servers {
            Servers::Postgres { primary, replicas } => {
                primary.close().await;
                if let Some(replicas) = replicas {
                    replicas.close().await;
                }
            }
            Servers::Sqlite(file) => file.close().await,
        }
    }

    /// The primary's clock stands there now: what replicas are held against.
    pub(super) fn hear(&self, as_of: AsOf) {
        if let Servers::Postgres { replicas: Some(replicas), .. } = &self.servers {
            replicas.hear(as_of);
        }
    }

    pub(super) const fn servers(&self) -> &Servers {
        &self.servers
    }
}
