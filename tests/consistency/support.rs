//! What the other tests stand on as well.

#[path = "../all/support/leash.rs"]
pub mod leash;
#[path = "../all/support/ports.rs"]
pub mod ports;
#[path = "../all/support/process.rs"]
pub mod process;
#[path = "../all/support/programs.rs"]
pub mod programs;
#[path = "../all/support/reader.rs"]
pub mod reader;
#[path = "../all/support/redis.rs"]
pub mod redis;
#[path = "../all/support/varnish.rs"]
pub mod varnish;
