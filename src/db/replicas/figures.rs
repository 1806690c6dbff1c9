//! The figures of a replica, for Prometheus.

use std::fmt;
use std::time::Duration;

use metrics::{Gauge, gauge};

/// The gauges of a replica, registered once.
pub(super) struct Figures {
    up: Gauge,
    lag_seconds: Gauge,
    latency_seconds: Gauge,
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}

impl Figures {
    /// The gauges of the replica of a name.
    pub fn of(replica: &str) -> Self {
        let gauge = |metric: &'static str| gauge!(metric, "replica" => replica.to_owned());
        Self {
            up: gauge("masthead_db_replica_up"),
            lag_seconds: gauge("masthead_db_replica_lag_seconds"),
            latency_seconds: gauge("masthead_db_replica_latency_seconds"),
        }
    }

    /// Whether reads may go there.
    pub fn up(&self, is_up: bool) {
        self.up.set(f64::from(u8::from(is_up)));
    }

    /// How long ago the primary had something that it does not show.
    pub fn lag(&self, lag: Duration) {
        self.lag_seconds.set(lag.as_secs_f64());
    }

    /// Seconds to a snapshot.
    pub fn latency(&self, seconds: f64) {
        self.latency_seconds.set(seconds);
    }
}
