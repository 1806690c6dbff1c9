//! What there is none of here, for clients that ask for it anyway.

use super::{Ask, Names, Result, list};
use crate::services::reading::Asker;
use crate::web::api::shape::Pagination;
use crate::web::state::SiteState;

pub(super) async fn newsletters(state: SiteState, ask: Ask) -> Result {
    none(&state, Names { many: "newsletters", one: "newsletter" }, &ask).await
}

pub(super) async fn recommendations(state: SiteState, ask: Ask) -> Result {
    none(&state, Names { many: "recommendations", one: "recommendation" }, &ask).await
}

async fn none(state: &SiteState, names: Names, ask: &Ask) -> Result {
    let asked = ask.of(Asker::Reader, names)?;
    let read = state.reading.settings().await.map_err(|error| asked.doing.failed(&error))?;
    Ok(list(read.seen, names.many, &[], &Pagination::of(asked.page, 0)))
}
