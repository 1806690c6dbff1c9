//! Authors of something published.

use axum::extract::Path;

use super::{Asked, Names, Result, count_of};
use crate::services::reading::Asker;
use crate::web::api::params::Params;
use crate::web::api::shape::{Author, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "authors", one: "author" };

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
    let found = state.reading.browse_authors(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, state, found, |site, author| {
        let shape = Author::of(site, &author.row, count_of(params, author.posts));
        only(&shape, fields.as_deref(), &["count"])
    })
}
