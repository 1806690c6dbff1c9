//! The database: connections by what they are for, and one file of queries for each thing stored.
//!
//! SQLite and PostgreSQL run the same SQL. Which one it is, is decided by the address at
//! [`Database::connect`]; beyond [`connection`] nothing asks. A query is a free function over a
//! [`Connection`], so that it serves a [`Snapshot`] and a [`Transaction`] alike and the caller says
//! what belongs together.

pub mod change_log;
pub mod connection;
pub mod desk;
mod error;
pub mod listings;
pub mod media;
mod migrate;
pub mod passwords;
pub mod posts;
pub mod purges;
pub mod redirects;
pub mod search;
pub mod settings;
pub mod sources;
mod sql;
pub mod tags;
pub mod users;

pub use connection::{Connection, Database, Limits, Snapshot, Transaction};
pub use error::DbError;

/// What a query gives: `Ok(None)` is "there is none", an error is "it could not be asked".
pub type Result<T, E = DbError> = std::result::Result<T, E>;
