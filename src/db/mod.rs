//! The database: connections by what they are for, and one file of queries for each thing stored.
//!
//! SQLite and PostgreSQL run the same SQL. Which one it is, is decided by the address at
//! [`Database::connect`]; beyond the files that connect nothing asks. A query is a free function over a
//! [`Connection`], so that it serves a [`Snapshot`] and a [`Transaction`] alike and the caller says
//! what belongs together.

mod address;
pub mod browse;
pub mod change_log;
pub mod connection;
mod database;
pub mod deliveries;
pub mod desk;
mod error;
pub mod events;
pub mod integrations;
mod intent;
mod leadership;
pub mod listings;
mod loss;
pub mod media;
mod migrate;
pub mod passwords;
pub mod posts;
mod primary;
pub mod purges;
pub mod redirects;
mod replicas;
pub mod search;
pub mod secrets;
pub mod sessions;
pub mod settings;
pub mod sign_in_failures;
pub mod sign_ins;
mod snapshot;
pub mod sources;
mod sql;
mod sqlite;
pub mod tags;
mod transaction;
pub mod users;
pub mod webhooks;

pub use address::{InvalidAddress, servers};
pub use connection::Connection;
pub use database::{Database, Limits};
pub use error::DbError;
pub use intent::{Intent, Source, Tried};
pub use leadership::Leadership;
pub use loss::Loss;
pub use replicas::{Prober, ReplicaSettings};
pub use snapshot::Snapshot;
pub use transaction::Transaction;

/// What a query gives: `Ok(None)` is "there is none", an error is "it could not be asked".
pub type Result<T, E = DbError> = std::result::Result<T, E>;
