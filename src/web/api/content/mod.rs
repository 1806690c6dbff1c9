//! The Content API: what is published, for front ends.

mod authors;
mod nothing;
mod posts;
mod settings;
mod tags;
mod tiers;

use super::asked::{Asked, Names, Result, count_of, list, site};
use super::params::{BROWSE, READ};
use crate::web::AppState;
use crate::web::edge::{Declaration, Routes};

pub(super) fn routes() -> Routes<AppState> {
    const LIST: Declaration = Declaration::PAGE.query(BROWSE);
    const ONE: Declaration = Declaration::PAGE.query(READ);
    Routes::default()
        .get("/ghost/api/content/posts/", LIST, posts::browse_posts)
        .get("/ghost/api/content/posts/{id}/", ONE, posts::read_post)
        .get("/ghost/api/content/posts/slug/{slug}/", ONE, posts::read_post_by_slug)
        .get("/ghost/api/content/pages/", LIST, posts::browse_pages)
        .get("/ghost/api/content/pages/{id}/", ONE, posts::read_page)
        .get("/ghost/api/content/pages/slug/{slug}/", ONE, posts::read_page_by_slug)
        .get("/ghost/api/content/tags/", LIST, tags::browse)
        .get("/ghost/api/content/tags/{id}/", ONE, tags::read)
        .get("/ghost/api/content/tags/slug/{slug}/", ONE, tags::read_by_slug)
        .get("/ghost/api/content/authors/", LIST, authors::browse)
        .get("/ghost/api/content/authors/{id}/", ONE, authors::read)
        .get("/ghost/api/content/authors/slug/{slug}/", ONE, authors::read_by_slug)
        .get("/ghost/api/content/settings/", Declaration::PAGE, settings::read)
        .get("/ghost/api/content/tiers/", LIST, tiers::browse)
        .get("/ghost/api/content/newsletters/", LIST, nothing::newsletters)
        .get("/ghost/api/content/recommendations/", LIST, nothing::recommendations)
}
