//! Masthead: a publishing platform for sites that get read a lot.

pub mod domain;
pub mod formats;
pub mod web;
