//! What everybody may know of the site, before they prove who they are.

use axum::response::Response;
use serde_json::json;

use crate::web::api::VERSION;
use crate::web::api::answer;
use crate::web::api::error::{ApiError, Doing};
use crate::web::state::SiteState;

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
