//! What Redis does in one step, so that no other instance comes between.

use redis::Script;

/// The scripts. Redis is sent them once, and from then on their hashes.
#[derive(Debug)]
pub struct Scripts {
    /// Keeps an entry.
    pub put: Script,
    /// Takes a lease.
    pub lease: Script,
    /// Gives up a lease.
    pub release: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        Self {
            put: Script::new(include_str!("put.lua")),
            lease: Script::new(include_str!("lease.lua")),
            release: Script::new(include_str!("release.lua")),
        }
    }
}
