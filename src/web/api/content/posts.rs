//! Posts and pages: a page is none of the posts, and a post none of the pages.

use axum::extract::Path;

use super::{Asked, Names, Result};
use crate::domain::PostKind;
use crate::services::reading::{Asker, Beside};
use crate::web::api::params::Params;
use crate::web::api::shape::{Post, only};
use crate::web::state::SiteState;

const POSTS: Names = Names { many: "posts", one: "post" };
const PAGES: Names = Names { many: "pages", one: "page" };

pub(super) async fn browse_posts(state: SiteState, params: Params) -> Result {
    let asked = Asked::list(Asker::Reader, POSTS, &params)?;
    show(&state, PostKind::Post, asked, &params).await
}

pub(super) async fn read_post(state: SiteState, Path(id): Path<String>, params: Params) -> Result {
    show(&state, PostKind::Post, Asked::by_id(Asker::Reader, POSTS, &id)?, &params).await
}

pub(super) async fn read_post_by_slug(
    state: SiteState,
    Path(slug): Path<String>,
    params: Params,
) -> Result {
    show(&state, PostKind::Post, Asked::by_slug(Asker::Reader, POSTS, &slug)?, &params).await
}

pub(super) async fn browse_pages(state: SiteState, params: Params) -> Result {
    let asked = Asked::list(Asker::Reader, PAGES, &params)?;
    show(&state, PostKind::Page, asked, &params).await
}

pub(super) async fn read_page(state: SiteState, Path(id): Path<String>, params: Params) -> Result {
    show(&state, PostKind::Page, Asked::by_id(Asker::Reader, PAGES, &id)?, &params).await
}

pub(super) async fn read_page_by_slug(
    state: SiteState,
    Path(slug): Path<String>,
    params: Params,
) -> Result {
    show(&state, PostKind::Page, Asked::by_slug(Asker::Reader, PAGES, &slug)?, &params).await
}

async fn show(state: &SiteState, kind: PostKind, asked: Asked, params: &Params) -> Result {
    let names = match kind {
        PostKind::Post => POSTS,
        PostKind::Page => PAGES,
    };
    let formats = params.formats(asked.doing)?;
    let fields = params.fields();
    let beside = Beside { tags: params.includes("tags"), authors: params.includes("authors") };
    // What belongs to a post is there if it was asked for, whatever the fields are; a text that is one
    // of the fields is there, whatever the formats are.
    let always: &[&str] = &["tags", "primary_tag", "authors", "primary_author"];
    let formats = match &fields {
        Some(fields) => formats.and(fields),
        None => formats,
    };
    let found = state.reading.browse_posts(kind, &asked.query, beside).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(names, state, found, |site, post| {
        only(&Post::of(site, post, beside, &formats), fields.as_deref(), always)
    })
}
