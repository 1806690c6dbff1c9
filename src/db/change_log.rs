//! The change log and the content clock in SQL: the one room that stamps.
//!
//! The two databases differ here as they do nowhere else. SQLite has one writer and its trigger
//! numbers a change at once, so a pass only looks. PostgreSQL numbers a change when a pass sees it.
//! Why the pass is made of these statements in this order is said in [`crate::content_clock`].

use std::collections::HashSet;

use futures_util::TryStreamExt as _;
use sqlx::{FromRow, Postgres};

use super::connection::on;
use super::database::Servers;
use super::primary::{Primary, Role};
use super::purges::{self, stored};
use super::{Database, DbError, Transaction};
use crate::clock::Timestamp;
use crate::content_clock::{
    AsOf, Asking, Change, ChangeLog, Epoch, Fresh, LogCursor, LogError, Mark, News, Page, Pass,
    Reading, TagHash,
};

/// Where the clock stands, on PostgreSQL: whether it is another one now, and whether there is
/// anything to stamp.
const LOOK: &str = "select epoch, seq, mark, \
    place is distinct from content_clock_place() as elsewhere, \
    exists (select from change_log where seq is null) as unstamped, \
    current_setting('transaction_read_only')::boolean as read_only \
    from content_clock where id = 1";

impl ChangeLog for Database {
    fn pass(&self, fresh: Fresh) -> Asking<'_, Pass> {
        Box::pin(async move {
            match self.servers() {
                Servers::Sqlite(file) => {
                    let sql = "select epoch, seq, mark, false as elsewhere, false as unstamped, \
                        false as read_only from content_clock where id = 1";
                    let look: Look = asked(sqlx::query_as(sql).fetch_one(&file.reader).await)?;
                    Ok(Pass { reading: look.reading()?, news: None })
                }
                Servers::Postgres { primary, .. } => {
                    let pass = stamp_what_is_new(primary, fresh).await?;
                    self.hear(pass.reading.as_of);
                    Ok(pass)
                }
            }
        })
    }

    fn since(&self, place: LogCursor, limit: u32) -> Asking<'_, Page> {
        const SQL: &str = "select c.epoch, c.seq as clock_seq, c.mark as clock_mark, \
            l.id, l.seq, l.mark, l.cache_tags \
            from content_clock c left join (select id, seq, mark, cache_tags from change_log \
                where seq >= $1 and (seq, id) > ($1, $2) order by seq, id limit $3) l on true \
            where c.id = 1 order by l.seq, l.id";
        let (seq, limit) = (stored(place.seq), i64::from(limit));
        Box::pin(async move {
            page(match self.servers() {
                Servers::Sqlite(file) => {
                    let query = sqlx::query_as(SQL).bind(seq).bind(place.id).bind(limit);
                    query.fetch_all(&file.reader).await
                }
                Servers::Postgres { primary, .. } => {
                    let mut c = asked(primary.acquire(Role::Clock).await)?;
                    let query = sqlx::query_as(SQL).bind(seq).bind(place.id).bind(limit);
                    query.fetch_all(&mut *c).await
                }
            })
        })
    }

    fn newest(&self, limit: u32) -> Asking<'_, Page> {
        const SQL: &str = "select c.epoch, c.seq as clock_seq, c.mark as clock_mark, \
            l.id, l.seq, l.mark, l.cache_tags \
            from content_clock c left join (select id, seq, mark, cache_tags from change_log \
                where seq is not null order by seq desc, id desc limit $1) l on true \
            where c.id = 1 order by l.seq desc, l.id desc";
        let limit = i64::from(limit);
        Box::pin(async move {
            page(match self.servers() {
                Servers::Sqlite(file) => {
                    sqlx::query_as(SQL).bind(limit).fetch_all(&file.reader).await
                }
                Servers::Postgres { primary, .. } => {
                    let mut c = asked(primary.acquire(Role::Clock).await)?;
                    sqlx::query_as(SQL).bind(limit).fetch_all(&mut *c).await
                }
            })
        })
    }

    fn renew(&self, old: Epoch, new: Epoch) -> Asking<'_, ()> {
        const SQL: &str = "update content_clock set epoch = $1 where id = 1 and epoch = $2";
        let (old, new) = (old.to_string(), new.to_string());
        Box::pin(async move {
            match self.servers() {
                Servers::Sqlite(file) => {
                    asked(sqlx::query(SQL).bind(new).bind(old).execute(&file.writer).await)?;
                }
                Servers::Postgres { primary, .. } => {
                    let mut t = alone(primary).await?;
                    asked(sqlx::query(SQL).bind(new).bind(old).execute(&mut *t).await)?;
                    asked(t.commit().await)?;
                }
            }
            Ok(())
        })
    }

    fn prune(&self, below: u64) -> Asking<'_, u64> {
        // A null is lower than nothing.
        const SQL: &str = "delete from change_log where seq < $1";
        Box::pin(async move {
            let mut t = asked(self.write_for_the_clock().await)?;
            let removed = asked(on!(t, c => sqlx::query(SQL)
                .bind(stored(below))
                .execute(c)
                .await
                .map(|done| done.rows_affected())))?;
            asked(t.commit().await)?;
            Ok(removed)
        })
    }

    fn report<'a>(&'a self, instance: &'a str, as_of: AsOf, at: Timestamp) -> Asking<'a, ()> {
        Box::pin(async move {
            let mut t = asked(self.write_for_the_clock().await)?;
            asked(purges::report(&mut t, instance, as_of, at).await)?;
            asked(t.commit().await)
        })
    }
}

