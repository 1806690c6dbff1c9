//! The posts and pages as writers list them: in every state, newest change first.
//!
//! A page of the list is a range of an index that ends where the page is full, so the hundredth costs
//! what the first does. What has no index is bounded: the words of a title are looked for among
//! [`SEARCHED`] posts, and a count ends at its limit.

use sqlx::{AssertSqlSafe, FromRow};

use super::connection::on;
use super::sql::escaped;
use super::{Connection, Result};
use crate::domain::{PostId, PostKind, Status, Timestamp, UserId};

/// How many posts a search for words of a title looks at.
pub const SEARCHED: u32 = 20_000;

/// Which posts are listed.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// Posts, or pages.
    pub kind: PostKind,
    /// Those in one state; all where there is none.
    pub status: Option<Status>,
    /// Those of one author; everybody's where there is none.
    pub author: Option<&'a UserId>,
    /// Those whose title has all of these.
    pub words: &'a [&'a str],
}

/// A place in the list: just behind the post that it names.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Place {
    /// When that post last changed.
    pub updated_at: Timestamp,
    /// Which post that is; ids decide between changes of one instant.
    pub post_id: PostId,
}

/// Some posts of the list, newest change first, from the beginning or behind a place.
///
/// # Errors
/// The database does not answer.
pub async fn page(
    c: &mut Connection,
    filter: Filter<'_>,
    behind: Option<&Place>,
    limit: u32,
) -> Result<Vec<Place>> {
    let sql = page_sql(filter);
    let end = (Timestamp(i64::MAX), String::new());
    let (updated_at, post_id) =
        behind.map_or(end, |place| (place.updated_at, place.post_id.to_string()));
    let patterns: Vec<String> = filter.words.iter().map(|word| anywhere(word)).collect();
    Ok(on!(c, c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(filter.kind);
        if let Some(status) = filter.status {
            query = query.bind(status);
        }
        if let Some(author) = filter.author {
            query = query.bind(author);
        }
        query = query.bind(updated_at).bind(post_id).bind(i64::from(limit));
        for pattern in patterns {
            query = query.bind(pattern);
        }
        query.fetch_all(c).await
    })?)
}

/// The statement of [`page`]. The values are, in this order: the kind, the state, the author, the
/// place, the limit, a pattern for each word.
#[must_use]
pub fn page_sql(filter: Filter<'_>) -> String {
    const NEWEST: &str = "order by p.updated_at desc, p.id desc limit ";
    let (rows, next) = rows(filter);
    let (updated_at, id, limit) = (next, next + 1, next + 2);
    let range = format!("{rows} and (p.updated_at, p.id) < (${updated_at}, ${id}) ");
    if filter.words.is_empty() {
        return format!("select p.updated_at, p.id as post_id {range}{NEWEST}${limit}");
    }
    let matching: Vec<String> = (limit + 1..)
        .zip(filter.words)
        .map(|(n, _)| format!("lower(p.title) like lower(${n}) escape '\\'"))
        .collect();
    let matching = matching.join(" and ");
    format!(
        "select p.updated_at, p.id as post_id from ( \
            select p.updated_at, p.id, p.title {range}{NEWEST}{SEARCHED} \
        ) p where {matching} {NEWEST}${limit}"
    )
}

/// How many posts there are, whatever the words; `at_most` where there are more.
///
/// # Errors
/// The database does not answer.
pub async fn count(c: &mut Connection, filter: Filter<'_>, at_most: u32) -> Result<u64> {
    let (rows, next) = rows(filter);
    let sql =
        format!("select cast(count(*) as bigint) from (select p.id {rows} limit ${next}) counted");
    let count: i64 = on!(c, c => {
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(filter.kind);
        if let Some(status) = filter.status {
            query = query.bind(status);
        }
        if let Some(author) = filter.author {
            query = query.bind(author);
        }
        query.bind(i64::from(at_most)).fetch_one(c).await
    })?;
    Ok(count.max(0).unsigned_abs())
}

/// The rows of a filter, and the number of the next value that is bound.
fn rows(filter: Filter<'_>) -> (String, usize) {
    let mut next = 2;
    let mut condition = |column: &str| {
        next += 1;
        format!(" and {column} = ${}", next - 1)
    };
    let status = filter.status.map_or_else(String::new, |_| condition("p.status"));
    let (from, author) = match filter.author {
        // An author has few posts beside all those of a site, so these come first.
        Some(_) => ("posts_authors a join posts p on p.id = a.post_id", condition("a.user_id")),
        None => ("posts p", String::new()),
    };
    (format!("from {from} where p.type = $1{status}{author}"), next)
}

/// The pattern of what has a word somewhere; nothing in the word is a wildcard.
fn anywhere(word: &str) -> String {
    format!("%{}%", escaped(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_a_letter() {
        assert_eq!(anywhere("100%_\\"), "%100\\%\\_\\\\%");
    }

    #[test]
    fn values_are_numbered_as_they_are_bound() {
        let author = UserId::derived("Ann");
        let filter = Filter {
            kind: PostKind::Post,
            status: Some(Status::Draft),
            author: Some(&author),
            words: &[],
        };
        let (sql, next) = rows(filter);
        assert!(sql.contains("p.type = $1") && sql.contains("p.status = $2"), "{sql}");
        assert!(sql.contains("a.user_id = $3") && next == 4, "{sql}");
    }
}
