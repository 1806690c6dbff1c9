//! A hand in `psql`, which knows nothing of the program: it commits, and nobody tells the instances.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::timeout;

use super::{Post, Saved};
use crate::counters::{self, POSTS, Span};
use crate::topology::postgres::kept;

/// After this time a hand gives up, and does not know what became of it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A hand, with a connection to the primary for as long as that lasts.
pub struct Hand {
    /// The port of whoever is the primary.
    primary: Arc<AtomicU16>,
    connection: Option<PgConnection>,
}

impl Hand {
    pub const fn at(primary: Arc<AtomicU16>) -> Self {
        Self { primary, connection: None }
    }

    /// Raises a counter, unless that was done already.
    pub async fn save(&mut self, post: &Post) -> Saved {
        if let Ok(Ok(saved)) = timeout(PATIENCE, self.try_save(post)).await {
            return saved;
        }
        self.connection = None;
        Saved::Unknown
    }

    async fn try_save(&mut self, post: &Post) -> sqlx::Result<Saved> {
        let connection = self.connection().await?;
        let sql = "update posts set title = $1, revision = revision + 1 \
            where slug = $2 and title = $3 \
            and (select count(*) from posts where title = any($4)) = $5";
        let all = i64::from(POSTS);
        let update = sqlx::query(sql).bind(&post.title).bind(&post.slug).bind(&post.before);
        let update = update.bind(&post.all_before).bind(all);
        if update.execute(&mut *connection).await?.rows_affected() == 1 {
            return Ok(Saved::Acknowledged);
        }
        let sql = "select count(*) from posts where title = any($1)";
        let there: i64 =
            sqlx::query_scalar(sql).bind(&post.all_behind).fetch_one(connection).await?;
        Ok(if there == all { Saved::Acknowledged } else { Saved::Lost })
    }

    /// Where a group stands; `None` where nobody says so.
    pub async fn standing(&mut self, group: usize) -> Option<Span> {
        let slugs: Vec<_> = (0..POSTS).map(|post| counters::slug(group, post)).collect();
        let sql = "select title from posts where slug = any($1)";
        let asking = async {
            let connection = self.connection().await?;
            sqlx::query_scalar(sql).bind(slugs).fetch_all(connection).await
        };
        let titles: Vec<String> = timeout(PATIENCE, asking).await.ok()?.ok()?;
        counters::read(&titles.join("\n")).get(&group).copied()
    }

    async fn connection(&mut self) -> sqlx::Result<&mut PgConnection> {
        kept(&mut self.connection, self.primary.load(Ordering::Relaxed)).await
    }
}
