//! What there is none of here, for clients that ask for it anyway.

use super::{Asked, Names, Result, list};
use crate::services::reading::Asker;
use crate::web::api::params::Params;
use crate::web::api::shape::Pagination;
use crate::web::state::SiteState;

pub(super) async fn newsletters(state: SiteState, params: Params) -> Result {
    none(&state, Names { many: "newsletters", one: "newsletter" }, &params).await
}

pub(super) async fn recommendations(state: SiteState, params: Params) -> Result {
    none(&state, Names { many: "recommendations", one: "recommendation" }, &params).await
}

async fn none(state: &SiteState, names: Names, params: &Params) -> Result {
    let asked = Asked::list(Asker::Reader, names, params)?;
    let read = state.reading.settings().await.map_err(|error| asked.doing.failed(&error))?;
    Ok(list(read.seen, names.many, &[], Pagination::of(asked.page, 0)))
}
