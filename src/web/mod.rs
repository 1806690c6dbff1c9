//! Everything that speaks HTTP.

pub mod paths;
