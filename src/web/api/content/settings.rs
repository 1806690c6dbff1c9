//! The settings of the site.

use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use super::site;
use crate::services::reading::Asker;
use crate::web::api::answer;
use crate::web::api::description::{Operation, sample};
use crate::web::api::error::{ApiError, Doing};
use crate::web::api::shape::Settings;
use crate::web::state::SiteState;

/// The settings, and no page of them.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SettingsAnswer")]
struct Answer<'a> {
    settings: Settings<'a>,
    meta: Meta,
}

/// Ghost sends one, with nothing in it.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Meta {}

pub(super) async fn read(state: SiteState) -> Result<Response, ApiError> {
    let read = state.reading.settings().await;
    let read = read.map_err(|error| Doing::Read("settings").failed(&error))?;
    let site = site(Asker::Reader, &state, &read.settings);
    let settings = Settings::of(&site, &read.settings);
    Ok(answer::made_of(read.seen, &Answer { settings, meta: Meta {} }))
}

pub(super) fn operations() -> Vec<Operation> {
    let settings = crate::domain::Settings::default();
    let example =
        Answer { settings: Settings::of(&sample::site(Asker::Reader), &settings), meta: Meta {} };
    vec![Operation::get("/content/settings/", "Read the settings").answers(&example)]
}
