//! Integrations: an owner lets a program in, and takes its keys away again.

mod keyring;

use std::collections::HashMap;
use std::sync::Arc;

use super::{Result, Saved, ServiceError, keep};
use crate::clock::Clock;
use crate::content_clock::Stamper;
use crate::db::{self, Database, Intent};
use crate::domain::integration::{self, ApiKey, Integration, KeyKind, Secret};
use crate::domain::{IntegrationId, KeyId, Timestamp};
use crate::entropy::Entropy;

pub use keyring::{AdminKey, Holder, Keyring, Signer};

/// The longest name.
const MAX_NAME: usize = 191;

/// Adds and removes integrations.
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
    /// The id of the key that writes.
    pub admin_key_id: KeyId,
    /// Its secret.
    pub admin_secret: Secret,
}

/// An integration, and what it does with its keys.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The integration.
    pub integration: Integration,
    /// When it last read what is published, to the minute.
    pub read_at: Option<Timestamp>,
    /// When it last used its admin key, to the minute.
    pub admin_at: Option<Timestamp>,
    /// How many webhooks it has.
    pub webhooks: usize,
}

impl NewIntegration {
    /// The admin key, as clients take it: its id and its secret.
    #[must_use]
    pub fn admin_key(&self) -> String {
        format!("{}:{}", self.admin_key_id, self.admin_secret.reveal())
    }
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
        let name = name.trim();
        let is_bounded = (1..=MAX_NAME).contains(&name.chars().count());
        if !is_bounded || name.contains(char::is_control) {
            return Err(ServiceError::invalid("name", format!("has 1 to {MAX_NAME} characters")));
        }
        let now = self.clock.now();
        let integration = Integration {
            id: IntegrationId::new(now, self.entropy.next()),
            name: name.to_owned(),
            created_at: now,
        };
        let content_key = Secret::of_content(self.entropy.as_ref());
        let admin_secret = Secret::of_admin(self.entropy.as_ref());
        let key = |kind, secret| ApiKey {
            id: KeyId::new(now, self.entropy.next()),
            integration_id: integration.id.clone(),
            kind,
            secret,
            created_at: now,
        };
        let hash = data_encoding::HEXLOWER.encode(&integration::hash_of(content_key.reveal()));
        let content = key(KeyKind::Content, hash);
        let admin = key(KeyKind::Admin, admin_secret.reveal().to_owned());
        let mut t = self.db.write().await?;
        db::integrations::add(&mut t, &integration).await?;
        db::integrations::add_key(&mut t, &content).await?;
        db::integrations::add_key(&mut t, &admin).await?;
        let token = keep(t, &self.stamper).await?;
        let value =
            NewIntegration { integration, content_key, admin_key_id: admin.id, admin_secret };
        Ok(Saved { value, token })
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
            return Err(ServiceError::invalid("id", format!("`{id}` is no integration")));
        }
        Ok(Saved { value: (), token: keep(t, &self.stamper).await? })
    }
}
