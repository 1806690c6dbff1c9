//! What HTTP itself asks of every answer: validators, ranges, content codings (RFC 9110); and how it
//! writes cookies.
//!
//! These files know nothing of the site. Assets, media, feeds and pages share them. What the
//! response cache asks as well is in its room.

pub mod conditional;
pub mod cookies;
pub mod etag;
pub mod representation;

pub use crate::http_cache::encoding::{AcceptEncoding, Coding};
pub use crate::http_cache::range::RangeRequest;
pub use conditional::{Precondition, Validators};
pub use cookies::cookies;
pub use etag::ETag;
pub use representation::{Answer, Representation};

/// A field value that we have made ourselves, of printable ASCII.
fn ascii_value(text: &str) -> ::http::HeaderValue {
    ::http::HeaderValue::from_str(text).expect("printable ASCII is a field value")
}
