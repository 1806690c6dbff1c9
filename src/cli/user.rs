//! `masthead user`: those who may sign in.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::ValueEnum;

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;
use crate::domain::author::Role;
use crate::services::users::NewUser;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Add a user; the password is asked for, or read from standard input
    Add {
        /// The address with which they sign in
        email: String,
        /// The name under which readers know them (what stands before the `@`, if none is given)
        #[arg(long)]
        name: Option<String>,
        /// What they may do; the first user is the owner
        #[arg(long, value_enum, default_value_t = RoleName::Author)]
        role: RoleName,
    },
    /// Give a user another password, and sign them out everywhere; it is asked for as with `add`
    Password {
        /// The address with which they sign in
        email: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RoleName {
    Administrator,
    Editor,
    Author,
    Contributor,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Administrator => Self::Administrator,
            RoleName::Editor => Self::Editor,
            RoleName::Author => Self::Author,
            RoleName::Contributor => Self::Contributor,
        }
    }
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Failure> {
    let password = ask_for_password()?;
    let app = App::open(config).await?;
    let words = match command {
        Command::Add { email, name, role } => {
            let name =
                name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
            let user = NewUser { name, email, role: role.into() };
            let author = app.users.add(&user, &password).await?;
            let role = if author.role == Role::Owner { "owns this site" } else { "may sign in" };
            format!("{} {role}.", author.name)
        }
        Command::Password { email } => {
            let author = app.users.set_password(&email, &password).await?;
            format!("{} has another password, and is signed out everywhere.", author.name)
        }
    };
    app.close().await;
    say(&words)
}

/// Asks twice at a terminal; reads one line elsewhere, so that scripts can add users.
fn ask_for_password() -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ")?;
        if password != rpassword::prompt_password("Once more: ")? {
            return Err("the two passwords are not the same".into());
        }
        return Ok(password);
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
