//! The cluster on one machine, and the proof of its promises: a program with a command for each of
//! the things that one does with it. docs/CONSISTENCY.md says what is promised and how it is checked.
//!
//! Among the tests it runs the checker for two minutes, and closes with a line like that of the test
//! runner.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic that names its line")]

mod bugs;
mod check;
mod cold;
mod counters;
mod desk;
mod faults;
mod history;
mod loads;
mod local;
mod purges;
mod readers;
mod redis_lost;
mod scratch;
mod session;
mod spread;
#[expect(dead_code, reason = "each of the tests uses another part of it")]
mod support;
mod topology;
mod upgrade;
mod verdict;
mod writers;

use std::process::ExitCode;
use std::time::Instant;

use clap::{CommandFactory as _, Parser, Subcommand};

/// How the test runner, and whoever names a test, calls all of this.
const NAME: &str = "consistency";

/// The cluster on one machine, and the proof of its promises
#[derive(Debug, Parser)]
#[command(name = NAME)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read and write while parts fail, and look for what must not be seen
    Check(check::Arguments),
    /// Start everything, print the addresses, and stop it at ctrl-c
    Local(local::Arguments),
    /// Build the program with known bugs, each of which the checker has to find
    Bugs(bugs::Arguments),
    /// Replace every instance by a new build under load
    Upgrade(upgrade::Arguments),
    /// Give a cluster with empty caches its full load at once
    Cold,
    /// Lose the Redis of the cache under load, and see how soon all is normal when it is back
    RedisLost,
}

#[tokio::main]
async fn main() -> ExitCode {
    let begin = Instant::now();
    let outcome = match asked() {
        None => None,
        Some(Command::Local(arguments)) => {
            local::run(&arguments).await;
            return ExitCode::SUCCESS;
        }
        Some(Command::Check(arguments)) => Some(check::run(&arguments).await),
        Some(Command::Bugs(arguments)) => Some(bugs::run(&arguments)),
        Some(Command::Upgrade(arguments)) => Some(upgrade::run(&arguments).await),
        Some(Command::Cold) => Some(cold::run().await),
        Some(Command::RedisLost) => Some(redis_lost::run().await),
    };
    close(outcome, begin);
    if outcome == Some(false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What the command line asks for; `None` where it names other tests.
fn asked() -> Option<Command> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_ours = |word: &String| {
        Arguments::command().find_subcommand(word).is_some()
            || ["--help", "-h", "help"].contains(&word.as_str())
    };
    match words.first() {
        Some(word) if is_ours(word) => Some(Arguments::parse().command),
        // The name of a test, or a wish to the test runner.
        Some(_) if !words.iter().any(|word| NAME.contains(word.as_str())) => None,
        _ => Some(Command::Check(check::Arguments::default())),
    }
}

/// Says at the end what the test runner would say.
fn close(outcome: Option<bool>, begin: Instant) {
    let count = |wanted: bool| u8::from(outcome == Some(wanted));
    let word = if outcome == Some(false) { "FAILED" } else { "ok" };
    println!(
        "\ntest result: {word}. {} passed; {} failed; 0 ignored; 0 measured; {} filtered out; \
         finished in {:.2}s\n",
        count(true),
        count(false),
        u8::from(outcome.is_none()),
        begin.elapsed().as_secs_f64()
    );
}
