//! One integration: its webhooks, what each of them was told, and what its receiver said.

use askama::Template;
use axum::extract::{Path, State};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{Asked, Moment, Operator, address, integration_id};
use crate::domain::webhook::{Delivery, DeliveryState, MAX_TEXT, MAX_URL};
use crate::domain::{EventKind, WebhookId};
use crate::services::integrations::Overview;
use crate::services::webhooks::{WebhookError, WebhookLog, Wish};
use crate::web::AppState;
use crate::web::assets::asset;
use crate::web::desk::frame::{Frame, Place};
use crate::web::desk::site::DeskSite;
use crate::web::desk::{DeskError, Result, again, go_on, page};
use crate::web::session::{DeskForm, SignedIn};

/// How many of the last deliveries of a webhook are shown.
const SHOWN: i64 = 5;

/// The page: `templates/desk/integration.html`.
#[derive(Template)]
#[template(path = "desk/integration.html")]
struct IntegrationPage<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    address: String,
    read: Option<Moment>,
    admin: Option<Moment>,
    webhooks: Vec<Row>,
    done: Option<&'static str>,
    form: NewWebhook,
    events: Vec<String>,
    longest_url: usize,
    longest_text: usize,
    /// Which field of the new webhook will not do, and why.
    problem: Option<(&'static str, String)>,
}

/// A webhook in the list.
struct Row {
    action: String,
    event: String,
    target: String,
    name: Option<String>,
    is_signed: bool,
    deliveries: Vec<Told>,
}

/// What a webhook was told, and what became of it.
struct Told {
    id: String,
    at: Moment,
    state: String,
    is_good: bool,
    /// Why the last attempt came to nothing.
    error: Option<String>,
}

/// What is wanted, as the form has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewWebhook {
    event: String,
    target_url: String,
    name: String,
    secret: String,
}

/// What is to be done to a webhook.
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    /// A delivery to send again; without one, the webhook is removed.
    again: Option<String>,
}

impl IntegrationPage<'_> {
    fn problem_of(&self, field: &str) -> Option<&str> {
        self.problem.as_ref().filter(|(name, _)| *name == field).map(|(_, why)| why.as_str())
    }
}

/// `GET /desk/integrations/{id}/`
pub(super) async fn show(
    State(state): State<AppState>,
    site: DeskSite,
    Operator(user): Operator,
    Path(id): Path<String>,
    asked: Asked,
) -> Result {
    let (overview, name) = find(&state, &id).await?;
    let empty = NewWebhook::default();
    page(&view(&state, &site, &user, (&overview, &name), asked.words(), empty, None).await?)
}

/// `POST /desk/integrations/{id}/`: adds a webhook.
pub(super) async fn add(
    State(state): State<AppState>,
    site: DeskSite,
    Operator(user): Operator,
    Path(id): Path<String>,
    DeskForm(form): DeskForm<NewWebhook>,
) -> Result {
    let (overview, name) = find(&state, &id).await?;
    let wish = Wish {
        event: form.event.clone(),
        target_url: form.target_url.trim().to_owned(),
        name: Some(form.name.clone()),
        secret: Some(form.secret.clone()),
        api_version: None,
    };
    let problem = match state.webhooks.add(&overview.integration.id, &wish).await {
        Ok(_) => return Ok(go_on(&format!("{}?done=added", address(&overview.integration.id)))),
        Err(WebhookError::Taken) => {
            ("target_url", "This address is told of this event already.".to_owned())
        }
        Err(WebhookError::Invalid { field, reason }) => {
            let what = match field {
                "event" => "The event",
                "target_url" => "The address",
                "name" => "The name",
                _ => "The secret",
            };
            (field, format!("{what} {reason}."))
        }
        Err(error) => return Err(error.into()),
    };
    again(&view(&state, &site, &user, (&overview, &name), None, form, Some(problem)).await?)
}

