//! Migrations: forward only, all or none, one instance at a time.

use sqlx::migrate::Migrator;

use super::Database;
use super::Result;
use super::database::Servers;
use super::primary::Role;

static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

impl Database {
    /// Brings the tables to what this program expects. Instances that start at once wait for each
    /// other, and all but the first find nothing to do.
    ///
    /// # Errors
    /// A migration fails, or the database was migrated by a newer program.
    pub async fn migrate(&self) -> Result<()> {
        match self.servers() {
            // The migrator holds an advisory lock.
            Servers::Postgres { primary, .. } => POSTGRES.run(&primary.pool(Role::Writer)).await?,
            // The migrator has no lock for SQLite; the one write transaction is a lock.
            Servers::Sqlite(file) => {
                let mut transaction = file.writer.begin_with("begin immediate").await?;
                SQLITE.run_direct(None, &mut *transaction, false).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}
