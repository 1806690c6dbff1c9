//! Replicas on real servers: where a read goes, and what becomes of it when a server lags, fails, or is
//! another one than it was.

mod faults;
mod figures;
mod primary;
mod routing;
mod topology;
mod wire;
