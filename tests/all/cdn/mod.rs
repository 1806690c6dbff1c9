//! The CDN: Varnish for real, and the others as their documentation says they answer.

mod cloudflare;
mod cloudfront;
mod fastly;
mod memory_log;
mod varnish;
mod webhook;

use std::sync::Arc;
use std::time::{Duration, Instant};

use masthead::cdn::{Batch, Outcome, Provider, Purger, Timing};
use masthead::clock::SystemClock;
use masthead::content_clock::{AsOf, Epoch};
use masthead::entropy::SystemEntropy;
use masthead::http_client::{HttpClient, Peers};

use memory_log::MemoryLog;

const EPOCH: Epoch = Epoch(0xfeed);

/// How long something may take to come true, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client whose calls take at most so long.
fn client(timeout: Duration) -> HttpClient {
    HttpClient::new(Peers::Any, timeout, Arc::new(SystemClock))
}

/// A batch of these tags.
fn batch(tags: &[&str], soft: bool) -> Batch {
    Batch {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        at: AsOf { epoch: EPOCH, seq: 42 },
        soft,
        key: "00112233445566778899aabbccddeeff".to_owned(),
    }
}

/// A purger with short waits, over a log that outlives it.
fn purger(provider: Arc<dyn Provider>, log: &Arc<MemoryLog>) -> Purger {
    let timing = Timing {
        fence: Duration::from_millis(10),
        settle: Duration::from_millis(200),
        calls: None,
    };
    Purger::new(provider, log.clone(), timing, Arc::new(SystemClock), Arc::new(SystemEntropy))
}

/// Steps until a step fulfils a condition.
async fn step_until(purger: &Purger, mut fulfils: impl FnMut(Outcome) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !fulfils(purger.step().await) {
        assert!(Instant::now() < deadline, "it does not come true");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
