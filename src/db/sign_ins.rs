//! Sign-ins: who is signed in, and where.

use super::connection::on;
use super::{Connection, Result, Transaction};
use crate::clock::Timestamp;
use crate::domain::{SignIn, SignInId, UserId};

/// The sign-in with an id.
///
/// # Errors
/// The database does not answer.
pub async fn by_id(c: &mut Connection, id: &SignInId) -> Result<Option<SignIn>> {
    const SQL: &str = "select * from sign_ins where id = $1";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// The sign-ins of a user, the one that was seen last first.
///
/// # Errors
/// The database does not answer.
pub async fn of_user(c: &mut Connection, user: &UserId, limit: u32) -> Result<Vec<SignIn>> {
    const SQL: &str =
        "select * from sign_ins where user_id = $1 order by seen_at desc, id desc limit $2";
    Ok(on!(c, c => sqlx::query_as(SQL).bind(user).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Adds a sign-in.
///
/// # Errors
/// The database does not answer.
pub async fn add(t: &mut Transaction, sign_in: &SignIn) -> Result<()> {
    const SQL: &str = "insert into sign_ins (id, user_id, created_at, seen_at, user_agent, address) \
        values ($1, $2, $3, $4, $5, $6)";
    on!(t, c => sqlx::query(SQL)
        .bind(&sign_in.id)
        .bind(&sign_in.user_id)
        .bind(sign_in.created_at)
        .bind(sign_in.seen_at)
        .bind(&sign_in.user_agent)
        .bind(&sign_in.address)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Notes that a sign-in was seen.
///
/// # Errors
/// The database does not answer.
pub async fn seen(t: &mut Transaction, id: &SignInId, now: Timestamp) -> Result<()> {
    const SQL: &str = "update sign_ins set seen_at = $2 where id = $1 and seen_at < $2";
    on!(t, c => sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Ends a sign-in of a user.
///
/// # Errors
/// The database does not answer.
pub async fn end(t: &mut Transaction, user: &UserId, id: &SignInId) -> Result<()> {
    const SQL: &str = "delete from sign_ins where id = $1 and user_id = $2";
    on!(t, c => sqlx::query(SQL).bind(id).bind(user).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Ends every sign-in of a user but one, if one is to stay.
///
/// # Errors
/// The database does not answer.
pub async fn end_all(t: &mut Transaction, user: &UserId, but: Option<&SignInId>) -> Result<()> {
    const SQL: &str = "delete from sign_ins where user_id = $1 and id <> $2";
    let but = but.map_or("", SignInId::as_str);
    on!(t, c => sqlx::query(SQL).bind(user).bind(but).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Removes those that began or were last seen too long ago; gives how many that were.
///
/// # Errors
/// The database does not answer.
pub async fn sweep(t: &mut Transaction, begun: Timestamp, seen: Timestamp) -> Result<u64> {
    const SQL: &str = "delete from sign_ins where created_at <= $1 or seen_at <= $2";
    Ok(on!(t, c => {
        sqlx::query(SQL).bind(begun).bind(seen).execute(c).await.map(|done| done.rows_affected())
    })?)
}
