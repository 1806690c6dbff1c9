//! Listings: which posts stand on which page of a list, found without walking the list.
//!
//! A page is a range of the key `(scope, listed_at, post_id)`. Page one begins at its end; the page
//! behind a post begins behind that post's key; and for a page in the middle, counts of spans of
//! thirty days say in which span it begins, so that at most one span is walked.

use sqlx::FromRow;

use super::connection::on;
use super::{Connection, Result};
use crate::domain::listing::{BUCKET, Month, Pagination, Position};
use crate::domain::{PostId, Scope, Timestamp};

/// A post in a listing.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Listed {
    /// Which post.
    pub post_id: PostId,
    /// When it was published.
    pub listed_at: Timestamp,
}

impl From<Listed> for Position {
    fn from(listed: Listed) -> Self {
        Self { listed_at: listed.listed_at, post_id: listed.post_id }
    }
}

/// How many posts a scope lists.
///
/// # Errors
/// The database does not answer.
pub async fn count(c: &mut Connection, scope: &Scope) -> Result<u64> {
    const SQL: &str =
        "select cast(coalesce(sum(posts), 0) as bigint) from listing_counts where scope = $1";
    let count: i64 =
        on!(c, c => sqlx::query_scalar(SQL).bind(scope.to_string()).fetch_one(c).await)?;
    Ok(count.max(0).unsigned_abs())
}

/// The posts of one page, newest first; none beyond the last page.
///
/// # Errors
/// The database does not answer.
pub async fn page(
    c: &mut Connection,
    scope: &Scope,
    pagination: Pagination,
) -> Result<Vec<Listed>> {
    let skip = (pagination.page.max(1) - 1).saturating_mul(u64::from(pagination.per_page));
    window(c, scope, skip, pagination.per_page).await
}

/// Some posts of a scope, newest first, behind a number of newer ones.
///
/// # Errors
/// The database does not answer.
pub async fn window(
    c: &mut Connection,
    scope: &Scope,
    skip: u64,
    limit: u32,
) -> Result<Vec<Listed>> {
    const SQL: &str = "select post_id, listed_at from listings \
        where scope = $1 and listed_at < $2 \
        order by listed_at desc, post_id desc limit $3 offset $4";
    if skip == 0 {
        return newest(c, scope, limit).await;
    }
    // A number that is no post of any listing fits no `i64` either.
    let Ok(skip) = i64::try_from(skip) else { return Ok(Vec::new()) };
    let Some((bucket, before)) = bucket_of(c, scope, skip).await? else { return Ok(Vec::new()) };
    Ok(on!(c, c => sqlx::query_as(SQL)
        .bind(scope.to_string())
        .bind(end_of_bucket(bucket))
        .bind(i64::from(limit))
        .bind(skip - before)
        .fetch_all(c)
        .await)?)
}

/// The bucket in which the post with a number (from 0, newest first) lies, and how many posts are
/// newer than that bucket.
async fn bucket_of(c: &mut Connection, scope: &Scope, number: i64) -> Result<Option<(i64, i64)>> {
    const SQL: &str = "select bucket, cast(through - posts as bigint) from ( \
            select bucket, posts, sum(posts) over (order by bucket desc) as through \
            from listing_counts where scope = $1 and posts > 0 \
        ) running where through > $2 order by bucket desc limit 1";
    Ok(
        on!(c, c => sqlx::query_as(SQL).bind(scope.to_string()).bind(number).fetch_optional(c).await)?,
    )
}

/// The first instant behind a bucket. Division truncates, so bucket 0 is twice as wide.
const fn end_of_bucket(bucket: i64) -> i64 {
    if bucket < 0 { bucket * BUCKET + 1 } else { (bucket + 1) * BUCKET }
}

