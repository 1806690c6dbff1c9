//! `[metrics]`: where an instance tells its figures.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The section `[metrics]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// The address and port at which Prometheus asks for `/metrics`; nowhere where it is not set. It
    /// is a listener of its own: what readers can reach tells them nothing.
    pub listen: Option<SocketAddr>,
}
