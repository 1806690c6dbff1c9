//! The Admin API: the site for programs that its owner has let in. So far it reads.
//!
//! Whatever is asked for is read from the primary, and kept by nobody.

mod auth;
mod posts;
mod site;
mod tags;
mod token;
mod users;

use super::asked::{Asked, Names, Result, count_of};
use crate::web::AppState;
use crate::web::edge::{Declaration, Routes};

pub(super) fn routes() -> Routes<AppState> {
    const PRIVATE: Declaration = Declaration::PRIVATE;
    Routes::default()
        .get("/ghost/api/admin/site/", PRIVATE, site::read)
        .get("/ghost/api/admin/posts/", PRIVATE, posts::browse_posts)
        .get("/ghost/api/admin/posts/{id}/", PRIVATE, posts::read_post)
        .get("/ghost/api/admin/posts/slug/{slug}/", PRIVATE, posts::read_post_by_slug)
        .get("/ghost/api/admin/pages/", PRIVATE, posts::browse_pages)
        .get("/ghost/api/admin/pages/{id}/", PRIVATE, posts::read_page)
        .get("/ghost/api/admin/pages/slug/{slug}/", PRIVATE, posts::read_page_by_slug)
        .get("/ghost/api/admin/tags/", PRIVATE, tags::browse)
        .get("/ghost/api/admin/tags/{id}/", PRIVATE, tags::read)
        .get("/ghost/api/admin/tags/slug/{slug}/", PRIVATE, tags::read_by_slug)
        .get("/ghost/api/admin/users/", PRIVATE, users::browse)
        .get("/ghost/api/admin/users/{id}/", PRIVATE, users::read)
        .get("/ghost/api/admin/users/slug/{slug}/", PRIVATE, users::read_by_slug)
        .get("/ghost/api/admin/users/email/{email}/", PRIVATE, users::read_by_email)
}
