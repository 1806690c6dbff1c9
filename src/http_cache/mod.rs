//! A shared HTTP cache (RFC 9111) as a layer over [`crate::cache`]. It knows nothing of the site.
//!
//! The rules are pure, a file each: what the fields of a message say ([`cache_control`],
//! [`targeted`], [`request`], [`vary`]), whether a response is [`storable`], how old it is and how
//! long it lasts ([`freshness`]), how copies are compared ([`validation`], [`entity_tag`]), and what
//! a change makes old ([`invalidation`]).
//!
//! A request comes in by the [`service`]. What its way through the cache is, is in [`handling`]; what
//! it gets in the end, in [`serving`] and [`answer`]. The service behind is asked in [`fetch`], and what
//! comes is put away in [`keeping`]. What is [`stored`] is worked out once, with the fields of every
//! answer ready.

mod answer;
mod body;
pub mod cache_control;
pub mod cache_status;
mod compress;
mod date;
pub mod encoding;
pub mod entity_tag;
mod fetch;
pub mod fields;
pub mod freshness;
mod handling;
pub mod invalidation;
mod keeping;
mod kept;
mod keyer;
mod list;
mod options;
pub mod range;
mod report;
pub mod request;
mod service;
mod serving;
mod shared;
pub mod storable;
mod stored;
pub mod targeted;
#[cfg(test)]
mod tests;
pub mod validation;
pub mod vary;

pub use answer::shorten;
pub use body::{BoxError, ResponseBody};
pub use kept::{Kept, Responses};
pub use keyer::{ByTarget, Decision, Keyer};
pub use options::{Compression, EarlyRefresh, Options, RequestPolicy, StatusField};
pub use service::{Answering, HttpCache, HttpCacheLayer};
pub use storable::CookiePolicy;
pub use stored::{Head, Stored};

use crate::content_clock::{AsOf, Provenance};

/// Stands in the extensions of a response: what it was made from. Where it is absent, the moment
/// before the request counts, and no tag but `all`.
#[derive(Debug, Clone)]
pub struct MadeFrom(pub Provenance);

/// Stands in the extensions of a request: a change that the answer must show, since the one who asks
/// made it.
#[derive(Debug, Clone, Copy)]
pub struct Need(pub AsOf);
