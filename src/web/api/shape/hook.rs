//! Webhooks.

use schemars::JsonSchema;
use serde::Serialize;

use super::Site;
use crate::domain::Webhook;

/// A webhook, for the integration that it is of.
#[derive(Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct Hook {
    id: String,
    event: String,
    target_url: String,
    name: Option<String>,
    secret: Option<String>,
    api_version: Option<String>,
    integration_id: String,
    /// When its receiver was last called.
    #[schemars(extend("format" = "date-time"))]
    last_triggered_at: Option<String>,
    /// The status that it answered with.
    last_triggered_status: Option<String>,
    last_triggered_error: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
}

impl Hook {
    pub(in crate::web::api) fn of(site: &Site<'_>, webhook: &Webhook) -> Self {
        Self {
            id: webhook.id.to_string(),
            event: webhook.event.to_string(),
            target_url: webhook.target_url.clone(),
            name: webhook.name.clone(),
            secret: webhook.secret.clone(),
            api_version: webhook.api_version.clone(),
            integration_id: webhook.integration_id.to_string(),
            last_triggered_at: webhook.last_triggered_at.map(|at| site.dates.write(at)),
            last_triggered_status: webhook.last_triggered_status.clone(),
            last_triggered_error: webhook.last_triggered_error.clone(),
            created_at: site.dates.write(webhook.created_at),
            updated_at: site.dates.write(webhook.updated_at),
        }
    }
}
