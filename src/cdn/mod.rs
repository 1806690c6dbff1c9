//! The CDN: what is in front of the instances, and is told which answers have changed.
//!
//! A cache out there cannot look at the content clock, so it is told: the [`Purger`] walks the change
//! log behind a cursor and purges the cache tags of every change. One file is one provider. What a
//! provider reads from an answer is data ([`TagHeader`], [`LifetimeHeader`]), so nothing else of the
//! house knows which one it is.

pub mod cloudflare;
pub mod cloudfront;
mod database;
pub mod fastly;
mod lifetime;
mod provider;
mod purge_log;
mod purger;
mod secret;
mod settings;
pub mod sigv4;
mod tag_header;
mod tags;
pub mod varnish;
pub mod webhook;

pub use database::DatabaseLog;
pub use lifetime::{SHORT, lifetime_for};
pub use provider::{Batch, LifetimeHeader, Limits, Provider, PurgeError, Rate};
pub use purge_log::{Change, LogError, PurgeLog, Round, Standing};
pub use purger::{Outcome, Purger, Timing};
pub use secret::Secret;
pub use settings::Settings;
pub use tag_header::TagHeader;
