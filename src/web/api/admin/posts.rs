//! Posts and pages in every state.

use super::auth::Integration;
use super::{Ask, Names, Result};
use crate::domain::PostKind;
use crate::services::reading::{Asker, Beside};
use crate::web::api::shape::{EditedPost, only};
use crate::web::state::SiteState;

/// Whoever edits a post needs what belongs to it, asked for or not.
const BESIDE: Beside = Beside { tags: true, authors: true };

pub(super) async fn posts(_: Integration, state: SiteState, ask: Ask) -> Result {
    show(&state, PostKind::Post, Names { many: "posts", one: "post" }, &ask).await
}

pub(super) async fn pages(_: Integration, state: SiteState, ask: Ask) -> Result {
    show(&state, PostKind::Page, Names { many: "pages", one: "page" }, &ask).await
}

async fn show(state: &SiteState, kind: PostKind, names: Names, ask: &Ask) -> Result {
    let asked = ask.of(Asker::Integration, names)?;
    let formats = ask.params.formats_to_edit(asked.doing)?;
    let fields = ask.params.fields();
    let reading = state.reading.of_primary();
    let found = reading.browse_posts(kind, &asked.query, BESIDE).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(names, state, found, |site, post| {
        only(&EditedPost::of(site, post, BESIDE, &formats), fields.as_deref(), &[])
    })
}
