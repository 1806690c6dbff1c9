//! The database, on SQLite and on PostgreSQL: the same promises, each shown twice.

mod change_log;
mod connection;
mod leadership;
mod listings;
mod migrations;
mod posts;
mod search;
