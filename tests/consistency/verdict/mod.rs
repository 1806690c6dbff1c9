//! The verdict: what a history must not show, looked for when all is over.
//!
//! Each rule is a promise of the design, as docs/CONSISTENCY.md states it.

mod figures;
mod rules;
mod timeline;

use std::fmt;
use std::time::Duration;

pub use figures::{Figures, Percentiles};
use timeline::Timeline;

use crate::history::{History, Moment, Outcome, Read};

/// A promise that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A page shows counters of different moments, or not what it is about.
    OneMoment,
    /// A page shows what nobody had written yet.
    Phantom,
    /// An instance gave something older than two seconds, and did not call it stale.
    Stale,
    /// The CDN gave something of which it had been told that it is old.
    StaleAtCdn,
    /// A writer did not see what they had written.
    OwnWrites,
    /// An instance went back in time at one address, for longer than the bound.
    Monotonic,
    /// A reader was refused, and no fault allows that.
    Failed,
    /// What was acknowledged is not there at the end.
    Lost,
    /// Not everybody shows the same at the end.
    Quiescence,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneMoment => "one moment on one page",
            Self::Phantom => "nothing before it was written",
            Self::Stale => "2 s at the instances",
            Self::StaleAtCdn => "purged at the CDN",
            Self::OwnWrites => "own writes",
            Self::Monotonic => "no way back at an instance",
            Self::Failed => "no failed reads",
            Self::Lost => "what was acknowledged is there",
            Self::Quiescence => "all agree at the end",
        })
    }
}

/// All rules, in the order in which they are reported.
pub const RULES: [Rule; 9] = [
    Rule::OneMoment,
    Rule::Phantom,
    Rule::Stale,
    Rule::StaleAtCdn,
    Rule::OwnWrites,
    Rule::Monotonic,
    Rule::Failed,
    Rule::Lost,
    Rule::Quiescence,
];

/// A violation, with what is needed to understand it.
#[derive(Debug, Clone)]
pub struct Violation {
    pub rule: Rule,
    pub words: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.words)
    }
}

/// Judges a history.
pub fn judge(history: &History) -> Vec<Violation> {
    let timeline = Timeline::of(history);
    let mut violations = Vec::new();
    for read in &history.reads {
        let broken = match read.outcome {
            Outcome::Page(span) => rules::of_a_page(read, span, &timeline),
            Outcome::Refused(_) | Outcome::Lost => rules::of_a_failure(read, &timeline),
        };
        if let Some((rule, why)) = broken {
            violations.push(Violation { rule, words: describe(read, &why, &timeline) });
        }
    }
    for (before, read) in rules::ways_back(&history.reads, rules::BOUND, &timeline) {
        let why = format!(
            "after it had shown {:?} from {:.3} to {:.3} s; {}",
            before.outcome,
            seconds(before.begin),
            seconds(before.end),
            timeline.losses_of(read.group),
        );
        let words = describe(read, &why, &timeline);
        violations.push(Violation { rule: Rule::Monotonic, words });
    }
    violations
}

fn seconds(moment: Moment) -> f64 {
    Duration::from_micros(moment).as_secs_f64()
}

fn describe(read: &Read, why: &str, timeline: &Timeline<'_>) -> String {
    let Read { group, address, target, instance, session, own, .. } = read;
    let words = read.words.as_deref().unwrap_or("a stranger");
    format!(
        "{:?} at {target:?} (by instance {instance:?}{}{}), group {group}, address {address}, \
         session {session} owed {own} ({words}), from {:.3} to {:.3} s: {why}; {}",
        read.outcome,
        if read.is_varnish_hit { ", kept by Varnish" } else { "" },
        if read.is_stale { ", called stale" } else { "" },
        seconds(read.begin),
        seconds(read.end),
        timeline.troubles_around(read.begin, read.end),
    )
}
