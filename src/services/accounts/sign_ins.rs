//! The sign-ins of a user: what counts, whatever a session says.

use std::time::Duration;

use super::{Accounts, Client};
use crate::db::{self, DbError, Source};
use crate::domain::author::UserStatus;
use crate::domain::sign_in::bounded_user_agent;
use crate::domain::{Author, SignIn, SignInId, UserId};
use crate::services::Result;

/// How exactly it is known when somebody was last seen: not every request writes.
const NOTED: Duration = Duration::from_mins(1);
/// The most sign-ins that are listed.
const LISTED: u32 = 100;

impl Accounts {
    /// Signs somebody in who has proved who they are.
    ///
    /// # Errors
    /// The database does not answer; this holds for every method here.
    pub async fn begin(&self, user: &UserId, client: &Client) -> Result<SignIn> {
        let now = self.clock.now();
        let sign_in = SignIn {
            id: SignInId::new(now, self.entropy.next()),
            user_id: user.clone(),
            created_at: now,
            seen_at: now,
            user_agent: bounded_user_agent(&client.user_agent),
            address: client.address.to_canonical().to_string(),
        };
        let mut t = self.db.write().await?;
        db::sign_ins::add(&mut t, &sign_in).await?;
        t.commit().await?;
        Ok(sign_in)
    }

    /// Who signed in, if that still counts.
    pub async fn signed_in(&self, id: &SignInId) -> Result<Option<Author>> {
        let mut snapshot = self.db.read_newest().await?;
        let now = self.clock.now();
        let found = db::sign_ins::by_id(&mut snapshot, id).await?;
        if found.is_none() && snapshot.source() != Source::Primary {
            // It may just not have come there yet, and that is no reason to sign anybody out.
            return Err(DbError::NoPrimary.into());
        }
        let Some(sign_in) = found.filter(|sign_in| self.lifetime.covers(sign_in, now)) else {
            return Ok(None);
        };
        let user = db::users::by_id(&mut snapshot, &sign_in.user_id).await?;
        drop(snapshot);
        let user = user.filter(|user| user.status == UserStatus::Active);
        if user.is_some() && now.since(sign_in.seen_at) >= NOTED {
            // Who may look while nobody can write is seen all the same, but not noted.
            if let Err(error) = self.note(id).await {
                tracing::debug!(%error, "it was not noted that somebody was here");
            }
        }
        Ok(user)
    }

    async fn note(&self, id: &SignInId) -> Result<()> {
        let mut t = self.db.write().await?;
        db::sign_ins::seen(&mut t, id, self.clock.now()).await?;
        Ok(t.commit().await?)
    }

    /// Where a user is signed in, the place that they used last first.
    pub async fn sign_ins(&self, user: &UserId) -> Result<Vec<SignIn>> {
        let now = self.clock.now();
        let all = db::sign_ins::of_user(&mut *self.db.read_newest().await?, user, LISTED).await?;
        Ok(all.into_iter().filter(|sign_in| self.lifetime.covers(sign_in, now)).collect())
    }

    /// Signs a user out in one place.
    pub async fn end(&self, user: &UserId, id: &SignInId) -> Result<()> {
        let mut t = self.db.write().await?;
        db::sign_ins::end(&mut t, user, id).await?;
        Ok(t.commit().await?)
    }

    /// Signs a user out everywhere but in one place.
    pub async fn end_others(&self, user: &UserId, here: &SignInId) -> Result<()> {
        let mut t = self.db.write().await?;
        db::sign_ins::end_all(&mut t, user, Some(here)).await?;
        Ok(t.commit().await?)
    }
}
