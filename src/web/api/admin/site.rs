//! The site as a whole: what everybody may know of it, and what its programs may.

use axum::response::Response;
use serde_json::{Value, json};

use super::auth::Integration;

use crate::web::api::VERSION;
use crate::web::api::answer;
use crate::web::api::error::{ApiError, Doing};
use crate::web::api::shape::{Settings, Site};
use crate::web::state::SiteState;

/// The settings, each with its key.
pub(super) async fn settings(_: Integration, state: SiteState) -> Result<Response, ApiError> {
    let read = state.reading.of_primary().settings().await;
    let read = read.map_err(|error| Doing::Read("settings").failed(&error))?;
    let site = Site::for_integrations(&state.base_url);
    let settings = json!(Settings::of(&site, &read.settings));
    let pairs = settings.as_object().into_iter().flatten();
    let settings: Vec<Value> =
        pairs.map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(answer::json(&json!({ "settings": settings, "meta": {} })))
}

/// What runs here.
pub(super) async fn config(_: Integration, state: SiteState) -> Response {
    answer::json(&json!({ "config": {
        "version": VERSION,
        "environment": "production",
        "blogUrl": format!("{}/", state.base_url),
        "mail": "",
        "enableDeveloperExperiments": false,
        "clientExtensions": {},
    } }))
}

/// What everybody may know, before they prove who they are.
pub(super) async fn read(state: SiteState) -> Result<Response, ApiError> {
    let read = state.reading.settings().await;
    let settings = read.map_err(|error| Doing::Read("site").failed(&error))?.settings;
    Ok(answer::json(&json!({ "site": {
        "title": settings.title,
        "description": settings.description,
        "logo": settings.logo,
        "icon": settings.icon,
        "cover_image": settings.cover_image,
        "accent_color": settings.accent_color,
        "locale": settings.locale,
        "timezone": settings.timezone,
        "url": format!("{}/", state.base_url),
        "version": VERSION,
        "allow_external_signup": false,
    } })))
}
