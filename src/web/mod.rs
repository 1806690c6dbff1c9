//! Everything that speaks HTTP.

pub mod assets;
pub mod http;

mod middleware;
pub mod media;
pub mod paths;
pub mod views;

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
        //MEDIA
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
pub mod absolute;
pub mod discovery;
pub mod feeds;
#[cfg(test)]
mod fixtures;
pub mod xml;
mod json;
pub mod paths;
