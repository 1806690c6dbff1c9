//! The Admin API: the site for programs that its owner has let in. So far it reads.
//!
//! Whatever is asked for is read from the primary, and kept by nobody.

mod auth;
mod posts;
mod site;
mod tags;
mod token;
mod users;

use super::asked::{Ask, Names, Result};
use crate::web::AppState;
use crate::web::edge::{Declaration, Routes};

pub(super) fn routes() -> Routes<AppState> {
    const PRIVATE: Declaration = Declaration::PRIVATE;
    Routes::default()
        .get("/ghost/api/admin/site/", PRIVATE, site::read)
        .get("/ghost/api/admin/posts/", PRIVATE, posts::posts)
        .get("/ghost/api/admin/posts/{id}/", PRIVATE, posts::posts)
        .get("/ghost/api/admin/posts/slug/{slug}/", PRIVATE, posts::posts)
        .get("/ghost/api/admin/pages/", PRIVATE, posts::pages)
        .get("/ghost/api/admin/pages/{id}/", PRIVATE, posts::pages)
        .get("/ghost/api/admin/pages/slug/{slug}/", PRIVATE, posts::pages)
        .get("/ghost/api/admin/tags/", PRIVATE, tags::tags)
        .get("/ghost/api/admin/tags/{id}/", PRIVATE, tags::tags)
        .get("/ghost/api/admin/tags/slug/{slug}/", PRIVATE, tags::tags)
        .get("/ghost/api/admin/users/", PRIVATE, users::users)
        .get("/ghost/api/admin/users/{id}/", PRIVATE, users::users)
        .get("/ghost/api/admin/users/slug/{slug}/", PRIVATE, users::users)
        .get("/ghost/api/admin/users/email/{email}/", PRIVATE, users::users)
}
