//! What the tests stand on: databases that are thrown away, content to put into them, and the
//! program itself.

pub mod bucket;
pub mod database;
pub mod fixtures;
pub mod hand;
pub mod leash;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod reader;
pub mod redis;
pub mod server;
pub mod stand_in;
pub mod varnish;

pub(crate) use database::on_both;
pub use database::{Engine, TestDatabase};
pub use hand::Hand;
pub use server::Site;
