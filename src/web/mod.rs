//! Everything that speaks HTTP.

pub mod assets;
pub mod http;
pub mod paths;
pub mod views;
