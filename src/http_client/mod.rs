//! The client that calls others: TLS, a time limit, answers of bounded size, and no redirect followed.
//!
//! It resolves names itself, and [`Peers`] says which addresses it may then connect to: what an
//! address was checked for is what the connection goes to.

mod client;
mod connector;
mod peers;

pub use client::{Answer, HttpClient, SendError};
pub use peers::Peers;
