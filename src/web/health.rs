//! For load balancers: is the process alive, and can it answer?

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::{StatusCode, header};

use super::AppState;
use crate::services::reading::Reading;

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

/// `200` as long as the process runs.
async fn alive() -> impl axum::response::IntoResponse {
    (NO_STORE, "ok")
}

/// `200` as long as the database answers.
async fn ready(State(reading): State<Reading>) -> impl axum::response::IntoResponse {
    match reading.ping().await {
        Ok(()) => (StatusCode::OK, NO_STORE, "ok"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, "the database does not answer")
        }
    }
}
