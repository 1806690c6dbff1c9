//! The media store in a bucket, on a real S3 service: the store itself, and instances that share it.

mod bucket;
mod builds;
mod pictures;

use std::time::{Duration, Instant};

/// How long something may take to come true, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for what must come.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
