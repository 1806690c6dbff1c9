//! Posts and pages in every state.

use axum::extract::Path;

use super::auth::Integration;
use super::{Asked, Names, Result};
use crate::domain::PostKind;
use crate::services::reading::{Asker, Beside};
use crate::web::api::params::Params;
use crate::web::api::shape::{EditedPost, only};
use crate::web::state::SiteState;

const POSTS: Names = Names { many: "posts", one: "post" };
const PAGES: Names = Names { many: "pages", one: "page" };
const ASKER: Asker = Asker::Integration;

pub(super) async fn browse_posts(_: Integration, state: SiteState, params: Params) -> Result {
    let asked = Asked::list(ASKER, POSTS, &params)?;
    show(&state, PostKind::Post, asked, &params).await
}

pub(super) async fn read_post(
    _: Integration,
    state: SiteState,
    Path(id): Path<String>,
    params: Params,
) -> Result {
    show(&state, PostKind::Post, Asked::by_id(ASKER, POSTS, &id)?, &params).await
}

pub(super) async fn read_post_by_slug(
    _: Integration,
    state: SiteState,
    Path(slug): Path<String>,
    params: Params,
) -> Result {
    show(&state, PostKind::Post, Asked::by_slug(ASKER, POSTS, &slug)?, &params).await
}

pub(super) async fn browse_pages(_: Integration, state: SiteState, params: Params) -> Result {
    let asked = Asked::list(ASKER, PAGES, &params)?;
    show(&state, PostKind::Page, asked, &params).await
}

pub(super) async fn read_page(
    _: Integration,
    state: SiteState,
    Path(id): Path<String>,
    params: Params,
) -> Result {
    show(&state, PostKind::Page, Asked::by_id(ASKER, PAGES, &id)?, &params).await
}

pub(super) async fn read_page_by_slug(
    _: Integration,
    state: SiteState,
    Path(slug): Path<String>,
    params: Params,
) -> Result {
    show(&state, PostKind::Page, Asked::by_slug(ASKER, PAGES, &slug)?, &params).await
}

async fn show(state: &SiteState, kind: PostKind, asked: Asked, params: &Params) -> Result {
    let names = match kind {
        PostKind::Post => POSTS,
        PostKind::Page => PAGES,
    };
    let formats = params.formats_to_edit(asked.doing)?;
    let fields = params.fields();
    // Whoever edits a post needs what belongs to it, asked for or not.
    let beside = Beside { tags: true, authors: true };
    let reading = state.reading.of_primary();
    let found = reading.browse_posts(kind, &asked.query, beside).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(names, state, found, |site, post| {
        only(&EditedPost::of(site, post, beside, &formats), fields.as_deref(), &[])
    })
}
