//! Webhooks: where a program wants to be told that something happened, and what became of the telling.

use std::fmt;

use url::Url;

use super::event::EventKind;
use super::ids::{DeliveryId, IntegrationId, WebhookId};
use crate::clock::Timestamp;

/// The longest address, in bytes (Ghost's limit).
pub const MAX_URL: usize = 2000;
/// The longest name and the longest secret, in characters (Ghost's limit).
pub const MAX_TEXT: usize = 191;

/// The most webhooks of a site: each of them is looked at with every change.
pub const MAX_WEBHOOKS: i64 = 500;

/// A wish of an integration to be told of one kind of event.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose it is.
    pub integration_id: IntegrationId,
    /// Of what it is told.
    #[sqlx(try_from = "String")]
    pub event: EventKind,
    /// Where it is told.
    pub target_url: String,
    /// What people call it.
    pub name: Option<String>,
    /// What signs that it is we who tell it.
    pub secret: Option<String>,
    /// The version of Ghost's API that the receiver was written for, if it said so.
    pub api_version: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When the receiver was last called.
    pub last_triggered_at: Option<Timestamp>,
    /// The status that it last answered with.
    pub last_triggered_status: Option<String>,
    /// Why the last call came to nothing, if it did.
    pub last_triggered_error: Option<String>,
}

/// Where the telling of one event to one webhook has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is still to be told.
    Pending,
    /// The receiver said yes.
    Delivered,
    /// It said no, or nothing, for so long that nobody asks any more.
    GivenUp,
}

/// One event for one webhook.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    /// Its id, the same in every attempt.
    pub id: DeliveryId,
    /// For whom.
    pub webhook_id: WebhookId,
    /// What happened.
    #[sqlx(try_from = "String")]
    pub event: EventKind,
    /// Where it has come to.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next, where it is still to be told.
    pub next_at: Timestamp,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// The status of the last answer, if there was one.
    pub status: Option<i32>,
    /// Why the last attempt came to nothing.
    pub error: Option<String>,
    /// When it happened.
    pub recorded_at: Timestamp,
}

/// An address, if it may be a target: `http` or `https`, a host, nothing that signs somebody in.
#[must_use]
pub fn target(url: &str) -> Option<Url> {
    let parsed = Url::parse(url).ok()?;
    let is_target = url.len() <= MAX_URL
        && !url.contains(|c: char| c.is_control() || c.is_whitespace())
        && matches!(parsed.scheme(), "http" | "https")
        && parsed.host_str().is_some_and(|host| !host.is_empty())
        && parsed.username().is_empty()
        && parsed.password().is_none();
    is_target.then_some(parsed)
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, integration_id, event, .. } = self;
        f.debug_struct("Webhook")
            .field("id", id)
            .field("integration_id", integration_id)
            .field("event", event)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_an_address_of_the_web() {
        for url in [
            "https://hooks.example.org/build",
            "http://127.0.0.1:8080/",
            "https://[2606:4700::1111]/x?token=a%20b",
            "https://bücher.example/",
        ] {
            assert!(target(url).is_some(), "{url}");
        }
        let long = format!("https://example.org/{}", "a".repeat(MAX_URL));
        for url in [
            "",
            "example.org",
            "/build",
            "ftp://example.org/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://",
            "https://user@example.org/",
            "https://user:pw@example.org/",
            "https://example.org/\na",
            " https://example.org/",
            &long,
        ] {
            assert!(target(url).is_none(), "{url}");
        }
    }
}
