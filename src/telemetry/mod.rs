//! What an instance tells about its work: a log for people or machines, and figures for Prometheus.

pub mod log;
pub mod metrics;
