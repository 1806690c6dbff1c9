//! Masthead: a publishing platform for sites that get read a lot.

#[macro_use]
pub mod fail_point;

pub mod app;
pub mod cache;
pub mod cdn;
pub mod cli;
pub mod clock;
pub mod config;
pub mod content_clock;
pub mod db;
pub mod domain;
pub mod entropy;
pub mod formats;
pub mod http_cache;
pub mod http_client;
pub mod i18n;
pub mod lifecycle;
pub mod media;
pub mod nql;
pub mod rate_limit;
pub mod redis_server;
pub mod services;
pub mod session;
pub mod telemetry;
pub mod text;
pub mod web;
pub mod worker;
