//! The command line: one file a command.
//!
//! Exit codes: 0 done, 1 failed, 2 used wrongly or configured wrongly.

mod cache;
mod check;
mod export;
mod import;
mod integration;
mod migrate;
mod serve;
mod settings;
mod user;
mod webhook;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Overrides};
use crate::telemetry;

/// A publishing platform for sites that get read a lot.
#[derive(Debug, Parser)]
#[command(version, about, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "Without a command, `masthead` serves the site.\n\
    Everything that is configured can stand in masthead.toml or in the environment: see\n\
    docs/DEPLOY.md.";

/// What every command understands.
#[derive(Debug, Args)]
struct Common {
    /// The configuration file [default: masthead.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "MASTHEAD_CONFIG")]
    config: Option<PathBuf>,
    /// The database: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// The address and port to listen on
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The address of the site for readers, like `https://example.org`
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site (the default)
    Serve,
    /// Import a folder of Markdown, or a Ghost export
    Import(import::Options),
    /// Write the whole site to a folder of Markdown, or to a Ghost export
    Export(export::Options),
    /// Bring the database to what this version expects, then stop
    Migrate,
    /// Say what is wrong with the configuration
    Check,
    /// Show or set what an owner decides once for every page: title, language, navigation …
    Settings(settings::Options),
    /// See what is kept and why, or say that it has changed
    #[command(subcommand)]
    Cache(cache::Command),
    /// Manage programs that use the API, and their keys
    #[command(subcommand)]
    Integration(integration::Command),
    /// Manage what programs are told when something happens, and see whether they were
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Manage those who may sign in
    #[command(subcommand)]
    User(user::Command),
}

/// A failure of a command, in words for the person at the terminal.
#[derive(Debug)]
struct Failure {
    message: String,
    code: u8,
}

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { message: error.to_string(), code: 1 }
    }
}

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let Common { config, database, listen, url } = cli.common;
    let overrides = Overrides::new(listen, url, database);
    let config = match Config::load(config.as_deref(), &overrides) {
        Ok(config) => config,
        Err(problems) => {
            for problem in problems {
                complain(&problem.to_string());
            }
            return ExitCode::from(2);
        }
    };
    let result = match cli.command.unwrap_or(Command::Serve) {
        Command::Check => check::run(&config),
        command => {
            telemetry::log::init(&config.log);
            start(async move {
                match command {
                    Command::Serve => serve::run(config).await,
                    Command::Import(options) => Box::pin(import::run(config, options)).await,
                    Command::Export(options) => export::run(config, options).await,
                    Command::Integration(command) => integration::run(config, command).await,
                    Command::Migrate => migrate::run(config).await,
                    Command::Settings(options) => settings::run(config, options).await,
                    Command::Cache(command) => cache::run(config, command).await,
                    Command::User(command) => user::run(config, command).await,
                    Command::Webhook(command) => webhook::run(config, command).await,
                    Command::Check => unreachable!("handled above"),
                }
            })
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                complain(&failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}

fn start(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command)
}

/// One line on standard error. Nothing can be done where even that fails.
fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "masthead: {message}");
}

/// One line on standard output. Where its reader has seen enough (`| head`), that is no failure.
fn say(message: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{message}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Err(Failure { message: String::new(), code: 0 })
        }
        result => Ok(result?),
    }
}
