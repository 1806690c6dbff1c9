//! The style sheet that depends on the settings: the accent colour on both grounds.

use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use data_encoding::HEXLOWER;
use http::header;
use sha2::{Digest, Sha256};

use super::Result;
use crate::domain::Settings;
use crate::web::http::cache_control;
use crate::web::state::SiteState;
use crate::web::views::theme_css;

/// Its address; it holds a hash of the style sheet, which never changes under one address.
pub(super) fn address(settings: &Settings) -> String {
    format!("/theme/{}", file(&theme_css(settings)))
}

fn file(css: &str) -> String {
    format!("{}.css", HEXLOWER.encode(&Sha256::digest(css)[..8]))
}

/// Serves the style sheet of now. One of before is answered with that as well, but not for long: a
/// page that was rendered just before a change had better have the new colour than none.
pub(super) async fn show(State(state): State<SiteState>, Path(name): Path<String>) -> Result {
    let css = theme_css(&state.reading.settings().await?);
    let lifetime =
        if name == file(&css) { cache_control::IMMUTABLE } else { cache_control::NO_STORE };
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    Ok((headers, [(header::CACHE_CONTROL, lifetime)], css).into_response())
}
