//! Webhooks: receivers are told what happened, at least once, and nobody else is.

mod care;
mod crash;
mod events;
mod shown;

use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use masthead::config::Config;
use masthead::content_clock::AsOf;
use masthead::db;
use masthead::domain::integration::Integration;
use masthead::domain::{IntegrationId, Webhook};
use masthead::services::webhooks::Wish;
use serde_json::Value;
use sha2::Sha256;

use crate::instance::Instance;
use crate::support::TestDatabase;
use crate::support::fixtures::author;
use crate::support::stand_in::{Asked, Says, StandIn};

/// A site with an author and an integration, and somebody who wants to be told.
pub struct Desk {
    pub site: Instance,
    pub integration: Integration,
    pub receiver: StandIn,
}

impl Desk {
    /// With a receiver that says yes to everything.
    pub async fn on(database: &TestDatabase) -> Self {
        Self::with(database, |_| {}).await
    }

    /// The same with a configuration of the test's own.
    pub async fn with(database: &TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        let receiver = StandIn::start(|_| Says::new(204, "")).await;
        let site = Instance::with(database, |config| {
            config.webhooks.allow_private = true;
            change(config);
        })
        .await;
        site.add_author(&author("Ann")).await;
        let integration = site.app.integrations.add("Build").await.unwrap().value.integration;
        Self { site, integration, receiver }
    }

    /// Wants some events to be told to the receiver.
    pub async fn want(&self, events: &[&str]) -> Vec<Webhook> {
        let url = format!("{}/hook?token=s3cr3t", self.receiver.url());
        let mut webhooks = Vec::new();
        for event in events {
            webhooks.push(want(&self.site, &self.integration.id, event, &url).await);
        }
        webhooks
    }

    /// Tells all that it is time to tell; gives what the receiver heard.
    pub async fn told(&self) -> Vec<Asked> {
        deliver(&self.site).await;
        self.receiver.asked()
    }

    /// The same by the names of the events.
    pub async fn told_events(&self) -> Vec<String> {
        let mut events: Vec<_> = self.told().await.iter().map(event).collect();
        events.sort_unstable();
        events
    }
}

/// Adds a webhook with a secret.
pub async fn want(site: &Instance, whose: &IntegrationId, event: &str, url: &str) -> Webhook {
    let wish = Wish {
        event: event.to_owned(),
        target_url: url.to_owned(),
        secret: Some("s3cr3t".to_owned()),
        ..Wish::default()
    };
    site.app.webhooks.add(whose, &wish).await.unwrap()
}

/// Tells all that it is time to tell, as an instance that shows everything.
pub async fn deliver(site: &Instance) {
    report(site, "here").await;
    let all = async {
        while site.app.courier.step().await.unwrap().begun > 0 {
            site.app.courier.finish().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all).await.expect("it ends");
}

/// Reports that an instance shows everything so far; gives up to where that is.
pub async fn report(site: &Instance, instance: &str) -> AsOf {
    let as_of = site.app.stamper.settle().await.unwrap();
    report_as_of(site, instance, as_of).await;
    as_of
}

/// Reports that an instance shows everything up to a change.
pub async fn report_as_of(site: &Instance, instance: &str, as_of: AsOf) {
    let mut t = site.app.db.write().await.unwrap();
    db::purges::report(&mut t, instance, as_of, site.app.clock.now()).await.unwrap();
    t.commit().await.unwrap();
}

/// What a receiver was told of.
pub fn event(asked: &Asked) -> String {
    asked.json()["event"].as_str().unwrap().to_owned()
}

/// The names of the fields of an object, in order.
pub fn fields(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Whether a signature is what Ghost's documentation says that it is, made anew from what was received.
pub fn is_signed(asked: &Asked, secret: &str) -> bool {
    let (hash, time) = asked.header("x-ghost-signature").split_once(", t=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&asked.body);
    mac.update(time.as_bytes());
    hash == format!("sha256={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}
