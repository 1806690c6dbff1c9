//! The JSON API: what Ghost's clients ask for, and what they get.

mod admin;
mod client;
mod clients;
mod content;
mod cost;
mod cursors;
mod description;
mod filters;
mod keys;
mod limits;
mod model;
mod owner;
mod random;
mod search_index;
mod shelf;
mod uploads;
mod webhooks;
mod writing;