/// The newest posts of a scope.
///
/// # Errors
/// The database does not answer.
pub async fn newest(c: &mut Connection, scope: &Scope, limit: u32) -> Result<Vec<Listed>> {
    const SQL: &str = "select post_id, listed_at from listings where scope = $1 \
        order by listed_at desc, post_id desc limit $2";
    Ok(on!(c, c => sqlx::query_as(SQL)
        .bind(scope.to_string())
        .bind(i64::from(limit))
        .fetch_all(c)
        .await)?)
}

/// The posts of a scope that are older than a place in it, newest first.
///
/// # Errors
/// The database does not answer.
pub async fn older(
    c: &mut Connection,
    scope: &Scope,
    than: &Position,
    limit: u32,
) -> Result<Vec<Listed>> {
    const SQL: &str = "select post_id, listed_at from listings \
        where scope = $1 and (listed_at, post_id) < ($2, $3) \
        order by listed_at desc, post_id desc limit $4";
    Ok(on!(c, c => sqlx::query_as(SQL)
        .bind(scope.to_string())
        .bind(than.listed_at)
        .bind(&than.post_id)
        .bind(i64::from(limit))
        .fetch_all(c)
        .await)?)
}

/// The posts of a scope that are newer than a place in it, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn newer(
    c: &mut Connection,
    scope: &Scope,
    than: &Position,
    limit: u32,
) -> Result<Vec<Listed>> {
    const SQL: &str = "select post_id, listed_at from listings \
        where scope = $1 and (listed_at, post_id) > ($2, $3) \
        order by listed_at, post_id limit $4";
    Ok(on!(c, c => sqlx::query_as(SQL)
        .bind(scope.to_string())
        .bind(than.listed_at)
        .bind(&than.post_id)
        .bind(i64::from(limit))
        .fetch_all(c)
        .await)?)
}

/// The posts of a scope between two instants, newest first; the second instant is outside.
///
/// # Errors
/// The database does not answer.
pub async fn between(
    c: &mut Connection,
    scope: &Scope,
    from: Timestamp,
    until: Timestamp,
    limit: u32,
    skip: u64,
) -> Result<Vec<Listed>> {
    const SQL: &str = "select post_id, listed_at from listings \
        where scope = $1 and listed_at >= $2 and listed_at < $3 \
        order by listed_at desc, post_id desc limit $4 offset $5";
    let Ok(skip) = i64::try_from(skip) else { return Ok(Vec::new()) };
    Ok(on!(c, c => sqlx::query_as(SQL)
        .bind(scope.to_string())
        .bind(from)
        .bind(until)
        .bind(i64::from(limit))
        .bind(skip)
        .fetch_all(c)
        .await)?)
}

/// How many posts of a scope lie between two instants; the second is outside.
///
/// # Errors
/// The database does not answer.
pub async fn count_between(
    c: &mut Connection,
    scope: &Scope,
    from: Timestamp,
    until: Timestamp,
) -> Result<u64> {
    const SQL: &str = "select count(*) from listings \
        where scope = $1 and listed_at >= $2 and listed_at < $3";
    let count: i64 = on!(c, c => sqlx::query_scalar(SQL)
        .bind(scope.to_string())
        .bind(from)
        .bind(until)
        .fetch_one(c)
        .await)?;
    Ok(count.unsigned_abs())
}

/// The months in which a scope has posts, newest first: one step of the index for each.
///
/// # Errors
/// The database does not answer.
pub async fn months(
    c: &mut Connection,
    scope: &Scope,
    zone: &jiff::tz::TimeZone,
) -> Result<Vec<Month>> {
    const SQL: &str = "select max(listed_at) from listings where scope = $1 and listed_at < $2";
    let mut months = Vec::new();
    let mut before = Timestamp(i64::MAX);
    loop {
        let newest: Option<Timestamp> = on!(c, c => sqlx::query_scalar(SQL)
            .bind(scope.to_string())
            .bind(before)
            .fetch_one(c)
            .await)?;
        let Some(newest) = newest else { return Ok(months) };
        let date = newest.in_zone(zone).date();
        let month = Month { year: date.year(), month: date.month() };
        before = month.start(zone).min(newest);
        months.push(month);
    }
}
