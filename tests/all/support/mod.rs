//! What the tests stand on: databases that are thrown away, and content to put into them.

pub mod database;
pub mod fixtures;
pub mod hand;
pub mod postgres;

pub(crate) use database::on_both;
pub use database::{Engine, TestDatabase};
pub use hand::Hand;
