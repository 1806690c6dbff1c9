//! The writers' desk: pages for those who sign in, each for one reader and one moment.
//!
//! Every page is made on the server, works without a script, and is kept by no cache. A page is a struct
//! beside its template in `templates/desk`, and its handlers stand in the same file: what a form says
//! when it is wrong is what it says when it is new, and a sentence more.

mod account;
mod browser;
mod error;
mod frame;
mod integrations;
mod posts;
mod set_up;
mod sign_in;
mod site;

use askama::Template;
use axum::Router;
use axum::middleware as layer;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;
use tower_http::limit::RequestBodyLimitLayer;

pub(super) use error::DeskError;
use site::DeskSite;

use super::AppState;
use super::edge::{Declaration, Routes};
use super::session::{self, MAX_FORM};
use super::state::DeskState;

/// What a handler gives: a page, or a failure in words for the writer.
type Result<T = Response, E = DeskError> = std::result::Result<T, E>;

/// The desk, and what each of its routes declares: that nothing is kept.
pub(super) fn routes() -> Routes<AppState> {
    const PRIVATE: Declaration = Declaration::PRIVATE;
    posts::routes()
        .merge(integrations::routes())
        .get("/desk/set-up/", PRIVATE, set_up::show)
        .post("/desk/set-up/", set_up::take)
        .get("/desk/sign-in/", PRIVATE, sign_in::show)
        .post("/desk/sign-in/", sign_in::take)
        .get("/desk/sign-out/", PRIVATE, sign_in::leave_page)
        .post("/desk/sign-out/", sign_in::leave)
        .get("/desk/sign-ins/", PRIVATE, account::show)
        .post("/desk/sign-ins/", account::end)
        .get("/desk/password/", PRIVATE, account::password_page)
        .post("/desk/password/", account::change_password)
}

/// The desk behind what guards it: the session of each request, and where its forms come from.
pub(super) fn router(state: &DeskState) -> Router<AppState> {
    routes()
        .into_router()
        .layer(layer::from_fn_with_state(state.clone(), session::refuse_foreign))
        .layer(layer::from_fn_with_state(state.clone(), session::open))
        .layer(RequestBodyLimitLayer::new(MAX_FORM))
}

/// A page.
fn page(view: &impl Template) -> Result {
    Ok(Html(view.render()?).into_response())
}

/// A form once more, since what it said will not do.
fn again(view: &impl Template) -> Result {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view.render()?)).into_response())
}

/// What a form asked for is done: the browser goes on, and a reload repeats nothing.
fn go_on(path: &str) -> Response {
    Redirect::to(path).into_response()
}
