//! The one type of all stores, so that nobody above asks which it is.

use std::sync::Arc;

use async_trait::async_trait;
use tower_sessions::session::{Id, Record};
use tower_sessions::{SessionStore, session_store};

use super::{DatabaseStore, InvalidSessionUrl, RedisSettings, redis};

/// Where sessions are kept.
#[derive(Debug, Clone)]
pub struct Store(Arc<dyn SessionStore>);

impl Store {
    /// Sessions in the database of the site.
    pub fn in_database(store: DatabaseStore) -> Self {
        Self(Arc::new(store))
    }

    /// Sessions in Redis. Nothing waits for it: while it is away the store fails, and once it is there
    /// the store works.
    ///
    /// # Errors
    /// The address cannot be read.
    pub fn in_redis(settings: &RedisSettings) -> Result<Self, InvalidSessionUrl> {
        Ok(Self(Arc::new(redis::connect(settings)?)))
    }
}

#[async_trait]
impl SessionStore for Store {
    // The default of the trait would save without asking whether the id is free.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.0.create(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.0.save(record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.0.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.0.delete(id).await
    }
}
