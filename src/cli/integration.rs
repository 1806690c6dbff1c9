//! `masthead integration`: programs that speak to the site for its owner.

use clap::ValueEnum;

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;
use crate::domain::IntegrationId;
use crate::domain::integration::KeyKind;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Let a program in; its two keys are shown once
    Add {
        /// What to call it
        name: String,
    },
    /// List the integrations
    List,
    /// Call an integration something else; its keys stay as they are
    Rename {
        /// Its id, as `list` shows it
        id: IntegrationId,
        /// What to call it from now on
        name: String,
    },
    /// Give an integration a new key, which is shown once; the old one stops at once on every instance
    Regenerate {
        /// Its id, as `list` shows it
        id: IntegrationId,
        /// Which of its two keys; the other one stays as it is
        key: KeyName,
    },
    /// Take the keys of an integration away, at once on every instance
    Remove {
        /// Its id, as `list` shows it
        id: IntegrationId,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum KeyName {
    /// The one that reads what is published
    Content,
    /// The one that writes
    Admin,
}

impl From<KeyName> for KeyKind {
    fn from(name: KeyName) -> Self {
        match name {
            KeyName::Content => Self::Content,
            KeyName::Admin => Self::Admin,
        }
    }
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
                new.admin_key.reveal(),
            )
        }
        Command::List => {
            let all = app.integrations.all().await?;
            let lines = all.iter().map(|found| format!("{}  {}", found.id, found.name));
            lines.collect::<Vec<_>>().join("\n")
        }
        Command::Rename { id, name } => {
            app.integrations.rename(&id, &name).await?;
            format!("{id} is called {} now.", name.trim())
        }
        Command::Regenerate { id, key } => {
            let kind = KeyKind::from(key);
            let secret = app.integrations.regenerate(&id, kind).await?.value;
            format!("{} key: {}", kind.name(), secret.reveal())
        }
        Command::Remove { id } => {
            app.integrations.remove(&id).await?;
            format!("{id} has no keys any more.")
        }
    };
    app.close().await;
    say(&words)
}
