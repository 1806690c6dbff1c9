//! The people of a site: who may sign in, and under which name their posts stand.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;

use super::{Result, ServiceError, keep};
use crate::clock::Clock;
use crate::content_clock::Stamper;
use crate::db::{self, Database, Transaction};
use crate::domain::author::{Role, UserStatus};
use crate::domain::slug::SlugStyle;
use crate::domain::{Author, Slug, UserId};
use crate::entropy::Entropy;

/// The shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// The longest password, in bytes: hashing it costs time that a stranger could ask for.
const MAX_PASSWORD: usize = 1_000;

/// Adds and changes users.
#[derive(Debug, Clone)]
pub struct Users {
    db: Database,
    stamper: Stamper,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What is needed to add a user.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Under which readers know them.
    pub name: String,
    /// With which they sign in.
    pub email: String,
    /// What they may do; the first user is the owner, whatever stands here.
    pub role: Role,
}

impl Users {
    /// A service over a database.
    pub fn new(
        db: Database,
        stamper: Stamper,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { db, stamper, clock, entropy }
    }

    /// Adds a user who may sign in. An author without an address whose name is the same becomes that
    /// user: so an imported author is taken over, posts and all.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the name, the address or the password will not do.
    pub async fn add(&self, user: &NewUser, password: &str) -> Result<Author> {
        let name = user.name.trim();
        if name.is_empty() || name.chars().count() > 191 {
            return Err(ServiceError::invalid("name", "has 1 to 191 characters"));
        }
        let email = user.email.trim().to_lowercase();
        let parts = email.split_once('@');
        let is_address = parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
        if !is_address || email.len() > 191 || email.contains(char::is_whitespace) {
            return Err(ServiceError::invalid("email", format!("`{email}` is no address")));
        }
        let hash = hash(password)?;
        let now = self.clock.now();
        let mut t = self.db.write().await?;
        if db::users::by_email(&mut t, &email).await?.is_some() {
            return Err(ServiceError::invalid("email", format!("`{email}` is a user already")));
        }
        let id = UserId::new(now, self.entropy.next());
        let slug = Slug::of(name, SlugStyle::Ascii, id.as_str());
        let mut author = match db::users::by_slug(&mut t, &slug).await? {
            Some(author) if author.email.is_none() => author,
            taken => {
                let slug = if taken.is_some() { free_slug(&mut t, &slug).await? } else { slug };
                Author::named(id, name, slug, now)
            }
        };
        let is_first = !db::users::is_there_an_owner(&mut t).await?;
        author.email = Some(email);
        author.role = if is_first { Role::Owner } else { user.role };
        author.status = UserStatus::Active;
        author.updated_at = now;
        db::users::save(&mut t, &author).await?;
        db::passwords::set(&mut t, &author.id, &hash, now).await?;
        keep(t, &self.stamper).await?;
        Ok(author)
    }
}

/// The first of `slug-2`, `slug-3` … that no user has.
pub(super) async fn free_slug(t: &mut Transaction, wish: &Slug) -> Result<Slug> {
    for number in 2..10_000 {
        let slug = wish.numbered(number);
        if db::users::by_slug(t, &slug).await?.is_none() {
            return Ok(slug);
        }
    }
    Err(ServiceError::invalid("slug", format!("`{wish}` and its numbers are taken")))
}

/// Hashes a password with argon2id at the crate's default costs (RFC 9106, OWASP's first choice).
fn hash(password: &str) -> Result<String> {
    if password.chars().count() < MIN_PASSWORD || password.len() > MAX_PASSWORD {
        return Err(ServiceError::invalid(
            "password",
            format!("has at least {MIN_PASSWORD} characters"),
        ));
    }
    match Argon2::default().hash_password(password.as_bytes()) {
        Ok(hash) => Ok(hash.to_string()),
        Err(error) => Err(ServiceError::invalid("password", error.to_string())),
    }
}
