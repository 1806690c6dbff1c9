//! For load balancers: is the process alive, and can it answer?

use axum::extract::State;
use http::StatusCode;

use super::AppState;
use super::edge::{Declaration, Routes};
use crate::services::reading::Reading;

pub(super) fn routes() -> Routes<AppState> {
    const PRIVATE: Declaration = Declaration::PRIVATE;
    Routes::default().get("/healthz", PRIVATE, alive).get("/readyz", PRIVATE, ready)
}

/// `200` as long as the process runs.
async fn alive() -> &'static str {
    "ok"
}

/// `200` as long as the database answers.
async fn ready(State(reading): State<Reading>) -> impl axum::response::IntoResponse {
    match reading.ping().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