/// Raises some cache tags, separated by blanks, as if what they stand for had changed.
///
/// # Errors
/// The database does not answer.
pub async fn raise(t: &mut Transaction, cache_tags: &str) -> Result<(), DbError> {
    const SQL: &str = "insert into change_log (cache_tags) values ($1)";
    on!(t, c => sqlx::query(SQL).bind(cache_tags).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// A transaction that is alone with the clock of PostgreSQL. Each statement of it has a snapshot of
/// its own; so those that follow see all that the last holder of the lock did.
async fn alone(primary: &Primary) -> Result<sqlx::Transaction<'static, Postgres>, LogError> {
    // Whoever waits longer than this for the other stamper tries again later; and a number that a
    // crash could take back must not be shown. The name of the lock is "masthead".
    const LOCK: &str = "select set_config('lock_timeout', '4s', true), \
        set_config('synchronous_commit', case current_setting('synchronous_commit') \
            when 'off' then 'local' else current_setting('synchronous_commit') end, true); \
        select pg_advisory_xact_lock(cast(x'6d61737468656164' as bigint))";
    let begin = "begin isolation level read committed";
    let mut t = asked(primary.begin(Role::Clock, begin).await)?;
    asked(sqlx::raw_sql(LOCK).execute(&mut *t).await)?;
    Ok(t)
}

/// A look on PostgreSQL, and a pass where there is something to stamp.
async fn stamp_what_is_new(primary: &Primary, fresh: Fresh) -> Result<Pass, LogError> {
    let mut c = asked(primary.acquire(Role::Clock).await)?;
    let look: Look = asked(sqlx::query_as(LOOK).fetch_one(&mut *c).await)?;
    drop(c);
    if look.read_only {
        // Somebody made it so, perhaps because another one has taken over.
        primary.search().await;
        return Err(LogError::unreachable(DbError::NoPrimary));
    }
    if look.elsewhere || look.unstamped {
        return stamp(primary, fresh).await;
    }
    Ok(Pass { reading: look.reading()?, news: None })
}

/// The pass on PostgreSQL.
async fn stamp(primary: &Primary, fresh: Fresh) -> Result<Pass, LogError> {
    const NEW_EPOCH: &str = "update content_clock set epoch = $1, place = content_clock_place() \
        where id = 1";
    const NUMBER: &str =
        "update change_log set seq = $1, mark = $2 where seq is null returning cache_tags";
    const COUNT: &str = "update content_clock set seq = $1, mark = $2 where id = 1";

    let mut t = alone(primary).await?;
    let look: Look = asked(sqlx::query_as(LOOK).fetch_one(&mut *t).await)?;
    let mut reading = look.reading()?;
    let before = reading.mark;
    let mark = fresh.mark.to_string();
    if look.elsewhere {
        asked(sqlx::query(NEW_EPOCH).bind(fresh.epoch.to_string()).execute(&mut *t).await)?;
        reading.as_of.epoch = fresh.epoch;
    }
    let next = reading.as_of.seq + 1;
    let stamped = sqlx::query_scalar(NUMBER).bind(stored(next)).bind(&mark).fetch(&mut *t);
    let tags: Option<Tags> = asked(
        stamped
            .try_fold(None, async |tags: Option<Tags>, row: String| {
                let mut tags = tags.unwrap_or_default();
                tags.add(&row);
                Ok(Some(tags))
            })
            .await,
    )?;
    let mut news = None;
    if let Some(tags) = tags {
        asked(sqlx::query(COUNT).bind(stored(next)).bind(&mark).execute(&mut *t).await)?;
        reading.as_of.seq = next;
        reading.mark = Some(fresh.mark);
        news = Some(News { as_of: reading.as_of, mark: fresh.mark, before, tags: tags.told() });
    }
    asked(t.commit().await)?;
    Ok(Pass { reading, news })
}

/// The tags of a pass, as long as they are few enough to be told.
#[derive(Debug, Default)]
struct Tags(HashSet<TagHash>);

impl Tags {
    fn add(&mut self, row: &str) {
        if self.0.len() <= News::MAX_TAGS {
            self.0.extend(row.split_whitespace().map(TagHash::of));
        }
    }

    fn told(self) -> Option<Vec<TagHash>> {
        (self.0.len() <= News::MAX_TAGS).then(|| self.0.into_iter().collect())
    }
}

impl Database {
    /// Notes that a server opens the database. A crash may have taken something back from an SQLite
    /// file, or somebody may have put another in its place: unless the last server closed it by
    /// [`Database::leave`], the epoch `new` begins. PostgreSQL knows its place by itself.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn enter(&self, new: Epoch) -> Result<(), DbError> {
        const SQL: &str = "update content_clock set in_use = 1, \
            epoch = case in_use when 0 then epoch else $1 end where id = 1";
        if let Servers::Sqlite(file) = self.servers() {
            sqlx::query(SQL).bind(new.to_string()).execute(&file.writer).await?;
        }
        Ok(())
    }

    /// Notes that the server stops in peace.
    ///
    /// # Errors
    /// The database does not answer; then the next start begins a new epoch, which does no harm.
    pub async fn leave(&self) -> Result<(), DbError> {
        const SQL: &str = "update content_clock set in_use = 0 where id = 1";
        if let Servers::Sqlite(file) = self.servers() {
            sqlx::query(SQL).execute(&file.writer).await?;
        }
        Ok(())
    }
}

