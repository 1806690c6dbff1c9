//! The Content API: what is published, for front ends.

mod authors;
mod nothing;
mod posts;
mod search_index;
mod settings;
mod tags;
mod tiers;

use super::asked::{Ask, Names, Result, list, site};
use super::description::Operation;
use super::params::{BROWSE, READ, READ_IF};
use crate::web::AppState;
use crate::web::edge::{Declaration, Routes};

pub(in crate::web) fn routes() -> Routes<AppState> {
    const LIST: Declaration = Declaration::PAGE.query(BROWSE);
    const ONE: Declaration = Declaration::PAGE.query(READ);
    const ONE_IF: Declaration = Declaration::PAGE.query(READ_IF);
    Routes::default()
        .get("/ghost/api/content/posts/", LIST, posts::posts)
        .get("/ghost/api/content/posts/{id}/", ONE, posts::posts)
        .get("/ghost/api/content/posts/slug/{slug}/", ONE, posts::posts)
        .get("/ghost/api/content/pages/", LIST, posts::pages)
        .get("/ghost/api/content/pages/{id}/", ONE, posts::pages)
        .get("/ghost/api/content/pages/slug/{slug}/", ONE, posts::pages)
        .get("/ghost/api/content/tags/", LIST, tags::tags)
        .get("/ghost/api/content/tags/{id}/", ONE_IF, tags::tags)
        .get("/ghost/api/content/tags/slug/{slug}/", ONE_IF, tags::tags)
        .get("/ghost/api/content/authors/", LIST, authors::authors)
        .get("/ghost/api/content/authors/{id}/", ONE_IF, authors::authors)
        .get("/ghost/api/content/authors/slug/{slug}/", ONE_IF, authors::authors)
        .get("/ghost/api/content/settings/", Declaration::PAGE, settings::read)
        .get("/ghost/api/content/search-index/posts/", Declaration::PAGE, search_index::posts)
        .get("/ghost/api/content/search-index/authors/", Declaration::PAGE, search_index::authors)
        .get("/ghost/api/content/search-index/tags/", Declaration::PAGE, search_index::tags)
        .get("/ghost/api/content/tiers/", LIST, tiers::tiers)
        .get("/ghost/api/content/newsletters/", LIST, nothing::newsletters)
        .get("/ghost/api/content/recommendations/", LIST, nothing::recommendations)
}

pub(super) fn operations() -> Vec<Operation> {
    [
        posts::operations(),
        tags::operations(),
        authors::operations(),
        settings::operations(),
        tiers::operations(),
        nothing::operations(),
        search_index::operations(),
    ]
    .concat()
}
