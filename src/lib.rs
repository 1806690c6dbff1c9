//! Masthead: a publishing platform for sites that get read a lot.

pub mod config;
pub mod db;
pub mod domain;
pub mod formats;
pub mod lifecycle;
pub mod telemetry;
pub mod text;
pub mod i18n;
pub mod web;
