//! The program at a terminal: what it says, and with which code it ends.

mod cache;
mod commands;
mod configuration;
mod guarded_redis;
mod program;
mod secrets;
mod serving;

use program::Program;
