//! Calling an integration something else.

use askama::Template;
use axum::extract::{Path, State};

use super::{Named, Operator, address, integration_id, one};
use crate::services::ServiceError;
use crate::web::AppState;
use crate::web::assets::asset;
use crate::web::desk::frame::{Frame, Place};
use crate::web::desk::site::DeskSite;
use crate::web::desk::{DeskError, Result, again, go_on, page};
use crate::web::session::{DeskForm, SignedIn};

/// The page: `templates/desk/integration_rename.html`.
#[derive(Template)]
#[template(path = "desk/integration_rename.html")]
struct RenamePage<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    /// What it is called until now.
    name: &'a str,
    /// What it is to be called.
    wish: &'a str,
    /// Why it cannot be.
    problem: Option<String>,
    address: String,
}

/// `GET /desk/integrations/{id}/rename/`
pub(super) async fn ask(
    State(state): State<AppState>,
    site: DeskSite,
    Operator(user): Operator,
    Path(id): Path<String>,
) -> Result {
    let (overview, name) = one::find(&state, &id).await?;
    let address = address(&overview.integration.id);
    page(&RenamePage::new(&site, &user, address, &name, &name, None))
}

/// `POST /desk/integrations/{id}/rename/`
pub(super) async fn rename(
    State(state): State<AppState>,
    site: DeskSite,
    Operator(user): Operator,
    Path(id): Path<String>,
    DeskForm(Named { name: wish }): DeskForm<Named>,
) -> Result {
    let address = address(&integration_id(&id)?);
    let problem = match state.integrations.rename(&integration_id(&id)?, &wish).await {
        Ok(()) => return Ok(go_on(&format!("{address}?done=renamed"))),
        Err(ServiceError::Invalid { field: "name", reason }) => format!("The name {reason}."),
        Err(ServiceError::Invalid { .. }) => return Err(DeskError::Missing),
        Err(error) => return Err(error.into()),
    };
    let (_, name) = one::find(&state, &id).await?;
    again(&RenamePage::new(&site, &user, address, &name, &wish, Some(problem)))
}

impl<'a> RenamePage<'a> {
    fn new(
        site: &'a DeskSite,
        user: &'a SignedIn,
        address: String,
        name: &'a str,
        wish: &'a str,
        problem: Option<String>,
    ) -> Self {
        let frame = Frame::new(&site.0.title, "Rename", Place::Integrations, user);
        Self { frame, csrf: &user.csrf, name, wish, problem, address }
    }
}
