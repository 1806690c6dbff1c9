//! What the API says of itself: an `OpenAPI` 3.1 document, and a page for people.
//!
//! Each handler's file says what can be asked of it, as [`Operation`]s beside the handler. The schemas are
//! made from the types that are serialised, and the examples by the code that serialises them. A test holds
//! the operations against the routes, and answers against the schemas (`tests/all/api/description.rs`).
//!
//! Source: <https://spec.openapis.org/oas/v3.1.1.html>.

mod document;
mod operation;
pub(super) mod parameter;
pub(super) mod sample;
mod schemas;

pub(super) use operation::{Operation, Resource};

use askama::Template as _;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};

use super::answer;
use super::door::Addresses;
use super::params::ListLimits;
use crate::web::AppState;
use crate::web::edge::{Declaration, Routes};
use crate::web::error::WebError;
use crate::web::site::theme;
use crate::web::state::SiteState;
use crate::web::views::{self, ReferencePage};

pub use document::document;

/// The name of the document, below the base of the API.
pub(super) const FILE: &str = "openapi.json";

pub(in crate::web) fn routes() -> Routes<AppState> {
    Routes::default().get("/ghost/api/", Declaration::PAGE, show).get(
        "/ghost/api/openapi.json",
        Declaration::PAGE,
        file,
    )
}

/// The document.
async fn file(
    state: SiteState,
    State(addresses): State<Addresses>,
    State(limits): State<ListLimits>,
) -> Result<Response, WebError> {
    // It is made from the program and its configuration; a look at the settings tells at which moment.
    let read = state.reading.settings().await?;
    let document = document(&addresses.api(), limits);
    Ok((Extension(read.seen), answer::json(&document)).into_response())
}

/// The page.
async fn show(
    state: SiteState,
    State(addresses): State<Addresses>,
    State(limits): State<ListLimits>,
) -> Result<Response, WebError> {
    let read = state.reading.settings().await?;
    let theme_url = theme::address(&read.settings);
    let site =
        views::Site { settings: &read.settings, base_url: &state.base_url, theme_url: &theme_url };
    let api = addresses.api();
    let document = document(&api, limits);
    let page = ReferencePage::new(site, &api, &document);
    Ok((Extension(read.seen), Html(page.render()?)).into_response())
}
