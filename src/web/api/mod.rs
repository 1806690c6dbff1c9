//! The JSON API, in the shapes of Ghost's: its clients work unchanged.
//!
//! What the Content API answers is public, and cached under the same declarations as the pages: no key
//! is part of it. A request comes by the [`door`] before it comes to the cache.

pub(super) mod admin;
mod answer;
mod asked;
mod body;
pub(super) mod content;
mod cursor;
mod dates;
pub(super) mod description;
pub(super) mod door;
mod error;
pub(super) mod limits;
pub(super) mod params;
mod query;
mod shape;
mod told;

pub use told::Told;

use description::Operation;
pub use description::document;

/// What the answers say they are: the version of Ghost's API that they follow.
const VERSION: &str = "6.65";
/// The same as a header, in `Content-Version`.
const CONTENT_VERSION: &str = "v6.65";

/// What can be asked of it.
fn operations() -> Vec<Operation> {
    [content::operations(), admin::operations()].concat()
}
