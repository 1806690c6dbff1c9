//! Users: authors, and those who may sign in.

use axum::extract::Path;

use super::auth::Integration;
use super::{Asked, Names, Result, count_of};
use crate::services::reading::Asker;
use crate::web::api::params::Params;
use crate::web::api::shape::{User, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "users", one: "user" };
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

pub(super) async fn read_by_email(
    _: Integration,
    state: SiteState,
    Path(email): Path<String>,
    params: Params,
) -> Result {
    show(&state, Asked::by_email(NAMES, &email), &params).await
}

async fn show(state: &SiteState, asked: Asked, params: &Params) -> Result {
    let fields = params.fields();
    let found = state.reading.of_primary().browse_authors(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, state, found, |site, user| {
        let shape = User::of(site, &user.row, count_of(params, user.posts));
        only(&shape, fields.as_deref(), &["count"])
    })
}
