//! Our own export: a folder of Markdown that reads back word for word.
//!
//! ```text
//! masthead.toml                        the marker, with the version of the format
//! content/posts/2026-11-24-slug.md     posts, with the fields that have a common name on top and
//! content/pages/slug.md                the others under `masthead`
//! data/settings.json                   settings
//! data/authors.json  data/tags.json    whole authors and tags
//! media/name-hash.png                  what the texts call /content/images/name-hash.png
//! ```

mod read;
mod write;

pub use read::{read_data, read_post, read_unused_media};
pub use write::{Folder, render_post};

/// The version of the format; a folder of a newer one is read as far as it is understood.
pub const VERSION: u32 = 1;
/// The folder of uploaded files.
const MEDIA: &str = "media";
