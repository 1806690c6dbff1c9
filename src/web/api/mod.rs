//! The JSON API for front ends, in the shapes of Ghost's Content API.
//!
//! So far it answers for the settings. Whatever it answers is public, and cached under the same
//! declarations as the pages.

mod settings;

use super::AppState;
use super::edge::{Declaration, Routes};

pub(super) fn routes() -> Routes<AppState> {
    Routes::default().get("/api/content/settings/", Declaration::PAGE, settings::read)
}
