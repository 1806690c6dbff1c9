//! The desk: what writers do, and what readers see of it.

mod editing;
mod flows;
mod integrations;
mod list;
mod writer;
