//! The program `masthead`.

use std::process::ExitCode;

fn main() -> ExitCode {
    masthead::cli::run()
}
