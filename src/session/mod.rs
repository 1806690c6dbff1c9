//! Sessions: what a browser's cookie stands for, kept where every instance finds it.
//!
//! A session is a random id and a little data (the crate tower-sessions). Where it is kept is chosen
//! once, from the configuration: in a Redis of its own ([`redis`]), else in the database ([`database`]).
//! What a session says is no proof of anything: it names a sign-in, whose row in the database counts.

mod database;
mod redis;
mod store;

pub use database::DatabaseStore;
pub use redis::{InvalidSessionUrl, RedisSettings};
pub use store::Store;
