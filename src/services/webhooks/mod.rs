//! Webhooks: programs are told what happened to the site.
//!
//! [`Events`] writes down what happened, in the transaction of the change, for those who want to be told.
//! The [`Courier`] tells them, at least once, and asks again until they say yes; what it tells for the first
//! time waits in the [`WaitingRoom`] until every cache shows it. What they read of a post
//! is made by whoever speaks the API: [`Shape`].

mod backoff;
mod courier;
mod events;
mod letter;
mod waiting_room;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::clock::Clock;
use crate::db::{self, Database, DbError, Intent, Transaction};
use crate::domain::post::FullPost;
use crate::domain::webhook::{Delivery, MAX_TEXT, MAX_WEBHOOKS, target};
use crate::domain::{DeliveryId, EventKind, IntegrationId, Tag, Webhook, WebhookId};
use crate::entropy::Entropy;
use crate::http_client::Peers;

pub use courier::{Courier, Step};
pub use events::{Events, PostChange};
pub use waiting_room::WaitingRoom;

/// What receivers read of a thing, in the shapes of the API.
pub trait Shape: fmt::Debug + Send + Sync {
    /// A post or a page, whole.
    fn post(&self, post: &FullPost) -> Value;

    /// A content tag.
    fn tag(&self, tag: &Tag) -> Value;

    /// Which version of the API these shapes are of, as its answers say it.
    fn version(&self) -> &'static str;
}

/// Why something could not be done to a webhook.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// There is no such webhook.
    #[error("there is no such webhook")]
    Missing,
    /// It is another integration's.
    #[error("the webhook is another integration's")]
    NotTheirs,
    /// The integration is told of this event there already.
    #[error("there is a webhook for this event and this address already")]
    Taken,
    /// What was asked for breaks a rule.
    #[error("{field}: {reason}")]
    Invalid {
        /// The field that breaks it.
        field: &'static str,
        /// The rule, to stand behind the name of the field.
        reason: String,
    },
    /// It could not be asked, or not be kept.
    #[error(transparent)]
    Failed(DbError),
}

impl From<DbError> for WebhookError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Taken,
            failed => Self::Failed(failed),
        }
    }
}

/// What a use case of webhooks gives.
pub type Result<T, E = WebhookError> = std::result::Result<T, E>;

/// What an integration wants to be told.
#[derive(Clone, Default)]
pub struct Wish {
    /// Of which kind of event, by its name.
    pub event: String,
    /// Where.
    pub target_url: String,
    /// What people call it.
    pub name: Option<String>,
    /// What signs that it is we who tell it.
    pub secret: Option<String>,
    /// The version of Ghost's API that the receiver was written for.
    pub api_version: Option<String>,
}

/// A webhook, and what became of what it was told last.
#[derive(Debug, Clone)]
pub struct WebhookLog {
    /// The webhook.
    pub webhook: Webhook,
    /// The last deliveries, newest first.
    pub deliveries: Vec<Delivery>,
}

/// Adds, changes and removes webhooks.
#[derive(Debug, Clone)]
pub struct Webhooks {
    db: Database,
    events: Events,
    peers: Peers,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wish").field("event", &self.event).finish_non_exhaustive()
    }
}

impl Wish {
    /// The wish that a webhook is.
    #[must_use]
    pub fn of(webhook: &Webhook) -> Self {
        Self {
            event: webhook.event.to_string(),
            target_url: webhook.target_url.clone(),
            name: webhook.name.clone(),
            secret: webhook.secret.clone(),
            api_version: webhook.api_version.clone(),
        }
    }

