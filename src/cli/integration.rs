//! `masthead integration`: programs that speak to the site for its owner.

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;
use crate::domain::IntegrationId;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Let a program in; its two keys are shown once
    Add {
        /// What to call it
        name: String,
    },
    /// List the integrations
    List,
    /// Take the keys of an integration away, at once on every instance
    Remove {
        /// Its id, as `list` shows it
        id: IntegrationId,
    },
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Failure> {
    let app = App::open(config).await?;
    let words = match command {
        Command::Add { name } => {
            let new = app.integrations.add(&name).await?.value;
            format!(
                "{} ({})\ncontent key: {}\nadmin key:   {}",
                new.integration.name,
                new.integration.id,
                new.content_key.reveal(),
                new.admin_key(),
            )
        }
        Command::List => {
            let all = app.integrations.all().await?;
            let lines = all.iter().map(|found| format!("{}  {}", found.id, found.name));
            lines.collect::<Vec<_>>().join("\n")
        }
        Command::Remove { id } => {
            app.integrations.remove(&id).await?;
            format!("{id} has no keys any more.")
        }
    };
    app.close().await;
    say(&words)
}
