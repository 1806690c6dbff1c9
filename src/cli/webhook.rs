//! `masthead webhook`: programs are told what happened to the site.

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;
use crate::domain::webhook::{Delivery, DeliveryState};
use crate::domain::{IntegrationId, Webhook, WebhookId};
use crate::services::webhooks::Wish;

/// How many deliveries a log shows where nobody says how many.
const SHOWN: u32 = 20;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the webhooks; no secret is shown
    List,
    /// Tell an integration of a kind of event, like post.published or site.changed
    Add {
        /// The id of the integration, as `masthead integration list` shows it
        integration: IntegrationId,
        /// Of what it is told
        event: String,
        /// Where
        #[arg(value_name = "URL")]
        target_url: String,
        /// What to call it
        #[arg(long)]
        name: Option<String>,
        /// What signs each message; better in the environment, which nobody else sees
        #[arg(long, env = "MASTHEAD_WEBHOOK_SECRET", hide_env_values = true)]
        secret: Option<String>,
    },
    /// Remove a webhook, and what it was still to be told
    Remove {
        /// Its id, as `list` shows it
        id: WebhookId,
    },
    /// Show what a webhook was told last, and what its receiver said
    Log {
        /// Its id, as `list` shows it
        id: WebhookId,
        /// How many messages at most
        #[arg(long, default_value_t = SHOWN, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Failure> {
    let app = App::open(config).await?;
    let words = match command {
        Command::List => {
            let lines: Vec<_> = app.webhooks.all().await?.iter().map(line).collect();
            lines.join("\n")
        }
        Command::Add { integration, event, target_url, name, secret } => {
            let wish = Wish { event, target_url, name, secret, api_version: None };
            let webhook = app.webhooks.add(&integration, &wish).await?;
            line(&webhook)
        }
        Command::Remove { id } => {
            let webhook = app.webhooks.remove_any(&id).await?;
            format!("{} is told of {} no more.", webhook.target_url, webhook.event)
        }
        Command::Log { id, limit } => {
            let log = app.webhooks.log(&id, limit.into()).await?;
            let lines: Vec<_> = log.deliveries.iter().map(told).collect();
            lines.join("\n")
        }
    };
    app.close().await;
    say(&words)
}

fn line(webhook: &Webhook) -> String {
    let Webhook { id, integration_id, event, target_url, .. } = webhook;
    let signed = if webhook.secret.is_some() { "signed" } else { "not signed" };
    let last = match (&webhook.last_triggered_at, &webhook.last_triggered_error) {
        (None, _) => "never called".to_owned(),
        (Some(at), None) => format!("told at {}", at.to_rfc3339()),
        (Some(at), Some(error)) => format!("failed at {}: {error}", at.to_rfc3339()),
    };
    let name = webhook.name.as_ref().map(|name| format!("  {name}")).unwrap_or_default();
    format!("{id}  {event}  {target_url}  of {integration_id}  {signed}  {last}{name}")
}

fn told(delivery: &Delivery) -> String {
    let state = match delivery.state {
        DeliveryState::Pending => format!("waits until {}", delivery.next_at.to_rfc3339()),
        DeliveryState::Delivered => "delivered".to_owned(),
        DeliveryState::GivenUp => "given up".to_owned(),
    };
    let error = delivery.error.as_ref().map(|error| format!("  {error}")).unwrap_or_default();
    let tried = if delivery.attempts == 1 {
        "once".to_owned()
    } else {
        format!("{} times", delivery.attempts)
    };
    let (at, event, id) = (delivery.recorded_at.to_rfc3339(), delivery.event, &delivery.id);
    format!("{at}  {event}  {state}, tried {tried}  {id}{error}")
}
