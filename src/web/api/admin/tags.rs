//! Content tags, whether something published has them or not.

use axum::extract::Path;

use super::auth::Integration;
use super::{Asked, Names, Result, count_of};
use crate::services::reading::Asker;
use crate::web::api::params::Params;
use crate::web::api::shape::{EditedTag, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "tags", one: "tag" };
const ASKER: Asker = Asker::Integration;

pub(super) async fn browse(_: Integration, state: SiteState, params: Params) -> Result {
    show(&state, Asked::list(ASKER, NAMES, &params)?, &params).await
}

pub(super) async fn read(
    _: Integration,
    state: SiteState,
    Path(id): Path<String>,
    params: Params,
) -> Result {
    show(&state, Asked::by_id(ASKER, NAMES, &id)?, &params).await
}

pub(super) async fn read_by_slug(
    _: Integration,
    state: SiteState,
    Path(slug): Path<String>,
    params: Params,
) -> Result {
    show(&state, Asked::by_slug(ASKER, NAMES, &slug)?, &params).await
}

async fn show(state: &SiteState, asked: Asked, params: &Params) -> Result {
    let fields = params.fields();
    let found = state.reading.of_primary().browse_tags(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, state, found, |site, tag| {
        let shape = EditedTag::of(site, &tag.row, count_of(params, tag.posts));
        only(&shape, fields.as_deref(), &["count"])
    })
}
