//! Sessions in the database of the site, for those who run nothing beside it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use crate::clock::{Clock, Timestamp};
use crate::db::{self, Database, DbError, Source};

/// A store over the table `sessions`.
#[derive(Debug, Clone)]
pub struct DatabaseStore {
    db: Database,
    clock: Arc<dyn Clock>,
}

impl DatabaseStore {
    /// The store of a database.
    pub fn new(db: Database, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock }
    }

    /// Removes what has expired; gives how many sessions that were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep(&self) -> db::Result<u64> {
        let mut t = self.db.write().await?;
        let rows = db::sessions::sweep(&mut t, self.clock.now()).await?;
        t.commit().await?;
        Ok(rows)
    }

    async fn add(&self, record: &Record) -> Result<bool> {
        let data = encode(record)?;
        let mut t = self.db.write().await.map_err(failed)?;
        let is_new = db::sessions::add(&mut t, &key(&record.id), &data, expiry(record)).await;
        t.commit().await.map_err(failed)?;
        is_new.map_err(failed)
    }
}

#[async_trait]
impl SessionStore for DatabaseStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self.add(record).await? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = encode(record)?;
        let change = async {
            let mut t = self.db.write().await?;
            db::sessions::change(&mut t, &key(&record.id), &data, expiry(record)).await?;
            t.commit().await
        };
        change.await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let find = async {
            let mut snapshot = self.db.read_newest().await?;
            match db::sessions::find(&mut snapshot, &key(id)).await? {
                // It may just not have come there yet.
                None if snapshot.source() != Source::Primary => Err(DbError::NoPrimary),
                found => Ok(found),
            }
        };
        let found = find.await.map_err(failed)?;
        let Some((data, expires_at)) = found.filter(|(_, at)| *at > self.clock.now()) else {
            return Ok(None);
        };
        let data: HashMap<_, _> =
            serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(expires_at.as_seconds())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let remove = async {
            let mut t = self.db.write().await?;
            db::sessions::remove(&mut t, &key(id)).await?;
            t.commit().await
        };
        remove.await.map_err(failed)
    }
}

/// What a session is kept under: a copy of the table opens nothing.
fn key(id: &Id) -> String {
    HEXLOWER.encode(&Sha256::digest(id.0.to_le_bytes()))
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn expiry(record: &Record) -> Timestamp {
    Timestamp(0).plus_seconds(record.expiry_date.unix_timestamp())
}

#[expect(clippy::needless_pass_by_value, reason = "it is the argument of `map_err`")]
fn failed(error: DbError) -> Error {
    Error::Backend(error.to_string())
}
