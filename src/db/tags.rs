//! Content tags.

use super::connection::{hold, on};
use super::{Connection, Result, Transaction};
use crate::domain::{Slug, Tag, TagId};

/// The tag with a slug.
///
/// # Errors
/// The database does not answer.
pub async fn by_slug(c: &mut Connection, slug: &Slug) -> Result<Option<Tag>> {
    const SQL: &str = "select * from tags where slug = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(slug).fetch_optional(c).await)?)
}

/// The tag with an id.
///
/// # Errors
/// The database does not answer.
pub async fn by_id(c: &mut Connection, id: &TagId) -> Result<Option<Tag>> {
    const SQL: &str = "select * from tags where id = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// The same, held: nobody else changes it before the transaction ends.
///
/// # Errors
/// The database does not answer.
pub async fn hold(t: &mut Transaction, id: &TagId) -> Result<Option<Tag>> {
    Ok(hold!(t, "select * from tags where id = $1", (sql, c) => {
        sqlx::query_as(sql).bind(id).fetch_optional(c).await
    })?)
}

/// The oldest tag with a name, capital letters aside.
///
/// # Errors
/// The database does not answer.
pub async fn by_name(c: &mut Connection, name: &str) -> Result<Option<Tag>> {
    const SQL: &str = "select * from tags where lower(name) = lower($1) order by id limit 1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(name).fetch_optional(c).await)?)
}

/// Every tag in the order of ids, behind an id: for walks over everything.
///
/// # Errors
/// The database does not answer.
pub async fn after(c: &mut Connection, id: Option<&TagId>, limit: u32) -> Result<Vec<Tag>> {
    const SQL: &str = "select * from tags where id > $1 order by id limit $2";
    let id = id.map_or("", TagId::as_str);
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Public tags that list at least one post, by name.
///
/// # Errors
/// The database does not answer.
pub async fn listed(c: &mut Connection, limit: u32) -> Result<Vec<Tag>> {
    const SQL: &str = "select * from tags t where visibility = 'public' \
        and exists (select 1 from listing_counts l where l.scope = 'tag:' || t.id and l.posts > 0) \
        order by lower(name), id limit $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Saves a new tag, or all of one that is there.
///
/// # Errors
/// [`super::DbError::Taken`] where the slug is another tag's.
pub async fn save(t: &mut Transaction, tag: &Tag) -> Result<()> {
    const SQL: &str = "insert into tags (id, name, slug, description, feature_image, visibility, \
        accent_color, meta_title, meta_description, og_image, og_title, og_description, \
        twitter_image, twitter_title, twitter_description, canonical_url, codeinjection_head, \
        codeinjection_foot, created_at, updated_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
        $19, $20) \
        on conflict (id) do update set name = excluded.name, slug = excluded.slug, \
        description = excluded.description, feature_image = excluded.feature_image, \
        visibility = excluded.visibility, accent_color = excluded.accent_color, \
        meta_title = excluded.meta_title, meta_description = excluded.meta_description, \
        og_image = excluded.og_image, og_title = excluded.og_title, \
        og_description = excluded.og_description, twitter_image = excluded.twitter_image, \
        twitter_title = excluded.twitter_title, \
        twitter_description = excluded.twitter_description, \
        canonical_url = excluded.canonical_url, \
        codeinjection_head = excluded.codeinjection_head, \
        codeinjection_foot = excluded.codeinjection_foot, created_at = excluded.created_at, \
        updated_at = excluded.updated_at";
    let social = &tag.social;
    on!(t, c => sqlx::query(SQL)
        .bind(&tag.id)
        .bind(&tag.name)
        .bind(&tag.slug)
        .bind(&tag.description)
        .bind(&tag.feature_image)
        .bind(tag.visibility)
        .bind(&tag.accent_color)
        .bind(&social.meta_title)
        .bind(&social.meta_description)
        .bind(&social.og_image)
        .bind(&social.og_title)
        .bind(&social.og_description)
        .bind(&social.twitter_image)
        .bind(&social.twitter_title)
        .bind(&social.twitter_description)
        .bind(&social.canonical_url)
        .bind(&tag.codeinjection_head)
        .bind(&tag.codeinjection_foot)
        .bind(tag.created_at)
        .bind(tag.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Deletes a tag, and takes it from the posts that have it; gives whether it was there.
///
/// # Errors
/// The database does not answer.
pub async fn delete(t: &mut Transaction, id: &TagId) -> Result<bool> {
    const SQL: &str = "delete from tags where id = $1";
    let rows = on!(t, c => {
        sqlx::query(SQL).bind(id).execute(c).await.map(|done| done.rows_affected())
    })?;
    Ok(rows > 0)
}
