//! The cluster on one machine, and the proof of its promises: a program with a command for each of
//! the things that one does with it. docs/CONSISTENCY.md says what is promised and how it is checked.
//!
//! Among the tests it runs the checker for two minutes, and closes with a line like that of the test
//! runner.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic that names its line")]
#![expect(dead_code, reason = "the faults to come use what the topology can do")]

mod local;
mod support;
mod topology;

use clap::{Parser, Subcommand};

/// The cluster on one machine, and the proof of its promises
#[derive(Debug, Parser)]
#[command(name = "consistency")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything, print the addresses, and stop it at ctrl-c
    Local(local::Arguments),
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Local(arguments)) => local::run(&arguments).await,
        None => {}
    }
}
