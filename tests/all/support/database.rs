//! A database of a test's own, on either engine, and [`on_both`] to run a test on both.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use masthead::db::{Database, Limits};
use tempfile::TempDir;

use super::{Hand, postgres};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database that nobody else knows.
pub struct TestDatabase {
    pub engine: Engine,
    pub url: String,
    database: Database,
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// A database with every table.
    pub async fn migrated(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let database = Self::empty(engine).await;
                database.migrate().await.unwrap();
                database
            }
            Engine::Postgres => Self::open(engine, postgres::migrated().await, None).await,
        }
    }

    /// A database without a table.
    pub async fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", folder.path().join("masthead.db").display());
                Self::open(engine, url, Some(folder)).await
            }
            Engine::Postgres => Self::open(engine, postgres::empty().await, None).await,
        }
    }

    async fn open(engine: Engine, url: String, folder: Option<TempDir>) -> Self {
        let database = Database::connect(&url, Limits::default()).await.unwrap();
        Self { engine, url, database, folder }
    }

    /// A connection beside the program's: a hand in `psql` or `sqlite3`.
    pub async fn hand(&self) -> Hand {
        Hand::connect(&self.url).await
    }

    /// Removes the database; one that a panic leaves behind goes with the server.
    pub async fn remove(self) {
        self.database.close().await;
        if self.folder.is_none() {
            postgres::drop(&self.url).await;
        }
    }
}

impl Deref for TestDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

/// Runs a test on a migrated database of its own.
pub async fn run(engine: Engine, test: impl for<'a> FnOnce(&'a TestDatabase) -> Running<'a>) {
    let database = TestDatabase::migrated(engine).await;
    test(&database).await;
    database.remove().await;
}

/// A test under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Makes two tests of each function `async fn(&TestDatabase)`: `name::sqlite`, `name::postgres`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            use $crate::support::{Engine, database::run};

            #[tokio::test]
            async fn sqlite() {
                run(Engine::Sqlite, |database| Box::pin(super::$name(database))).await;
            }

            #[tokio::test]
            async fn postgres() {
                run(Engine::Postgres, |database| Box::pin(super::$name(database))).await;
            }
        })+
    };
}
pub(crate) use on_both;
