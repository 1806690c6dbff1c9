//! The whole, as it is run: several instances of the real program on one PostgreSQL, with a real
//! Redis between them and a real Varnish in front, each of which fails in its turn.

mod changes;
mod database;
mod duties;
mod instances;
mod redis;
mod sharing;
mod varnish;

use std::time::{Duration, Instant};

use instances::Cluster;

use crate::support::reader::{Answer, Reader};

/// How long a test waits for what must come, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// Within this time a change is seen everywhere, even without Redis: some polls, and the machine is
/// busy.
const SOON: Duration = Duration::from_secs(2);

/// Waits for what must come; gives how long that took.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) -> Duration {
    let begin = Instant::now();
    while !is_so().await {
        assert!(begin.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begin.elapsed()
}
