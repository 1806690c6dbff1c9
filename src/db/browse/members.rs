//! Tags and authors: what posts belong to. There are few of them, as against posts.

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::fields::Resource;
use super::order::{Key, Placed};
use super::values::{Values, fetch_with};
use super::{Asker, BrowseError, Browsed, Query, order};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::connection::on;
use crate::domain::{Author, Tag};

/// A tag or an author, and how many published posts belong to it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Member<T> {
    /// The tag, or the author.
    #[sqlx(flatten)]
    pub row: T,
    /// Published posts.
    pub posts: i64,
}

#[derive(FromRow)]
struct Row<T> {
    total: i64,
    #[sqlx(flatten)]
    member: Member<T>,
}

/// What differs between the two.
struct Table {
    resource: Resource,
    /// The table and its alias.
    rows: &'static str,
    /// The names, as they are sorted.
    name: &'static str,
    /// How many published posts belong to a row.
    posts: &'static str,
    /// What readers come across.
    is_seen: &'static str,
}

/// A tag is seen on published posts, and on published pages.
const TAGS: Table = Table {
    resource: Resource::Tags,
    rows: "tags t",
    name: "lower(t.name)",
    posts: "(select cast(coalesce(sum(l.posts), 0) as bigint) from listing_counts l \
             where l.scope = 'tag:' || t.id)",
    is_seen: "(exists (select 1 from listing_counts l \
                where l.scope = 'tag:' || t.id and l.posts > 0) \
             or exists (select 1 from posts_tags r join posts p on p.id = r.post_id \
                where r.tag_id = t.id and p.type = 'page' and p.status = 'published'))",
};

const AUTHORS: Table = Table {
    resource: Resource::Authors,
    rows: "users u",
    name: "lower(u.name)",
    posts: "(select cast(coalesce(sum(l.posts), 0) as bigint) from listing_counts l \
             where l.scope = 'author:' || u.id)",
    is_seen: "exists (select 1 from listing_counts l \
             where l.scope = 'author:' || u.id and l.posts > 0)",
};

/// A page of content tags; readers see those that something published has.
///
/// # Errors
/// The filter cannot be answered, or the database does not answer.
pub async fn tags(
    c: &mut Connection,
    query: &Query,
    now: Timestamp,
) -> Result<Browsed<Member<Tag>>, BrowseError> {
    browse(c, &TAGS, query, now).await
}

/// A page of authors; readers see those who have published something.
///
/// # Errors
/// The filter cannot be answered, or the database does not answer.
pub async fn authors(
    c: &mut Connection,
    query: &Query,
    now: Timestamp,
) -> Result<Browsed<Member<Author>>, BrowseError> {
    browse(c, &AUTHORS, query, now).await
}

async fn browse<T>(
    c: &mut Connection,
    table: &Table,
    query: &Query,
    now: Timestamp,
) -> Result<Browsed<Member<T>>, BrowseError>
where
    T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    let Table { resource, rows, name, posts, is_seen } = *table;
    let mut values = Values::default();
    let rest = query.conditions(resource, now, query.filter.as_ref(), &mut values)?;
    let seen = if query.asker == Asker::Reader { is_seen } else { "true" };
    let chosen = format!("from {rows} where {seen}{rest}");
    let (count, counted) = (format!("select cast(count(*) as bigint) {chosen}"), values.clone());
    let mut keys = order::keys(resource, query.asker, &query.order, Some(posts));
    if keys.is_empty() {
        keys.push(Key::text(name, false));
    }
    keys.push(Key::text(resource.id(), false));
    let behind = order::behind(&keys, query.after.as_ref(), &mut values)?;
    let (order, places) = (order::order_by(&keys), order::columns(&keys, query.after.as_ref()));
    let window = query.window(&mut values);
    let sql = format!(
        "select *, {posts} as posts, ({count}) as total{places} {chosen}{behind} \
         order by {order}{window}"
    );
    let found: Vec<Placed<Row<T>>> = fetch_with!(c, sql, values)?;
    let total = match found.first() {
        Some(first) => first.row.total,
        // Nobody says it where the page lies behind the last.
        None if !query.is_first() => {
            let totals: Vec<(i64,)> = fetch_with!(c, count, counted)?;
            totals.first().map_or(0, |(total,)| *total)
        }
        None => 0,
    };
    let last = query.last(&found);
    let rows = found.into_iter().map(|placed| placed.row.member).collect();
    Ok(Browsed { rows, total: total.max(0).unsigned_abs(), last })
}