    /// The kind of event, if the whole wish will do, and its address may be called as far as can be said now.
    fn check(&self, peers: Peers) -> Result<EventKind> {
        let refuse = |field, reason: String| Err(WebhookError::Invalid { field, reason });
        let Ok(kind) = self.event.parse() else {
            return refuse("event", "is none that the site tells of".to_owned());
        };
        let Some(target) = target(&self.target_url) else {
            let rule = "is an address that begins with `https://` or `http://`, without a password";
            return refuse("target_url", rule.to_owned());
        };
        if !target.host().is_some_and(|host| peers.admits_host(&host)) {
            return refuse("target_url", "is not one of the public internet".to_owned());
        }
        for (field, text) in
            [("name", &self.name), ("secret", &self.secret), ("api_version", &self.api_version)]
        {
            let text = text.as_deref().unwrap_or_default();
            if text.chars().count() > MAX_TEXT || text.contains(char::is_control) {
                return refuse(
                    field,
                    format!("has at most {MAX_TEXT} characters, all of them visible"),
                );
            }
        }
        Ok(kind)
    }
}

impl Webhooks {
    /// A service over a database, for receivers among some peers.
    #[must_use]
    pub fn new(
        db: Database,
        events: Events,
        peers: Peers,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { db, events, peers, clock, entropy }
    }

    /// Adds a webhook of an integration.
    ///
    /// # Errors
    /// [`WebhookError::Invalid`] where the wish will not do, or the integration is gone;
    /// [`WebhookError::Taken`] where it has the same already.
    pub async fn add(&self, integration: &IntegrationId, wish: &Wish) -> Result<Webhook> {
        let event = wish.check(self.peers)?;
        let now = self.clock.now();
        let webhook = Webhook {
            id: WebhookId::new(now, self.entropy.next()),
            integration_id: integration.clone(),
            event,
            target_url: wish.target_url.clone(),
            name: filled(wish.name.as_ref()),
            secret: filled(wish.secret.as_ref()),
            api_version: filled(wish.api_version.as_ref()),
            created_at: now,
            updated_at: now,
            last_triggered_at: None,
            last_triggered_status: None,
            last_triggered_error: None,
        };
        let mut t = self.db.write().await?;
        let invalid = |field, reason: String| Err(WebhookError::Invalid { field, reason });
        if db::integrations::by_id(&mut t, integration).await?.is_none() {
            return invalid("integration_id", format!("`{integration}` is no integration"));
        }
        if db::webhooks::count(&mut t).await? >= MAX_WEBHOOKS {
            return invalid("event", format!("finds {MAX_WEBHOOKS} webhooks already"));
        }
        db::webhooks::add(&mut t, &webhook).await?;
        t.commit().await?;
        Ok(webhook)
    }

    /// Makes a webhook of an integration another wish, by what it is: nobody else changes it meanwhile.
    /// Where the change is refused, nothing is saved.
    ///
    /// # Errors
    /// [`WebhookError::Missing`] where there is none; [`WebhookError::NotTheirs`]; else as
    /// [`Webhooks::add`].
    pub async fn edit<E>(
        &self,
        integration: &IntegrationId,
        id: &WebhookId,
        change: impl FnOnce(&mut Wish) -> Result<(), E>,
    ) -> Result<Result<Webhook, E>> {
        let mut t = self.db.write().await?;
        let before = theirs(&mut t, integration, id).await?;
        let mut wish = Wish::of(&before);
        if let Err(refusal) = change(&mut wish) {
            return Ok(Err(refusal));
        }
        let webhook = Webhook {
            event: wish.check(self.peers)?,
            target_url: wish.target_url.clone(),
            name: filled(wish.name.as_ref()),
            secret: filled(wish.secret.as_ref()),
            api_version: filled(wish.api_version.as_ref()),
            updated_at: self.clock.now(),
            ..before
        };
        db::webhooks::update(&mut t, &webhook).await?;
        t.commit().await?;
        Ok(Ok(webhook))
    }

    /// Removes a webhook of an integration, and what it was still to be told.
    ///
    /// # Errors
    /// [`WebhookError::Missing`] where there is none; [`WebhookError::NotTheirs`].
    pub async fn remove(&self, integration: &IntegrationId, id: &WebhookId) -> Result<()> {
        let mut t = self.db.write().await?;
        theirs(&mut t, integration, id).await?;
        db::webhooks::remove(&mut t, id).await?;
        Ok(t.commit().await?)
    }

