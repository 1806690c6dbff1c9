//! Removing an integration, behind a page that asks.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::{Operator, address, integration_id, one};
use crate::services::ServiceError;
use crate::web::AppState;
use crate::web::assets::asset;
use crate::web::desk::frame::{Frame, Place};
use crate::web::desk::site::DeskSite;
use crate::web::desk::{DeskError, Result, go_on, page};
use crate::web::session::DeskForm;

/// The page: `templates/desk/integration_remove.html`.
#[derive(Template)]
#[template(path = "desk/integration_remove.html")]
struct RemovePage<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    name: &'a str,
    webhooks: usize,
    address: String,
}

/// What was agreed to: nothing beside the address.
#[derive(Debug, Deserialize)]
pub(super) struct Agreed {}

/// `GET /desk/integrations/{id}/remove/`
pub(super) async fn ask(
    State(state): State<AppState>,
    site: DeskSite,
    Operator(user): Operator,
    Path(id): Path<String>,
) -> Result {
    let (overview, name) = one::find(&state, &id).await?;
    page(&RemovePage {
        frame: Frame::new(&site.0.title, "Remove", Place::Integrations, &user),
        csrf: &user.csrf,
        name: &name,
        webhooks: overview.webhooks,
        address: address(&overview.integration.id),
    })
}

/// `POST /desk/integrations/{id}/remove/`
pub(super) async fn remove(
    State(state): State<AppState>,
    Operator(_): Operator,
    Path(id): Path<String>,
    DeskForm(Agreed {}): DeskForm<Agreed>,
) -> Result {
    match state.integrations.remove(&integration_id(&id)?).await {
        Ok(saved) => {
            Ok((Extension(saved.token), go_on("/desk/integrations/?done=gone")).into_response())
        }
        Err(ServiceError::Invalid { .. }) => Err(DeskError::Missing),
        Err(error) => Err(error.into()),
    }
}
