//! A transaction: changes that are kept together or not at all.

use std::ops::{Deref, DerefMut};

use super::connection::{Connection, Inner, on};
use super::{DbError, Result};

/// Changes that are kept together or not at all. Dropped without [`Transaction::commit`], it leaves
/// the database as it was.
#[derive(Debug)]
pub struct Transaction(pub(super) Connection);

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
