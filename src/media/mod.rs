//! Uploaded files: how they are checked, named, kept and resized.
//!
//! A file comes in as an [`Upload`], which says what it is by its bytes and gives it a name that
//! holds their hash. It is kept in a [`Store`], and [`Variants`] makes smaller pictures of it on
//! demand. This room speaks no HTTP and knows no database.

pub mod file_type;
pub mod inspect;
pub mod name;
mod resize;
pub mod s3;
mod single_flight;
pub mod store;
pub mod svg;
pub mod upload;
pub mod variant;
pub mod variants;
mod webp_profile;

#[cfg(test)]
pub(crate) mod testing;

pub use file_type::{FileType, Kind};
pub use name::StoredName;
pub use s3::S3Settings;
pub use store::{Listed, Store, StoreError, StoredFile};
pub use upload::{Limits, Upload, UploadError};
pub use variant::{MediaPath, Variant, VariantFormat};
pub use variants::{Found, VariantError, Variants};
