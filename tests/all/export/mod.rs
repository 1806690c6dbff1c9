//! Exports: a site that was written down and read back, here or elsewhere, is the same site.

mod folder;
mod ghost;
mod rich;
mod walk;

pub use walk::everything;

use rich::rich;
