//! How answers may be kept: each route declares it once, and every layer obeys.
//!
//! A route has a [`Declaration`], beside its handler in the table of [`Routes`]; what the answer was
//! made from, the handler attaches as [`Seen`](crate::services::reading::Seen). From these follow
//! every header that caches read ([`headers`]), the key of the response cache ([`key`]), and the
//! request that the handler is given ([`mod@strip`]). No handler writes a cache header.

mod cdn;
mod declaration;
mod headers;
mod key;
mod policy;
mod query;
mod routes;
mod strip;
pub(super) mod timing;

pub use cdn::Cdn;
pub use declaration::{Audience, Declaration};
pub use headers::MASTHEAD_CACHE_CONTROL;
pub use key::Keys;
pub use policy::Policy;
pub use routes::{Routes, Table};

/// What the layers that write headers know.
#[derive(Clone)]
pub struct Edge {
    /// What each path declares.
    pub table: Table,
    /// What stands in front of all instances.
    pub cdn: Option<Cdn>,
    /// Whether every answer says how long it took.
    pub says_timing: bool,
    /// Whether answers of the API say what they were made from, whatever stands in front.
    pub shows_tags: bool,
}

pub(super) use headers::write as write_headers;
pub(super) use strip::strip;
