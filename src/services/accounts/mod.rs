//! Accounts: who comes in, how they prove who they are, and for how long that counts.
//!
//! What counts is a row in the database for each sign-in ([`sign_ins`]): a session only names its row,
//! so to remove the row is to sign out, on every instance at once. The first owner comes in by a code
//! ([`set_up`]). How often somebody may try stands in the database as well ([`attempts`]).

mod attempts;
mod set_up;
mod sign_ins;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use metrics::counter;

use super::passwords::Passwords;
use super::users::Users;
use super::{Result, ServiceError};
use crate::clock::Clock;
use crate::content_clock::Stamper;
use crate::db::{self, Database, Intent};
use crate::domain::author::UserStatus;
use crate::domain::sign_in::Lifetime;
use crate::domain::{Author, SignInId, UserId};
use crate::entropy::Entropy;

pub use set_up::SetUpCode;

/// Lets people in.
#[derive(Debug, Clone)]
pub struct Accounts {
    db: Database,
    stamper: Stamper,
    users: Users,
    passwords: Passwords,
    lifetime: Lifetime,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Where a request comes from, as far as it can be told.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its address.
    pub address: IpAddr,
    /// What the browser says of itself.
    pub user_agent: String,
}

/// Why somebody does not come in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such user, or this is not their password; which of them, nobody is told.
    #[error("the address or the password is wrong")]
    Wrong,
    /// It went wrong too often of late; after this time they may try again.
    #[error("it went wrong too often")]
    TooOften(Duration),
    /// Something failed.
    #[error(transparent)]
    Failed(#[from] ServiceError),
}

impl From<db::DbError> for SignInError {
    fn from(error: db::DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl Accounts {
    /// A service over a database; `lifetime` is how long a sign-in counts.
    pub fn new(
        db: Database,
        stamper: Stamper,
        users: Users,
        passwords: Passwords,
        lifetime: Lifetime,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { db, stamper, users, passwords, lifetime, clock, entropy }
    }

    /// The user with an address and a password. Who is unknown waits as long as who is wrong.
    ///
    /// # Errors
    /// [`SignInError::Wrong`], [`SignInError::TooOften`], or the database does not answer.
    pub async fn prove(
        &self,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<Author, SignInError> {
        let email = email.trim().to_lowercase();
        let attempt = self.attempt(&email, client.address).await?;
        let mut snapshot = self.db.read(Intent::Primary).await?;
        // PostgreSQL takes no text with a zero in it, and nobody has such an address.
        let user = if email.contains(char::is_control) {
            None
        } else {
            db::users::by_email(&mut snapshot, &email).await?
        };
        let user = user.filter(|user| user.status == UserStatus::Active);
        // Asked for nobody as well: what is not done could be measured.
        let id = user.as_ref().map_or_else(|| UserId::derived("nobody"), |user| user.id.clone());
        let hash = db::passwords::of(&mut snapshot, &id).await?;
        drop(snapshot);
        let is_right = self.passwords.verify(password, hash).await?;
        let Some(user) = user.filter(|_| is_right) else {
            tried("wrong");
            return Err(SignInError::Wrong);
        };
        self.forgive(&attempt).await?;
        tried("right");
        Ok(user)
    }

    /// Gives a user another password, and signs them out everywhere but here.
    ///
    /// # Errors
    /// [`SignInError::Wrong`] where `current` is not their password, [`ServiceError::Invalid`] where
    /// the new one will not do.
    pub async fn change_password(
        &self,
        user: &Author,
        current: &str,
        new: &str,
        client: &Client,
        here: &SignInId,
    ) -> Result<(), SignInError> {
        let email = user.email.as_deref().unwrap_or_default();
        let proved = self.prove(email, current, client).await?;
        let hash = self.passwords.hash(new).await?;
        let mut t = self.db.write().await?;
        db::passwords::set(&mut t, &proved.id, &hash, self.clock.now()).await?;
        db::sign_ins::end_all(&mut t, &proved.id, Some(here)).await?;
        t.commit().await?;
        Ok(())
    }

    /// A secret that all instances share, for what leaves the site and comes back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn shared_secret(&self, name: &str) -> Result<[u8; db::secrets::LENGTH]> {
        if let Some(secret) =
            db::secrets::find(&mut *self.db.read(Intent::Primary).await?, name).await?
        {
            return Ok(secret);
        }
        let mut t = self.db.write().await?;
        let secret = db::secrets::shared(&mut t, name, self.random()).await?;
        t.commit().await?;
        Ok(secret)
    }

    /// Removes what counts no more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep(&self) -> Result<()> {
        let now = self.clock.now();
        let ago = |time: Duration| now.plus_seconds(-time.as_secs().cast_signed());
        let mut t = self.db.write().await?;
        let (begun, seen) = (ago(self.lifetime.absolute), ago(self.lifetime.idle));
        db::sign_ins::sweep(&mut t, begun, seen).await?;
        db::sign_in_failures::sweep(&mut t, ago(attempts::FORGOTTEN)).await?;
        t.commit().await?;
        Ok(())
    }

    fn random(&self) -> [u8; db::secrets::LENGTH] {
        let mut bytes = [0; db::secrets::LENGTH];
        for part in bytes.chunks_exact_mut(8) {
            part.copy_from_slice(&self.entropy.next().to_ne_bytes());
        }
        bytes
    }
}

/// Counts an attempt to sign in by its outcome: `right`, `wrong`, `too_often`.
fn tried(outcome: &'static str) {
    counter!("masthead_sign_in_attempts_total", "outcome" => outcome).increment(1);
}
