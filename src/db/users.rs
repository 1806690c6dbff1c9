//! Users: authors, and those who may sign in.

use super::connection::on;
use super::{Connection, Result, Transaction};
use crate::domain::{Author, Slug, UserId};

/// The user with a slug.
///
/// # Errors
/// The database does not answer.
pub async fn by_slug(c: &mut Connection, slug: &Slug) -> Result<Option<Author>> {
    const SQL: &str = "select * from users where slug = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(slug).fetch_optional(c).await)?)
}

/// The user with an id.
///
/// # Errors
/// The database does not answer.
pub async fn by_id(c: &mut Connection, id: &UserId) -> Result<Option<Author>> {
    const SQL: &str = "select * from users where id = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// The user with an address, which is in lower case here.
///
/// # Errors
/// The database does not answer.
pub async fn by_email(c: &mut Connection, email: &str) -> Result<Option<Author>> {
    const SQL: &str = "select * from users where email = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(email).fetch_optional(c).await)?)
}

/// The owner of the site, else the oldest user.
///
/// # Errors
/// The database does not answer.
pub async fn owner(c: &mut Connection) -> Result<Option<Author>> {
    const SQL: &str = "select * from users order by case role when 'owner' then 0 else 1 end, created_at, id \
         limit 1";
    Ok(on!(c, c => sqlx::query_as(SQL).fetch_optional(c).await)?)
}

/// Whether somebody owns the site.
///
/// # Errors
/// The database does not answer.
pub async fn is_there_an_owner(c: &mut Connection) -> Result<bool> {
    const SQL: &str = "select id from users where role = 'owner' limit 1";
    let owner: Option<UserId> = on!(c, c => sqlx::query_scalar(SQL).fetch_optional(c).await)?;
    Ok(owner.is_some())
}

/// The owner who may sign in with a password, if there is one.
///
/// # Errors
/// The database does not answer.
pub async fn owner_with_password(c: &mut Connection) -> Result<Option<UserId>> {
    const SQL: &str = "select u.id from users u join passwords p on p.user_id = u.id \
        where u.role = 'owner' limit 1";
    Ok(on!(c, c => sqlx::query_scalar(SQL).fetch_optional(c).await)?)
}

/// Every user in the order of ids, behind an id: for walks over everything.
///
/// # Errors
/// The database does not answer.
pub async fn after(c: &mut Connection, id: Option<&UserId>, limit: u32) -> Result<Vec<Author>> {
    const SQL: &str = "select * from users where id > $1 order by id limit $2";
    let id = id.map_or("", UserId::as_str);
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Authors who have at least one published post, by name.
///
/// # Errors
/// The database does not answer.
pub async fn listed(c: &mut Connection, limit: u32) -> Result<Vec<Author>> {
    const SQL: &str = "select * from users u where exists \
        (select 1 from listing_counts l where l.scope = 'author:' || u.id and l.posts > 0) \
        order by lower(name), id limit $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Saves a new user, or all of one that is there.
///
/// # Errors
/// [`super::DbError::Taken`] where the slug or the address is another user's.
pub async fn save(t: &mut Transaction, user: &Author) -> Result<()> {
    const SQL: &str = "insert into users (id, name, slug, email, role, status, profile_image, \
        cover_image, bio, website, location, facebook, twitter, threads, bluesky, mastodon, \
        tiktok, youtube, instagram, linkedin, meta_title, meta_description, created_at, \
        updated_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
        $19, $20, $21, $22, $23, $24) \
        on conflict (id) do update set name = excluded.name, slug = excluded.slug, \
        email = excluded.email, role = excluded.role, status = excluded.status, \
        profile_image = excluded.profile_image, cover_image = excluded.cover_image, \
        bio = excluded.bio, website = excluded.website, location = excluded.location, \
        facebook = excluded.facebook, twitter = excluded.twitter, threads = excluded.threads, \
        bluesky = excluded.bluesky, mastodon = excluded.mastodon, tiktok = excluded.tiktok, \
        youtube = excluded.youtube, instagram = excluded.instagram, \
        linkedin = excluded.linkedin, meta_title = excluded.meta_title, \
        meta_description = excluded.meta_description, created_at = excluded.created_at, \
        updated_at = excluded.updated_at";
    on!(t, c => sqlx::query(SQL)
        .bind(&user.id)
        .bind(&user.name)
        .bind(&user.slug)
        .bind(&user.email)
        .bind(user.role)
        .bind(user.status)
        .bind(&user.profile_image)
        .bind(&user.cover_image)
        .bind(&user.bio)
        .bind(&user.website)
        .bind(&user.location)
        .bind(&user.facebook)
        .bind(&user.twitter)
        .bind(&user.threads)
        .bind(&user.bluesky)
        .bind(&user.mastodon)
        .bind(&user.tiktok)
        .bind(&user.youtube)
        .bind(&user.instagram)
        .bind(&user.linkedin)
        .bind(&user.meta_title)
        .bind(&user.meta_description)
        .bind(user.created_at)
        .bind(user.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
