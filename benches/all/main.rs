//! The benches: `cargo bench`, or `cargo bench -- reading` for one file of them.
//!
//! One program, because every further one is linked anew with all that Masthead depends on. How the
//! figures in docs/BENCHMARKS.md are made stands there.

mod browsing;
mod caching;
mod importing;
mod reading;
mod rendering;
mod support;

fn main() {
    divan::main();
}
