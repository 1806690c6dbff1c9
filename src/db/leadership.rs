//! Leadership: which of the instances does what is to be done once in the cluster.
//!
//! The leader holds an advisory lock of the primary, in a transaction that it keeps open. When it
//! dies, the server ends its transaction with its connection, and whoever asks next leads. One that
//! is frozen, or cut off so that the server hears of no end, is ended by the server after it has been
//! silent for [`LONGEST_SILENCE`]; it notices at its next question.
//!
//! So for a moment two may believe that they lead. Leadership saves work; that nothing is lost or
//! done twice is for each piece of work to see to, by steps that may be repeated and by conditions
//! in the statement that writes.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::connection::on;
use super::{Database, Result, Transaction};

/// The number of the lock.
const LOCK: i64 = 0x6d61_7374_6c65_6164;
/// After so long without a question the server takes a leader for dead.
const LONGEST_SILENCE: &str = "set local idle_in_transaction_session_timeout = '15s'";
/// How long an answer counts: for the leader that it leads, for the others that another does.
const ANSWER_COUNTS: Duration = Duration::from_secs(1);
/// How long the database may take to answer a leader.
const PATIENCE: Duration = Duration::from_secs(2);

/// The part of one instance in the question who leads.
#[derive(Debug)]
pub struct Leadership {
    /// `None` where there are no others.
    cluster: Option<Cluster>,
}

#[derive(Debug)]
struct Cluster {
    db: Database,
    standing: Mutex<Standing>,
}

#[derive(Debug, Default)]
struct Standing {
    /// Holds the lock; `None` where another instance does.
    lock: Option<Transaction>,
    asked: Option<Instant>,
}

impl Leadership {
    /// Of the only instance of a site, which always leads: SQLite has no others.
    #[must_use]
    pub const fn alone() -> Self {
        Self { cluster: None }
    }

    /// Of one instance among those that share a PostgreSQL. While it leads, it keeps one connection
    /// of those that write.
    #[must_use]
    pub fn among_others(db: Database) -> Self {
        Self { cluster: Some(Cluster { db, standing: Mutex::default() }) }
    }

    /// Whether this instance leads; it takes the lead where nobody has it.
    ///
    /// # Errors
    /// The database does not answer. Then it does not lead.
    pub async fn holds(&self) -> Result<bool> {
        let Some(Cluster { db, standing }) = &self.cluster else { return Ok(true) };
        let mut standing = standing.lock().await;
        if standing.asked.is_some_and(|asked| asked.elapsed() < ANSWER_COUNTS) {
            return Ok(standing.lock.is_some());
        }
        // Counted from before the question, and only once there is an answer.
        let asked = Instant::now();
        standing.asked = None;
        let lock = match standing.lock.take() {
            Some(lock) => confirmed(lock).await,
            None => None,
        };
        standing.lock = match lock {
            Some(lock) => Some(lock),
            None => taken(db).await?,
        };
        standing.asked = Some(asked);
        Ok(standing.lock.is_some())
    }

    /// Leaves the lead to the next who asks.
    pub async fn resign(&self) {
        let Some(Cluster { standing, .. }) = &self.cluster else { return };
        let lock = standing.lock().await.lock.take();
        if let Some(lock) = lock {
            // Where the database does not answer, the connection ends with the process.
            let _ = timeout(PATIENCE, lock.commit()).await;
        }
    }
}

/// The lock, if it is still held, and on a server that is the primary.
async fn confirmed(mut lock: Transaction) -> Option<Transaction> {
    let question = async {
        on!(lock, c => sqlx::query_scalar("select not pg_is_in_recovery()").fetch_one(c).await)
    };
    let is_held: bool = timeout(PATIENCE, question).await.ok()?.ok()?;
    is_held.then_some(lock)
}

/// The lock, if nobody has it.
async fn taken(db: &Database) -> Result<Option<Transaction>> {
    let mut lock = db.write().await?;
    let is_ours: bool = on!(lock, c => {
        sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(LOCK).fetch_one(c).await
    })?;
    if !is_ours {
        return Ok(None);
    }
    on!(lock, c => sqlx::query(LONGEST_SILENCE).execute(c).await.map(|_| ()))?;
    tracing::info!("this instance leads: it publishes what is due, purges and sweeps");
    Ok(Some(lock))
}
