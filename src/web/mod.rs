//! Everything that speaks HTTP.

pub mod assets;
pub mod http;

mod middleware;
pub mod media;
pub mod paths;
pub mod views;
