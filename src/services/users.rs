//! The people of a site: who may sign in, and under which name their posts stand.

use std::sync::Arc;

use super::passwords::Passwords;
use super::{Result, ServiceError, keep};
use crate::clock::Clock;
use crate::content_clock::Stamper;
use crate::db::{self, Database, Transaction};
use crate::domain::author::{Role, UserStatus};
use crate::domain::slug::SlugStyle;
use crate::domain::{Author, Slug, UserId};
use crate::entropy::Entropy;

/// Adds and changes users.
#[derive(Debug, Clone)]
pub struct Users {
    db: Database,
    stamper: Stamper,
    passwords: Passwords,
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
        passwords: Passwords,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { db, stamper, passwords, clock, entropy }
    }

    /// Adds a user who may sign in. An author without an address whose name is the same becomes that
    /// user: so an imported author is taken over, posts and all.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the name, the address or the password will not do.
    pub async fn add(&self, user: &NewUser, password: &str) -> Result<Author> {
        let (name, email) = (user.name()?, user.email()?);
        let hash = self.passwords.hash(password).await?;
        let now = self.clock.now();
        let mut t = self.db.write().await?;
        if db::users::by_email(&mut t, &email).await?.is_some() {
            return Err(ServiceError::invalid("email", format!("`{email}` is a user already")));
        }
        let mut author = self.author_named(&mut t, name).await?;
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

    /// Makes somebody the owner of a site whose owner has no password: an owner who was imported is
    /// that person from now on, posts and all. Part of a larger change, which the caller commits.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the name or the address will not do.
    pub(super) async fn take_over(
        &self,
        t: &mut Transaction,
        user: &NewUser,
        hash: &str,
    ) -> Result<Author> {
        let (name, email) = (user.name()?, user.email()?);
        let now = self.clock.now();
        let owner = db::users::owner(t).await?.filter(|user| user.role == Role::Owner);
        let mut author = match owner {
            Some(owner) => owner,
            None => match db::users::by_email(t, &email).await? {
                Some(author) => author,
                None => self.author_named(t, name).await?,
            },
        };
        name.clone_into(&mut author.name);
        author.email = Some(email);
        author.role = Role::Owner;
        author.status = UserStatus::Active;
        author.updated_at = now;
        db::users::save(t, &author).await?;
        db::passwords::set(t, &author.id, hash, now).await?;
        Ok(author)
    }

    /// Gives a user another password, and signs them out everywhere. Whoever was locked may sign in.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where nobody has the address, or the password will not do.
    pub async fn set_password(&self, email: &str, password: &str) -> Result<Author> {
        let email = email.trim().to_lowercase();
        let hash = self.passwords.hash(password).await?;
        let now = self.clock.now();
        let mut t = self.db.write().await?;
        let Some(mut author) = db::users::by_email(&mut t, &email).await? else {
            return Err(ServiceError::invalid("email", format!("`{email}` is no user")));
        };
        if author.status != UserStatus::Active {
            author.status = UserStatus::Active;
            author.updated_at = now;
            db::users::save(&mut t, &author).await?;
        }
        db::passwords::set(&mut t, &author.id, &hash, now).await?;
        db::sign_ins::end_all(&mut t, &author.id, None).await?;
        keep(t, &self.stamper).await?;
        Ok(author)
    }

    /// The author of a name who has no address yet, else a new one.
    async fn author_named(&self, t: &mut Transaction, name: &str) -> Result<Author> {
        let now = self.clock.now();
        let id = UserId::new(now, self.entropy.next());
        let slug = Slug::of(name, SlugStyle::Ascii, id.as_str());
        match db::users::by_slug(t, &slug).await? {
            Some(author) if author.email.is_none() => Ok(author),
            taken => {
                let slug = if taken.is_some() { free_slug(t, &slug).await? } else { slug };
                Ok(Author::named(id, name, slug, now))
            }
        }
    }
}

impl NewUser {
    fn name(&self) -> Result<&str> {
        let name = self.name.trim();
        let is_bounded = (1..=191).contains(&name.chars().count());
        if !is_bounded || name.contains(char::is_control) {
            return Err(ServiceError::invalid("name", "has 1 to 191 characters"));
        }
        Ok(name)
    }

    fn email(&self) -> Result<String> {
        let email = self.email.trim().to_lowercase();
        let parts = email.split_once('@');
        let is_address = parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if !is_address || email.len() > 191 || email.contains(odd) {
            return Err(ServiceError::invalid("email", format!("`{email}` is no address")));
        }
        Ok(email)
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
