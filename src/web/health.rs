//! For load balancers: is the process alive, and is it to be sent requests?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use http::StatusCode;

use super::AppState;
use super::edge::{Declaration, Routes};
use crate::content_clock::ContentClock;

/// What an instance knows of its own coming and going. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    is_preparing: AtomicBool,
    is_leaving: AtomicBool,
}

impl Readiness {
    /// There is something that others have to find before this instance serves: its assets.
    pub fn prepare(&self) {
        self.0.is_preparing.store(true, Ordering::Relaxed);
    }

    /// They can find it now.
    pub fn prepared(&self) {
        self.0.is_preparing.store(false, Ordering::Relaxed);
    }

    /// The instance is about to stop.
    pub fn leave(&self) {
        self.0.is_leaving.store(true, Ordering::Relaxed);
    }
}

/// What `/readyz` looks at.
#[derive(Debug, Clone)]
pub struct HealthState {
    /// Whether changes are heard of.
    pub content_clock: Arc<ContentClock>,
    /// What the instance knows of itself.
    pub readiness: Readiness,
}

pub(super) fn routes() -> Routes<AppState> {
    const PRIVATE: Declaration = Declaration::PRIVATE;
    Routes::default().get("/healthz", PRIVATE, alive).get("/readyz", PRIVATE, ready)
}

/// `200` as long as the process runs. It asks nobody: a process is not restarted because a database
/// is away.
async fn alive() -> &'static str {
    "ok"
}

/// `200` as long as requests are to be sent here.
///
/// It asks no database. One that is away is away for every instance: all would stand aside at once, and
/// nobody would be left to serve what each of them keeps.
async fn ready(State(health): State<HealthState>) -> impl axum::response::IntoResponse {
    let HealthState { content_clock, readiness } = health;
    let not_ready = |reason| (StatusCode::SERVICE_UNAVAILABLE, reason);
    if readiness.0.is_leaving.load(Ordering::Relaxed) {
        return not_ready("the instance is about to stop");
    }
    if readiness.0.is_preparing.load(Ordering::Relaxed) {
        return not_ready("the assets are not where other instances find them yet");
    }
    if content_clock.tags.watermark().is_none() {
        return not_ready("the content clock is not known yet");
    }
    (StatusCode::OK, "ok")
}
