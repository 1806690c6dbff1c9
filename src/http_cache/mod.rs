//! A shared HTTP cache (RFC 9111) as a layer over [`crate::cache`]. It knows nothing of the site.
//!
//! The rules are pure, a file each: what the fields of a message say ([`cache_control`],
//! [`targeted`], [`request`], [`vary`]), whether a response is [`storable`], how old it is and how
//! long it lasts ([`freshness`]), how copies are compared ([`validation`], [`entity_tag`]), and what
//! a change makes old ([`invalidation`]).

pub mod cache_control;
pub mod cache_status;
mod date;
pub mod encoding;
pub mod entity_tag;
pub mod fields;
pub mod freshness;
pub mod invalidation;
mod list;
pub mod range;
pub mod request;
pub mod storable;
pub mod targeted;
pub mod validation;
pub mod vary;
