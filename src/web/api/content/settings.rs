//! The settings of the site.

use axum::response::Response;
use serde::Serialize;

use super::site;
use crate::services::reading::Asker;
use crate::web::api::answer;
use crate::web::api::error::{ApiError, Doing};
use crate::web::api::shape::Settings;
use crate::web::state::SiteState;

#[derive(Serialize)]
struct Answer<'a> {
    settings: Settings<'a>,
    meta: Meta,
}

/// Ghost sends one, with nothing in it.
#[derive(Serialize)]
struct Meta {}

pub(super) async fn read(state: SiteState) -> Result<Response, ApiError> {
    let read = state.reading.settings().await;
    let read = read.map_err(|error| Doing::Read("settings").failed(&error))?;
    let site = site(Asker::Reader, &state, &read.settings);
    let settings = Settings::of(&site, &read.settings);
    Ok(answer::made_of(read.seen, &Answer { settings, meta: Meta {} }))
}
