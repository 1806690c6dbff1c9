//! Feeds: what a publication says to feed readers, in the three formats that they know.
//!
//! A [`Feed`] is a plain value; each format has a file that turns it into text, and a template or a
//! serialised value behind it. Nothing here asks a database or a clock, so the same content always
//! gives the same bytes, and a reader that asks again can be told that nothing changed.

pub mod atom;
mod feed;
mod item;
pub mod json_feed;
pub mod rss;
#[cfg(test)]
mod tests;

pub use feed::{Feed, last_change};

/// What every feed says it was made by. No version, so that an upgrade changes no feed.
const GENERATOR: &str = "Masthead";