#[derive(Debug, FromRow)]
struct Look {
    epoch: String,
    seq: i64,
    mark: Option<String>,
    elsewhere: bool,
    unstamped: bool,
    read_only: bool,
}

impl Look {
    fn reading(&self) -> Result<Reading, LogError> {
        reading(&self.epoch, self.seq, self.mark.as_deref())
    }
}

/// A row of the log beside the clock; without a row of the log, the clock alone.
#[derive(Debug, FromRow)]
struct Row {
    epoch: String,
    clock_seq: i64,
    clock_mark: Option<String>,
    id: Option<i64>,
    seq: Option<i64>,
    mark: Option<String>,
    cache_tags: Option<String>,
}

fn page(rows: sqlx::Result<Vec<Row>>) -> Result<Page, LogError> {
    let rows = asked(rows)?;
    let first = rows.first().ok_or(LogError::Damaged("there is no clock"))?;
    let reading = reading(&first.epoch, first.clock_seq, first.clock_mark.as_deref())?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        if let (Some(id), Some(seq), Some(cache_tags)) = (row.id, row.seq, row.cache_tags) {
            let cursor = LogCursor { seq: number(seq)?, id };
            changes.push(Change { cursor, mark: mark(row.mark.as_deref())?, cache_tags });
        }
    }
    Ok(Page { reading, changes })
}

fn reading(epoch: &str, seq: i64, marked: Option<&str>) -> Result<Reading, LogError> {
    let epoch = Epoch::parse(epoch).ok_or(LogError::Damaged("an epoch is 32 digits"))?;
    Ok(Reading { as_of: AsOf { epoch, seq: number(seq)? }, mark: mark(marked)? })
}

fn number(seq: i64) -> Result<u64, LogError> {
    u64::try_from(seq).map_err(|_| LogError::Damaged("a number is below zero"))
}

fn mark(text: Option<&str>) -> Result<Option<Mark>, LogError> {
    let parse = |text| Mark::parse(text).ok_or(LogError::Damaged("a mark is 16 digits"));
    text.map(parse).transpose()
}

fn asked<T>(result: Result<T, impl Into<DbError>>) -> Result<T, LogError> {
    result.map_err(|error| LogError::unreachable(error.into()))
}
