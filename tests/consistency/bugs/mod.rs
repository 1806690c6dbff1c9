//! `bugs`: builds the program with one known bug after the other, and the checker has to find each.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scratch::Scratch;

/// Where the patches are.
const PATCHES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/consistency/bugs");

/// A bug: the name of its patch, and how the checker is called to find it.
struct Bug {
    name: &'static str,
    check: &'static [&'static str],
}

const BUGS: [Bug; 7] = [
    // Changes end nothing that is kept.
    Bug { name: "no-as-of-check", check: &["--calm", "--by-hand"] },
    // What a replica gives is taken for what it should be.
    Bug { name: "trusted-replica", check: &["--faults", "standbys", "--by-hand"] },
    // News that follows lost news is taken for the next.
    Bug { name: "no-gap-detection", check: &["--faults", "news", "--by-hand"] },
    // A promotion that lost something goes unnoticed.
    Bug { name: "no-new-epoch", check: &["--faults", "promotion", "--asynchronous"] },
    // The CDN is told before the instances are.
    Bug { name: "purge-before-apply", check: &["--faults", "news,redis", "--by-hand"] },
    // The door reads a writer's token and forgets it.
    Bug { name: "forgotten-token", check: &["--faults", "news,redis"] },
    // Parts of a page are taken by their number alone.
    Bug { name: "mixed-moments", check: &["--calm", "--by-hand"] },
];

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only these bugs, separated by commas
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Seeds to try, one after the other, until a bug is found
    #[arg(long, default_value_t = 4)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 4)]
    seed: u64,
    /// Seconds for each
    #[arg(long, default_value_t = 60)]
    duration: u64,
}

/// Gives whether every bug was found.
pub fn run(arguments: &Arguments) -> bool {
    let scratch = Scratch::new();
    let mut is_found = true;
    let asked_for = |bug: &&Bug| {
        arguments.only.is_empty() || arguments.only.iter().any(|name| name == bug.name)
    };
    for bug in BUGS.iter().filter(asked_for) {
        let patch = Path::new(PATCHES).join(format!("{}.patch", bug.name));
        scratch.patch(&patch, false);
        let program = scratch.build(bug.name);
        scratch.patch(&patch, true);
        let found = (arguments.seed..arguments.seed + arguments.seeds)
            .find(|seed| finds(bug, &program, *seed, arguments));
        match found {
            Some(seed) => println!("{}: found with seed {seed}\n", bug.name),
            None => println!("{}: NOT FOUND\n", bug.name),
        }
        is_found &= found.is_some();
    }
    is_found
}

/// Whether a run of the checker finds something wrong with a build.
fn finds(bug: &Bug, program: &PathBuf, seed: u64, arguments: &Arguments) -> bool {
    println!("{}: seed {seed}", bug.name);
    let mut check = Command::new(std::env::current_exe().unwrap());
    check.args(["check", "--seed", &seed.to_string(), "--readers", "12"]);
    check.args(["--duration", &arguments.duration.to_string(), "--writes", "1000"]);
    check.args(bug.check).arg("--program").arg(program);
    let output = check.output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout);
    let is_count = |line: &&str| line.ends_with(" violations") && !line.contains(" 0 violations");
    for line in words.lines().filter(is_count) {
        println!("  {}", line.trim());
    }
    output.status.code() == Some(1) && words.contains(" violations (seed")
}
