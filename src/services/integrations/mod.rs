//! Integrations: an owner lets a program in, gives it other keys, and takes its keys away again.

mod keyring;

use std::collections::HashMap;
use std::sync::Arc;

use super::{Result, Saved, ServiceError, keep};
use crate::clock::Clock;
use crate::content_clock::Stamper;
use crate::db::{self, Database, Intent};
use crate::domain::integration::{ApiKey, Integration, KeyKind, Secret};
use crate::domain::{IntegrationId, Timestamp};
use crate::entropy::Entropy;

pub use keyring::{AdminKey, Holder, Keyring, Signer};

/// The longest name.
const MAX_NAME: usize = 191;

/// Adds, changes and removes integrations.
#[derive(Debug, Clone)]
pub struct Integrations {
    db: Database,
    stamper: Stamper,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// An integration with its keys, which are shown this once.
#[derive(Debug, Clone)]
pub struct NewIntegration {
    /// The integration.
    pub integration: Integration,
    /// Reads what is published.
    pub content_key: Secret,
    /// Writes.
    pub admin_key: Secret,
}

/// An integration, and what it does with its keys.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The integration.
    pub integration: Integration,
    /// When its content key was last used, to the minute.
    pub read_at: Option<Timestamp>,
    /// When its admin key was last used, to the minute.
    pub admin_at: Option<Timestamp>,
    /// How many webhooks it has.
    pub webhooks: usize,
}

impl Integrations {
    /// A service over a database.
    pub fn new(
        db: Database,
        stamper: Stamper,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { db, stamper, clock, entropy }
    }

    /// Lets a program in, by two keys of its own.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the name will not do.
    pub async fn add(&self, name: &str) -> Result<Saved<NewIntegration>> {
        let now = self.clock.now();
        let integration = Integration {
            id: IntegrationId::new(now, self.entropy.next()),
            name: checked(name)?,
            created_at: now,
        };
        let new = |kind| ApiKey::new(&integration.id, kind, now, self.entropy.as_ref());
        let (content, content_key) = new(KeyKind::Content);
        let (admin, admin_key) = new(KeyKind::Admin);
        let mut t = self.db.write().await?;
        db::integrations::add(&mut t, &integration).await?;
        db::integrations::add_key(&mut t, &content).await?;
        db::integrations::add_key(&mut t, &admin).await?;
        let token = keep(t, &self.stamper).await?;
        Ok(Saved { value: NewIntegration { integration, content_key, admin_key }, token })
    }

    /// Gives an integration another name. Only the owner knows it by that, so nothing is made anew.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the name will not do, or there is no such integration.
    pub async fn rename(&self, id: &IntegrationId, name: &str) -> Result<()> {
        let name = checked(name)?;
        let mut t = self.db.write().await?;
        if !db::integrations::rename(&mut t, id, &name).await? {
            return Err(missing(id));
        }
        Ok(t.commit().await?)
    }

    /// Puts a new key in the place of one that an integration has, which opens nothing from then on. Every
    /// instance hears of it as of any change. Its id is new as well: what was known of the old one, like
    /// when it was used, is not said of the new one.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where there is no such integration.
    pub async fn regenerate(&self, id: &IntegrationId, kind: KeyKind) -> Result<Saved<Secret>> {
        let (key, secret) = ApiKey::new(id, kind, self.clock.now(), self.entropy.as_ref());
        let mut t = self.db.write().await?;
        // Of two who ask at once the second takes away what the first was given: there is one key of a kind.
        db::integrations::hold(&mut t, id).await?.ok_or_else(|| missing(id))?;
        db::integrations::remove_keys(&mut t, id, kind).await?;
        db::integrations::add_key(&mut t, &key).await?;
        Ok(Saved { value: secret, token: keep(t, &self.stamper).await? })
    }

    /// All integrations, by name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn all(&self) -> Result<Vec<Integration>> {
        let mut snapshot = self.db.read(Intent::Primary).await?;
        Ok(db::integrations::all(&mut snapshot).await?)
    }

    /// All integrations, by name, with what they do.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn overview(&self) -> Result<Vec<Overview>> {
        let mut snapshot = self.db.read(Intent::Primary).await?;
        let keys = db::integrations::keys(&mut snapshot).await?;
        let seen: HashMap<_, _> =
            db::integrations::uses(&mut snapshot).await?.into_iter().collect();
        let webhooks = db::webhooks::all(&mut snapshot).await?;
        let integrations = db::integrations::all(&mut snapshot).await?;
        let overview = |integration: Integration| {
            let used = |kind: KeyKind| {
                let theirs = keys.iter().filter(|key| key.integration_id == integration.id);
                let of_kind = theirs.filter(|key| key.kind == kind);
                of_kind.filter_map(|key| seen.get(&key.id).copied()).max()
            };
            let (read_at, admin_at) = (used(KeyKind::Content), used(KeyKind::Admin));
            let theirs = webhooks.iter().filter(|it| it.integration_id == integration.id);
            Overview { webhooks: theirs.count(), read_at, admin_at, integration }
        };
        Ok(integrations.into_iter().map(overview).collect())
    }

    /// Takes the keys of an integration away, and forgets it. Every instance hears of it as of any
    /// change.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where there is none.
    pub async fn remove(&self, id: &IntegrationId) -> Result<Saved<()>> {
        let mut t = self.db.write().await?;
        if !db::integrations::remove(&mut t, id).await? {
            return Err(missing(id));
        }
        Ok(Saved { value: (), token: keep(t, &self.stamper).await? })
    }
}

/// A name, if it will do.
fn checked(name: &str) -> Result<String> {
    let name = name.trim();
    let is_bounded = (1..=MAX_NAME).contains(&name.chars().count());
    if !is_bounded || name.contains(char::is_control) {
        return Err(ServiceError::invalid("name", format!("has 1 to {MAX_NAME} characters")));
    }
    Ok(name.to_owned())
}

fn missing(id: &IntegrationId) -> ServiceError {
    ServiceError::invalid("id", format!("`{id}` is no integration"))
}
