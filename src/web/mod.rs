//! Everything that speaks HTTP.
//!
//! A request walks down the stack in [`router`], outermost layer first, to the route that answers.

pub mod absolute;
mod api;
pub mod assets;
pub mod audit;
mod desk;
pub mod discovery;
pub mod edge;
mod error;
pub mod feeds;
#[cfg(test)]
mod fixtures;
mod front;
pub mod health;
pub mod http;
mod json;
pub mod media;
mod middleware;
pub mod session;
mod site;
mod state;
pub mod token;
pub mod views;
mod xml;

use std::time::Duration;

use ::http::StatusCode;
use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware as layer};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

pub use api::door::Addresses;
pub use api::limits::Limits;
pub use api::params::ListLimits;
pub use api::{Told, document as api_document};
use edge::{Cdn, Declaration, Edge, Routes, Table};
pub use front::{Door, Front};
pub use state::{AppState, DeskState};

use crate::http_cache;

/// How long a cache behind this one may keep what is stale: nobody can take it back from there.
const STALE_LIFETIME: Duration = Duration::from_secs(2);

/// The largest body of a request to the readers' site, which takes none.
const MAX_BODY: usize = 64 * 1024;

/// What every route declares.
#[must_use]
pub fn table() -> Table {
    let routes = files().merge(pages()).merge(api::admin::routes()).merge(desk::routes());
    routes.table(Declaration::ELSEWHERE)
}

/// What is no page.
fn files() -> Routes<AppState> {
    Routes::default().merge(health::routes()).merge(assets::routes()).merge(media::routes())
}

/// What is made from the database.
fn pages() -> Routes<AppState> {
    Routes::default()
        .merge(site::routes())
        .merge(api::description::routes())
        .merge(api::content::routes())
}

/// The options of the response cache, as far as the site decides on them.
#[must_use]
pub fn cache_options(cdn: Option<&Cdn>) -> http_cache::Options {
    let theirs = cdn.and_then(Cdn::lifetime_field).cloned();
    http_cache::Options {
        // Ours is the nearest; the other is there to be bounded where an answer is stale.
        targeted: [edge::MASTHEAD_CACHE_CONTROL].into_iter().chain(theirs).collect(),
        compression: http_cache::Compression::OnStore,
        early_refresh: http_cache::EarlyRefresh::ByCost,
        absent_on_second_sight: true,
        stale_lifetime: Some(STALE_LIFETIME),
        ..http_cache::Options::default()
    }
}

/// The routes under the layers that every answer passes through.
pub fn router(state: AppState, edge: Edge, request_timeout: Duration) -> Router {
    let strip = layer::from_fn_with_state(edge.table.clone(), edge::strip);
    let made = |router: Router<AppState>| {
        router
            .layer(layer::from_fn(middleware::validators::add))
            .layer(middleware::compression::layer())
    };
    let pages = pages().into_router().fallback(site::missing::fallback).layer(strip.clone());
    let stack = ServiceBuilder::new()
        .layer(layer::from_fn(middleware::request_id::tell))
        .layer(layer::from_fn(middleware::access_log::write))
        .layer(layer::from_fn(middleware::security_headers::add))
        .layer(layer::from_fn_with_state(edge, edge::write_headers))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, request_timeout));
    files()
        .into_router()
        .layer(strip)
        .merge(made(pages))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        // Each of its handlers says how much it takes, and refuses more in the words of the API.
        .merge(made(api::admin::routes().into_router()).layer(DefaultBodyLimit::disable()))
        .merge(desk::router(&state.desk))
        .with_state(state)
        .layer(stack)
}
