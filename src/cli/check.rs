//! `masthead check`: is the configuration one?
//!
//! By the time this runs every key was read and found allowed; what is wrong was said already.

use super::{Failure, say};
use crate::config::Config;

pub(super) fn run(config: &Config) -> Result<(), Failure> {
    say(&format!("listens on    {}", config.server.listen))?;
    say(&format!("known as      {}/", config.server.base_url()))?;
    say(&format!("database      {}", config.database.url))?;
    match config.redis.address() {
        Some(_) => say(&format!("Redis         {}", config.redis.url))?,
        None => say("Redis         none")?,
    }
    say(&format!("keeps         {} bytes", config.cache.l1_bytes))?;
    say(&format!("CDN           {}", config.cdn.provider))?;
    if let Some(address) = config.metrics.listen {
        say(&format!("figures at    http://{address}/metrics"))?;
    }
    match config.media.bucket() {
        Some(_) => say(&format!("media         {}", config.media.url))?,
        None => say(&format!("media         {}", config.media.dir.display()))?,
    }
    say("The configuration is fine.")
}
