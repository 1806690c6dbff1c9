//! A new key in the place of an old one, behind a page that asks.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _};
use http::StatusCode;

use super::remove::Agreed;
use super::{Operator, address, one};
use crate::domain::integration::KeyKind;
use crate::services::ServiceError;
use crate::web::AppState;
use crate::web::assets::asset;
use crate::web::desk::frame::{Frame, Place};
use crate::web::desk::site::DeskSite;
use crate::web::desk::{DeskError, Result, page};
use crate::web::session::DeskForm;

/// The page that asks: `templates/desk/integration_regenerate.html`.
#[derive(Template)]
#[template(path = "desk/integration_regenerate.html")]
struct RegeneratePage<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    name: &'a str,
    kind: &'static str,
    address: String,
}

/// The page with the key, which is shown once: `templates/desk/integration_key.html`.
#[derive(Template)]
#[template(path = "desk/integration_key.html")]
struct KeyPage<'a> {
    frame: Frame<'a>,
    name: &'a str,
    is_admin: bool,
    key: &'a str,
    address: String,
}

/// `GET /desk/integrations/{id}/keys/{kind}/`
pub(super) async fn ask(
    State(state): State<AppState>,
    site: DeskSite,
    Operator(user): Operator,
    Path((id, kind)): Path<(String, String)>,
) -> Result {
    let kind = kind_of(&kind)?;
    let (overview, name) = one::find(&state, &id).await?;
    page(&RegeneratePage {
        frame: Frame::new(&site.0.title, "Regenerate", Place::Integrations, &user),
        csrf: &user.csrf,
        name: &name,
        kind: kind.name(),
        address: address(&overview.integration.id),
    })
}

/// `POST /desk/integrations/{id}/keys/{kind}/`: the new key is in the answer, and nowhere else.
pub(super) async fn regenerate(
    State(state): State<AppState>,
    site: DeskSite,
    Operator(user): Operator,
    Path((id, kind)): Path<(String, String)>,
    DeskForm(Agreed {}): DeskForm<Agreed>,
) -> Result {
    let kind = kind_of(&kind)?;
    let (overview, name) = one::find(&state, &id).await?;
    let id = &overview.integration.id;
    let saved = match state.integrations.regenerate(id, kind).await {
        Ok(saved) => saved,
        Err(ServiceError::Invalid { .. }) => return Err(DeskError::Missing),
        Err(error) => return Err(error.into()),
    };
    let title = format!("A new {} key, shown once", kind.name());
    let view = KeyPage {
        frame: Frame::new(&site.0.title, &title, Place::Integrations, &user),
        name: &name,
        is_admin: kind == KeyKind::Admin,
        key: saved.value.reveal(),
        address: address(id),
    };
    let page = (StatusCode::CREATED, Html(view.render()?));
    Ok((Extension(saved.token), page).into_response())
}

/// The kind in an address.
fn kind_of(text: &str) -> Result<KeyKind> {
    KeyKind::ALL.into_iter().find(|kind| kind.name() == text).ok_or(DeskError::Missing)
}
