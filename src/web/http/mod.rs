//! What HTTP itself asks of every answer: validators, ranges, content codings (RFC 9110).
//!
//! These files know nothing of the site. Assets, media, feeds and pages share them.

pub mod cache_control;
pub mod conditional;
pub mod encoding;
pub mod etag;
pub mod range;
pub mod representation;

pub use conditional::{Precondition, Validators};
pub use encoding::{AcceptEncoding, Coding};
pub use etag::ETag;
pub use range::RangeRequest;
pub use representation::{Answer, Representation};
