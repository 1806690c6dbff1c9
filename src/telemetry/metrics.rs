//! Figures, in the format of Prometheus, on a listener of their own.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

/// The upper bounds of durations, in seconds: from what a hit takes to what a reader bears.
const SECONDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// The same for the age of what is hit: up to a day.
const AGES: [f64; 8] = [1.0, 10.0, 60.0, 300.0, 1800.0, 3600.0, 21_600.0, 86_400.0];
/// How often the histograms are emptied into their sums, so that they do not grow where nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// Begins to count. Called once, before anything is counted.
///
/// # Errors
/// Somebody counts already.
pub fn start() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_age_seconds".to_owned()), &AGES)?
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()
}

/// Answers `/metrics`, for as long as the instance lives.
///
/// # Errors
/// The address cannot be listened on.
pub async fn serve(address: SocketAddr, handle: PrometheusHandle) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    let content_type = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    let answer = move || async move { (content_type, handle.render()) };
    let router = Router::new().route("/metrics", get(answer));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the figures are not told any more");
        }
    });
    Ok(())
}