/// `POST /desk/integrations/{id}/webhooks/{webhook}/`: sends something again, or removes the webhook.
pub(super) async fn change(
    State(state): State<AppState>,
    Operator(_): Operator,
    Path((id, webhook)): Path<(String, String)>,
    DeskForm(Change { again }): DeskForm<Change>,
) -> Result {
    let id = integration_id(&id)?;
    let webhook: WebhookId = webhook.parse().map_err(|_| DeskError::Missing)?;
    let done = if let Some(delivery) = again {
        let delivery = delivery.parse().map_err(|_| DeskError::Missing)?;
        state.webhooks.send_again(&id, &webhook, &delivery).await?;
        "again"
    } else {
        state.webhooks.remove(&id, &webhook).await?;
        "removed"
    };
    Ok(go_on(&format!("{}?done={done}", address(&id))))
}

/// The integration of an address, and its name.
pub(super) async fn find(state: &AppState, id: &str) -> Result<(Overview, String)> {
    let id = integration_id(id)?;
    let all = state.integrations.overview().await?;
    let found = all.into_iter().find(|it| it.integration.id == id).ok_or(DeskError::Missing)?;
    let name = found.integration.name.clone();
    Ok((found, name))
}

async fn view<'a>(
    state: &AppState,
    site: &'a DeskSite,
    user: &'a SignedIn,
    (overview, name): (&Overview, &'a str),
    done: Option<&'static str>,
    form: NewWebhook,
    problem: Option<(&'static str, String)>,
) -> Result<IntegrationPage<'a>> {
    let zone = site.0.zone();
    let id = &overview.integration.id;
    let logs = state.webhooks.logs(id, SHOWN).await?;
    let moment = |at| Moment::of(at, &zone);
    Ok(IntegrationPage {
        frame: Frame::new(&site.0.title, name, Place::Integrations, user),
        csrf: &user.csrf,
        address: address(id),
        read: overview.read_at.map(moment),
        admin: overview.admin_at.map(moment),
        webhooks: logs.into_iter().map(|log| Row::of(log, &address(id), &zone)).collect(),
        done,
        form,
        events: EventKind::all().map(|kind| kind.to_string()).collect(),
        longest_url: MAX_URL,
        longest_text: MAX_TEXT,
        problem,
    })
}

impl Row {
    fn of(log: WebhookLog, integration: &str, zone: &TimeZone) -> Self {
        let WebhookLog { webhook, deliveries } = log;
        Self {
            action: format!("{integration}webhooks/{}/", webhook.id),
            event: webhook.event.to_string(),
            target: webhook.target_url,
            name: webhook.name,
            is_signed: webhook.secret.is_some(),
            deliveries: deliveries.into_iter().map(|it| Told::of(it, zone)).collect(),
        }
    }
}

impl Told {
    fn of(delivery: Delivery, zone: &TimeZone) -> Self {
        let attempts = match delivery.attempts {
            1 => "after one attempt".to_owned(),
            many => format!("after {many} attempts"),
        };
        let state = match (delivery.state, delivery.status) {
            (DeliveryState::Delivered, Some(status)) if delivery.attempts == 1 => {
                format!("Delivered ({status})")
            }
            (DeliveryState::Delivered, Some(status)) => format!("Delivered ({status}) {attempts}"),
            (DeliveryState::Delivered, None) => "Delivered".to_owned(),
            (DeliveryState::GivenUp, _) => format!("Given up {attempts}"),
            (DeliveryState::Pending, _) if delivery.tried_at.is_none() => "Under way".to_owned(),
            (DeliveryState::Pending, _) => {
                format!("Next attempt at {}", delivery.next_at.in_zone(zone).strftime("%H:%M:%S"))
            }
        };
        Self {
            id: delivery.id.to_string(),
            at: Moment::of(delivery.recorded_at, zone),
            state,
            is_good: delivery.error.is_none(),
            error: delivery.error,
        }
    }
}
