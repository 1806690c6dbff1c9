//! A hand in `psql` or `sqlite3`: plain SQL beside the program, by somebody who knows nothing of it.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

/// A connection of its own. What it is asked must succeed, unless the method says otherwise.
pub enum Hand {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs one expression on whichever connection it is.
macro_rules! on {
    ($hand:expr, $c:ident => $body:expr) => {
        match $hand {
            Hand::Sqlite($c) => $body,
            Hand::Postgres($c) => $body,
        }
    };
}

impl Hand {
    pub async fn connect(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            Self::Sqlite(SqliteConnection::connect(url).await.unwrap())
        } else {
            Self::Postgres(PgConnection::connect(url).await.unwrap())
        }
    }

    /// Runs statements, separated by semicolons.
    pub async fn execute(&mut self, sql: &str) {
        let result = self.try_execute(sql).await;
        result.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Runs statements that may fail.
    pub async fn try_execute(&mut self, sql: &str) -> sqlx::Result<()> {
        on!(self, c => sqlx::raw_sql(AssertSqlSafe(sql)).execute(c).await.map(|_| ()))
    }

    /// The first column of every row, which is a text.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        let rows = on!(self, c => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(c).await);
        rows.unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// The one number that a query gives; it must be a `bigint` on PostgreSQL.
    pub async fn number(&mut self, sql: &str) -> i64 {
        let number = on!(self, c => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(c).await);
        number.unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// What the database would do for a query, a step a line.
    pub async fn plan(&mut self, sql: &str) -> String {
        let steps = match self {
            Self::Sqlite(c) => {
                let sql = format!("explain query plan {sql}");
                let rows: Result<Vec<(i64, i64, i64, String)>, _> =
                    sqlx::query_as(AssertSqlSafe(sql)).fetch_all(c).await;
                rows.map(|rows| rows.into_iter().map(|(.., step)| step).collect())
            }
            Self::Postgres(c) => {
                let sql = format!("explain {sql}");
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(c).await
            }
        };
        let steps: Vec<String> = steps.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        steps.join("\n")
    }

    /// The newest row of the change log.
    pub async fn log_end(&mut self) -> i64 {
        self.number("select cast(coalesce(max(id), 0) as bigint) from change_log").await
    }

    /// The cache tags that were logged behind a row, each once.
    pub async fn logged_since(&mut self, row: i64) -> BTreeSet<String> {
        let sql = format!("select cache_tags from change_log where id > {row}");
        let rows = self.texts(&sql).await;
        rows.iter().flat_map(|tags| tags.split(' ')).map(str::to_owned).collect()
    }

    /// Runs statements and gives the cache tags that they raised.
    pub async fn logged(&mut self, sql: &str) -> BTreeSet<String> {
        let before = self.log_end().await;
        self.execute(sql).await;
        self.logged_since(before).await
    }
}

/// A set of cache tags, as they are written in the log: separated by spaces.
pub fn cache_tags(list: &str) -> BTreeSet<String> {
    list.split_whitespace().map(str::to_owned).collect()
}
