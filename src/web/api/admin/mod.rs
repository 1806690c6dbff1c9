//! The Admin API: the site for programs that its owner has let in.
//!
//! Whatever is asked for is read from the primary, and kept by nobody.

mod auth;
mod bodies;
mod fields;
mod nothing;
mod posts;
mod site;
mod tags;
mod token;
mod uploads;
mod users;
mod webhooks;
mod written;

use super::asked::{Ask, Names, Result};
use super::description::Operation;
use crate::web::AppState;
use crate::web::edge::{Declaration, Routes};

pub(in crate::web) fn routes() -> Routes<AppState> {
    const PRIVATE: Declaration = Declaration::PRIVATE;
    Routes::default()
        .get("/ghost/api/admin/site/", PRIVATE, site::read)
        .get("/ghost/api/admin/settings/", PRIVATE, site::settings)
        .get("/ghost/api/admin/config/", PRIVATE, site::config)
        .get("/ghost/api/admin/posts/", PRIVATE, posts::posts)
        .post("/ghost/api/admin/posts/", posts::add_post)
        .get("/ghost/api/admin/posts/{id}/", PRIVATE, posts::posts)
        .put("/ghost/api/admin/posts/{id}/", posts::edit_post)
        .delete("/ghost/api/admin/posts/{id}/", posts::delete_post)
        .unread("/ghost/api/admin/posts/{id}/copy/", PRIVATE)
        .post("/ghost/api/admin/posts/{id}/copy/", posts::copy_post)
        .get("/ghost/api/admin/posts/slug/{slug}/", PRIVATE, posts::posts)
        .get("/ghost/api/admin/pages/", PRIVATE, posts::pages)
        .post("/ghost/api/admin/pages/", posts::add_page)
        .get("/ghost/api/admin/pages/{id}/", PRIVATE, posts::pages)
        .put("/ghost/api/admin/pages/{id}/", posts::edit_page)
        .delete("/ghost/api/admin/pages/{id}/", posts::delete_page)
        .unread("/ghost/api/admin/pages/{id}/copy/", PRIVATE)
        .post("/ghost/api/admin/pages/{id}/copy/", posts::copy_page)
        .get("/ghost/api/admin/pages/slug/{slug}/", PRIVATE, posts::pages)
        .get("/ghost/api/admin/tags/", PRIVATE, tags::tags)
        .post("/ghost/api/admin/tags/", tags::add)
        .get("/ghost/api/admin/tags/{id}/", PRIVATE, tags::tags)
        .put("/ghost/api/admin/tags/{id}/", tags::edit)
        .delete("/ghost/api/admin/tags/{id}/", tags::delete)
        .get("/ghost/api/admin/tags/slug/{slug}/", PRIVATE, tags::tags)
        .unread("/ghost/api/admin/images/upload/", PRIVATE)
        .post("/ghost/api/admin/images/upload/", uploads::image)
        .unread("/ghost/api/admin/media/upload/", PRIVATE)
        .post("/ghost/api/admin/media/upload/", uploads::media)
        .unread("/ghost/api/admin/files/upload/", PRIVATE)
        .post("/ghost/api/admin/files/upload/", uploads::file)
        .get("/ghost/api/admin/members/", PRIVATE, nothing::members)
        .get("/ghost/api/admin/newsletters/", PRIVATE, nothing::newsletters)
        .get("/ghost/api/admin/tiers/", PRIVATE, nothing::tiers)
        .get("/ghost/api/admin/offers/", PRIVATE, nothing::offers)
        .get("/ghost/api/admin/labels/", PRIVATE, nothing::labels)
        .get("/ghost/api/admin/users/", PRIVATE, users::users)
        .get("/ghost/api/admin/users/{id}/", PRIVATE, users::users)
        .get("/ghost/api/admin/users/slug/{slug}/", PRIVATE, users::users)
        .get("/ghost/api/admin/users/email/{email}/", PRIVATE, users::users)
        .unread("/ghost/api/admin/webhooks/", PRIVATE)
        .post("/ghost/api/admin/webhooks/", webhooks::add)
        .unread("/ghost/api/admin/webhooks/{id}/", PRIVATE)
        .put("/ghost/api/admin/webhooks/{id}/", webhooks::edit)
        .delete("/ghost/api/admin/webhooks/{id}/", webhooks::delete)
}

pub(super) fn operations() -> Vec<Operation> {
    [
        posts::operations(),
        tags::operations(),
        users::operations(),
        uploads::operations(),
        webhooks::operations(),
        nothing::operations(),
        site::operations(),
    ]
    .concat()
}
