//! Addresses that something had before.

use sqlx::FromRow;

use super::connection::on;
use super::{Connection, Result, Transaction};
use crate::domain::{PostId, Slug, TagId, Timestamp, UserId};

/// Where an old address leads: one of these is there.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Destination {
    /// The slug of a published post or page.
    pub post: Option<Slug>,
    /// The slug of a tag.
    pub tag: Option<Slug>,
    /// The slug of an author.
    pub author: Option<Slug>,
}

/// What had an address.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// A post or a page.
    Post(&'a PostId),
    /// A tag.
    Tag(&'a TagId),
    /// An author.
    Author(&'a UserId),
}

/// The form in which paths are kept: without the slash at the end, never empty.
pub fn normal(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    if path.is_empty() { "/" } else { path }
}

/// Where a path leads now, if something had it before.
///
/// # Errors
/// The database does not answer.
pub async fn find(c: &mut Connection, path: &str) -> Result<Option<Destination>> {
    const SQL: &str = "select p.slug as post, t.slug as tag, u.slug as author from redirects r \
        left join posts p on p.id = r.post_id and p.status = 'published' \
        left join tags t on t.id = r.tag_id \
        left join users u on u.id = r.user_id \
        where r.path = $1";
    let found: Option<Destination> =
        on!(c, c => sqlx::query_as(SQL).bind(normal(path)).fetch_optional(c).await)?;
    Ok(found.filter(|d| d.post.is_some() || d.tag.is_some() || d.author.is_some()))
}

/// The paths that a post had before, in order.
///
/// # Errors
/// The database does not answer.
pub async fn of_post(c: &mut Connection, post: &PostId) -> Result<Vec<String>> {
    const SQL: &str = "select path from redirects where post_id = $1 order by path";
    Ok(on!(c, c => sqlx::query_scalar(SQL).bind(post).fetch_all(c).await)?)
}

/// Notes that something had a path; the last to have had it keeps it.
///
/// # Errors
/// The database does not answer.
pub async fn save(
    t: &mut Transaction,
    path: &str,
    target: Target<'_>,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "insert into redirects (path, post_id, tag_id, user_id, created_at) \
        values ($1, $2, $3, $4, $5) \
        on conflict (path) do update set post_id = excluded.post_id, tag_id = excluded.tag_id, \
        user_id = excluded.user_id \
        where (redirects.post_id, redirects.tag_id, redirects.user_id) \
        is distinct from (excluded.post_id, excluded.tag_id, excluded.user_id)";
    let (post, tag, user) = match target {
        Target::Post(id) => (Some(id), None, None),
        Target::Tag(id) => (None, Some(id), None),
        Target::Author(id) => (None, None, Some(id)),
    };
    on!(t, c => sqlx::query(SQL)
        .bind(normal(path))
        .bind(post)
        .bind(tag)
        .bind(user)
        .bind(now)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
