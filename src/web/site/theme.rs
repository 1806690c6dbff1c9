//! The style sheet that depends on the settings: the accent colour on both grounds.

use axum::Extension;
use axum::extract::Path;
use axum::response::IntoResponse as _;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{Result, text};
use crate::domain::Settings;
use crate::web::edge::Policy;
use crate::web::state::SiteState;
use crate::web::views::theme_css;

/// Its address; it holds a hash of the style sheet, which never changes under one address.
pub(in crate::web) fn address(settings: &Settings) -> String {
    format!("/theme/{}", file(&theme_css(settings)))
}

fn file(css: &str) -> String {
    format!("{}.css", HEXLOWER.encode(&Sha256::digest(css)[..8]))
}

/// Serves the style sheet of now. One of before is answered with that as well, but not for long: a
/// page that was rendered just before a change had better have the new colour than none.
pub(super) async fn show(state: SiteState, Path(name): Path<String>) -> Result {
    let read = state.reading.settings().await?;
    let css = theme_css(&read.settings);
    let is_of_now = name == file(&css);
    let answer = text(read.seen, "text/css; charset=utf-8", css);
    Ok(if is_of_now { answer } else { (Extension(Policy::NOTHING), answer).into_response() })
}
