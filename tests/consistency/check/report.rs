//! What a run says: while it goes on, and at the end.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::history::History;
use crate::loads::Loads;
use crate::verdict::{Figures, Percentiles, RULES, Violation};

/// So many violations of each rule are told in full; more say no more.
const TOLD: usize = 3;

/// Says what goes on.
pub struct Progress {
    bar: ProgressBar,
    begin: Instant,
}

impl Progress {
    pub fn begin(seed: u64, length: Duration, faults: usize) -> Self {
        println!("seed {seed}: {faults} faults in {} s", length.as_secs());
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg}");
        bar.set_style(style.expect("the template is right"));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, begin: Instant::now() }
    }

    /// Says what was done.
    pub fn say(&self, words: &str) {
        if self.bar.is_hidden() {
            println!("  {:6.1} s  {words}", self.begin.elapsed().as_secs_f64());
        } else {
            self.bar.set_message(words.to_owned());
        }
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Prints the figures of a round, and what was wrong.
pub fn print(seed: u64, history: &History, violations: &[Violation]) {
    let figures = Figures::of(history);
    let line = |name: &str, value: &dyn std::fmt::Display| println!("  {name:<38}{value}");
    println!("\nseed {seed}");
    line("reads", &figures.requests);
    line("  called stale", &figures.called_stale);
    line("  refused", &figures.refused);
    line("  without an answer", &figures.lost);
    line("  went back within 2 s", &figures.went_back);
    line("writes acknowledged", &figures.writes);
    line("  tried more than once", &figures.retried);
    line("faults", &figures.faults);
    let percentiles = |name: &str, values: Option<Percentiles>| match values {
        Some(values) => line(name, &values),
        None => line(name, &"-"),
    };
    percentiles("a save, in calm", figures.save_calm);
    percentiles("commit until new everywhere, in calm", figures.spread_calm);
    percentiles("the same under faults", figures.spread_faulty);
    percentiles("a read, past the CDN", figures.read);
    let Loads { on_replicas, on_primary } = figures.loads;
    let share = figures.loads.share();
    let all = on_replicas + on_primary;
    line("loads on replicas", &format!("{share:.1}% ({on_replicas} of {all})"));
    for rule in RULES {
        let count = violations.iter().filter(|violation| violation.rule == rule).count();
        line(&rule.to_string(), &format!("{count} violations"));
    }
    for rule in RULES {
        let of_rule = violations.iter().filter(|violation| violation.rule == rule);
        for violation in of_rule.take(TOLD) {
            println!("\n  {violation}");
        }
    }
    println!("\n{} violations (seed {seed})", violations.len());
}
