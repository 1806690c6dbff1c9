//! Content tags that something published has; those for the site's own use as well.

use axum::extract::Path;

use super::{Asked, Names, Result, count_of};
use crate::services::reading::Asker;
use crate::web::api::params::Params;
use crate::web::api::shape::{Tag, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "tags", one: "tag" };

pub(super) async fn browse(state: SiteState, params: Params) -> Result {
    show(&state, Asked::list(Asker::Reader, NAMES, &params)?, &params).await
}

pub(super) async fn read(state: SiteState, Path(id): Path<String>, params: Params) -> Result {
    show(&state, Asked::by_id(Asker::Reader, NAMES, &id)?, &params).await
}

pub(super) async fn read_by_slug(
    state: SiteState,
    Path(slug): Path<String>,
    params: Params,
) -> Result {
    show(&state, Asked::by_slug(Asker::Reader, NAMES, &slug)?, &params).await
}

async fn show(state: &SiteState, asked: Asked, params: &Params) -> Result {
    let fields = params.fields();
    let found = state.reading.browse_tags(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, state, found, |site, tag| {
        let shape = Tag::of(site, &tag.row, count_of(params, tag.posts));
        only(&shape, fields.as_deref(), &["count"])
    })
}
