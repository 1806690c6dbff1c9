//! The integration tests: one program, with modules that mirror the rooms of `src`.
//!
//! One, because every further one is linked anew with all that Masthead depends on. The tests need
//! PostgreSQL, Redis, Varnish, an S3 service, Node.js and Chromium; `tests/run` installs what is missing.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic that names its line")]

mod api;
mod browser;
mod cache;
mod cdn;
mod cli;
mod clock;
mod cluster;
mod consistency;
mod db;
mod desk;
mod export;
mod import;
mod instance;
mod media_store;
mod replicas;
mod rules;
mod session;
mod site;
mod support;
mod webhooks;
