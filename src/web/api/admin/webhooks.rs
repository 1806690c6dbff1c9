//! Webhooks of the integration that asks: each sees to its own, and to no other's.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;

use super::auth::Integration;
use super::bodies::{ChangedHook, NewHook};
use super::written::Written;
use super::{Ask, Names, Result};
use crate::domain::webhook::{MAX_TEXT, MAX_URL};
use crate::domain::{Webhook, WebhookId};
use crate::services::reading::Asker;
use crate::services::webhooks::{WebhookError, Wish};
use crate::web::AppState;
use crate::web::api::body::{Body, Fields};
use crate::web::api::description::{Operation, sample};
use crate::web::api::error::{ApiError, Doing, Kind};
use crate::web::api::shape::{Hook, Site};

const NAMES: Names = Names { many: "webhooks", one: "webhook" };

pub(super) async fn add(
    Integration { id: integration }: Integration,
    State(state): State<AppState>,
    body: Body,
) -> Result {
    let doing = Doing::Save(NAMES.one);
    let fields = body.one(NAMES, doing)?;
    for name in ["event", "target_url"] {
        if fields.words(name)?.is_none() {
            return Err(fields.refuses(name, "required"));
        }
    }
    let mut asked = Wish::default();
    wish(&fields, &mut asked)?;
    let added = state.webhooks.add(&integration, &asked).await;
    let webhook = added.map_err(|error| refused(doing, error))?;
    let address = state.addresses.admin(&format!("webhooks/{}/", webhook.id));
    Ok(shown(StatusCode::CREATED, &state, &webhook).at(&address).done())
}

pub(super) async fn edit(
    Integration { id: integration }: Integration,
    State(state): State<AppState>,
    ask: Ask,
    body: Body,
) -> Result {
    let doing = Doing::Edit(NAMES.one);
    let id: WebhookId = ask.id(doing)?;
    let fields = body.one(NAMES, doing)?;
    let change = |asked: &mut Wish| wish(&fields, asked);
    let edited = state.webhooks.edit(&integration, &id, change).await;
    let webhook = edited.map_err(|error| refused(doing, error))??;
    Ok(shown(StatusCode::OK, &state, &webhook).done())
}

pub(super) async fn delete(
    Integration { id: integration }: Integration,
    State(state): State<AppState>,
    ask: Ask,
) -> Result {
    let doing = Doing::Delete(NAMES.one);
    let removed = state.webhooks.remove(&integration, &ask.id(doing)?).await;
    removed.map_err(|error| refused(doing, error))?;
    Ok(Written::nothing().done())
}

/// Puts into a wish what a body says of it. Whose it is, is no field: it is whoever asks.
fn wish(fields: &Fields, wish: &mut Wish) -> Result<(), ApiError> {
    fields.text("event", MAX_TEXT, &mut wish.event)?;
    fields.text("target_url", MAX_URL, &mut wish.target_url)?;
    fields.optional("name", MAX_TEXT, &mut wish.name)?;
    fields.optional("secret", MAX_TEXT, &mut wish.secret)?;
    fields.optional("api_version", MAX_TEXT, &mut wish.api_version)
}

fn shown(status: StatusCode, state: &AppState, webhook: &Webhook) -> Written {
    let site = Site::for_integrations(&state.base_url);
    Written::one(status, NAMES.many, &json!(Hook::of(&site, webhook)))
}

/// Why something is not done, in the words of the API. What failed is logged here.
fn refused(doing: Doing, error: WebhookError) -> ApiError {
    match error {
        WebhookError::Missing => doing.fails(Kind::NotFound, "There is no such webhook."),
        WebhookError::NotTheirs => {
            doing.fails(Kind::NoPermission, "It is another integration's webhook.")
        }
        WebhookError::Taken => {
            doing.fails(Kind::Validation, "This address is told of this event already.")
        }
        WebhookError::Invalid { field, reason } => doing
            .fails(Kind::Validation, format!("Validation failed for {field}: {reason}"))
            .of(field),
        WebhookError::Failed(error) => doing.failed(&error),
    }
}

pub(super) fn operations() -> Vec<Operation> {
    let Names { many, one } = NAMES;
    let at = "/admin/webhooks/";
    let hook = Hook::of(&sample::site(Asker::Integration), &sample::webhook());
    let new = json!({ "event": "post.published", "target_url": "https://hooks.example.org/build" });
    let changed = json!({ "event": "site.changed" });
    vec![
        Operation::post(at, format!("Add a {one}"))
            .takes::<NewHook>(many, "", new)
            .creates(many, &hook),
        Operation::put(format!("{at}{{id}}/"), format!("Change a {one}"))
            .takes::<ChangedHook>(many, "", changed)
            .answers_one(many, &hook),
        Operation::delete(format!("{at}{{id}}/"), format!("Delete a {one}")),
    ]
}
