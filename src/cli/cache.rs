//! `masthead cache`: what is kept, and why.

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Say what an address declares, what its answer is made from, and how it stands in Redis
    Explain {
        /// The address, or its path: /about/
        address: String,
    },
    /// Say that something has changed, as in: masthead cache purge listing:site post:64f1…
    ///
    /// Every instance forgets what was made from it, and the CDN is told. `all` is everything.
    Purge {
        /// Cache tags, as `masthead cache explain` shows them
        #[arg(required = true, value_name = "TAG")]
        tags: Vec<String>,
    },
    /// Begin a new epoch: what was kept before a restore is of another history
    Epoch,
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Failure> {
    let app = App::open(config).await?;
    match command {
        Command::Explain { address } => {
            let explained = app.explain(&address).await?;
            say(explained.trim_end())?;
        }
        Command::Purge { tags } => {
            app.caching.purge(&tags).await?;
            say(&format!("Purged {}.", tags.join(" ")))?;
        }
        Command::Epoch => {
            let clock = app.caching.begin_epoch().await?;
            say(&format!("A new epoch has begun: {clock}."))?;
        }
    }
    app.close().await;
    Ok(())
}
