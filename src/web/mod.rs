//! Everything that speaks HTTP.
//!
//! A request walks down the stack in [`router`], outermost layer first, to the route that answers.

pub mod absolute;
pub mod assets;
pub mod discovery;
mod error;
pub mod feeds;
#[cfg(test)]
mod fixtures;
mod health;
pub mod http;
mod json;
pub mod media;
mod middleware;
mod site;
mod state;
pub mod views;
mod xml;

use std::time::Duration;

use ::http::StatusCode;
use axum::{Router, middleware as layer};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

pub use state::AppState;

/// The largest body of a request to the readers' site, which takes none.
const MAX_BODY: usize = 64 * 1024;

/// The routes of the site under the layers that every answer passes through.
pub fn router(state: AppState, request_timeout: Duration) -> Router {
    let pages = Router::new()
        .merge(site::routes())
        .fallback(site::missing::fallback)
        .layer(layer::from_fn(middleware::validators::add))
        .layer(middleware::compression::layer());
    Router::new()
        .merge(health::routes())
        .merge(assets::routes())
        .merge(media::routes())
        .merge(pages)
        .with_state(state)
        .layer(
            ServiceBuilder::new()
                .layer(layer::from_fn(middleware::request_id::give))
                .layer(layer::from_fn(middleware::access_log::write))
                .layer(layer::from_fn(middleware::security_headers::add))
                .layer(CatchPanicLayer::custom(error::panicked))
                .layer(TimeoutLayer::with_status_code(
                    StatusCode::SERVICE_UNAVAILABLE,
                    request_timeout,
                ))
                .layer(RequestBodyLimitLayer::new(MAX_BODY)),
        )
}