    /// Removes a webhook, whosever it is; gives what it was.
    ///
    /// # Errors
    /// [`WebhookError::Missing`] where there is none.
    pub async fn remove_any(&self, id: &WebhookId) -> Result<Webhook> {
        let mut t = self.db.write().await?;
        let webhook = db::webhooks::by_id(&mut t, id).await?.ok_or(WebhookError::Missing)?;
        db::webhooks::remove(&mut t, id).await?;
        t.commit().await?;
        Ok(webhook)
    }

    /// All webhooks, those of an integration together.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn all(&self) -> Result<Vec<Webhook>> {
        let mut snapshot = self.db.read(Intent::Primary).await?;
        Ok(db::webhooks::all(&mut snapshot).await?)
    }

    /// The webhooks of an integration with so many of the last deliveries of each.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn logs(
        &self,
        integration: &IntegrationId,
        deliveries: i64,
    ) -> Result<Vec<WebhookLog>> {
        let mut snapshot = self.db.read(Intent::Primary).await?;
        let webhooks = db::webhooks::of(&mut snapshot, integration).await?;
        let told = db::deliveries::last_of_each(&mut snapshot, integration, deliveries).await?;
        let mut by_webhook: HashMap<WebhookId, Vec<Delivery>> = HashMap::new();
        for delivery in told {
            by_webhook.entry(delivery.webhook_id.clone()).or_default().push(delivery);
        }
        let log = |webhook: Webhook| {
            let deliveries = by_webhook.remove(&webhook.id).unwrap_or_default();
            WebhookLog { webhook, deliveries }
        };
        Ok(webhooks.into_iter().map(log).collect())
    }

    /// A webhook with so many of its last deliveries.
    ///
    /// # Errors
    /// [`WebhookError::Missing`] where there is none.
    pub async fn log(&self, id: &WebhookId, deliveries: i64) -> Result<WebhookLog> {
        let mut snapshot = self.db.read(Intent::Primary).await?;
        let webhook = db::webhooks::by_id(&mut snapshot, id).await?.ok_or(WebhookError::Missing)?;
        let deliveries = db::deliveries::last(&mut snapshot, id, deliveries).await?;
        Ok(WebhookLog { webhook, deliveries })
    }

    /// Tells a webhook once more what it was told, or was to be told: at once, and as often as if it were
    /// the first time.
    ///
    /// # Errors
    /// [`WebhookError::Missing`] where there is no such delivery any more; else as [`Webhooks::remove`].
    pub async fn send_again(
        &self,
        integration: &IntegrationId,
        webhook: &WebhookId,
        delivery: &DeliveryId,
    ) -> Result<()> {
        let mut t = self.db.write().await?;
        theirs(&mut t, integration, webhook).await?;
        if !db::deliveries::again(&mut t, webhook, delivery, self.clock.now()).await? {
            return Err(WebhookError::Missing);
        }
        t.commit().await?;
        self.events.wake();
        Ok(())
    }

    /// Forgets what happened long ago, and what became of it. Gives how many events are gone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn prune(&self) -> Result<u64> {
        let mut t = self.db.write().await?;
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        let gone = db::events::prune(&mut t, before, KEPT_EVENTS).await?;
        t.commit().await?;
        Ok(gone)
    }
}

/// How long it is kept what happened: a week.
const KEPT_SECONDS: i64 = 7 * 24 * 3600;
/// How many events are kept at most, beside those that are still to be told.
const KEPT_EVENTS: i64 = 10_000;

/// A webhook, held, if it is the integration's.
async fn theirs(
    t: &mut Transaction,
    integration: &IntegrationId,
    id: &WebhookId,
) -> Result<Webhook> {
    let webhook = db::webhooks::hold(t, id).await?.ok_or(WebhookError::Missing)?;
    if webhook.integration_id == *integration { Ok(webhook) } else { Err(WebhookError::NotTheirs) }
}

/// A text, if there is anything in it.
fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}
