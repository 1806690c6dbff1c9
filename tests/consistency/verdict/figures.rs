//! The figures of a run, which say more than that nothing was wrong.

use std::fmt;
use std::time::Duration;

use super::rules;
use super::timeline::Timeline;
use crate::history::{History, Moment, Outcome, Target};
use crate::loads::Loads;

/// Some points of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentiles {
    pub samples: usize,
    pub p50: Duration,
    pub p99: Duration,
    pub most: Duration,
}

impl Percentiles {
    /// Those of some values in microseconds; `None` where there are none.
    pub fn of(mut values: Vec<Moment>) -> Option<Self> {
        values.sort_unstable();
        let most = *values.last()?;
        let at = |share: usize| Duration::from_micros(values[(values.len() - 1) * share / 100]);
        let most = Duration::from_micros(most);
        Some(Self { samples: values.len(), p50: at(50), p99: at(99), most })
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
        let Self { samples, p50, p99, most } = *self;
        write!(
            f,
            "p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms ({samples})",
            ms(p50),
            ms(p99),
            ms(most)
        )
    }
}

/// What a run measured.
#[derive(Debug)]
pub struct Figures {
    pub requests: u64,
    pub writes: usize,
    /// Writes that had to be tried again.
    pub retried: usize,
    pub called_stale: usize,
    pub refused: usize,
    pub lost: usize,
    /// Reads that lack what their instance had shown at that address within the bound.
    pub went_back: usize,
    pub faults: usize,
    /// From the commit of a save until no instance shows the old page, where no fault stood.
    pub spread_calm: Option<Percentiles>,
    /// The same under faults.
    pub spread_faulty: Option<Percentiles>,
    /// How long the saves themselves took, where no fault stood.
    pub save_calm: Option<Percentiles>,
    /// Where the instances read.
    pub loads: Loads,
    /// How long a read took, at the instances and the balancer.
    pub read: Option<Percentiles>,
}

impl Figures {
    pub fn of(history: &History) -> Self {
        let timeline = Timeline::of(history);
        let is_calm = |from, to| timeline.troubles(from, to).next().is_none();
        let (mut calm, mut faulty) = (Vec::new(), Vec::new());
        for spread in &history.spreads {
            let took = spread.everywhere.saturating_sub(spread.committed);
            let is_calm = is_calm(spread.committed, spread.everywhere);
            if is_calm { &mut calm } else { &mut faulty }.push(took);
        }
        let calm_saves = history.writes.iter().filter(|w| is_calm(w.sent, w.acknowledged));
        let saves = calm_saves.map(|write| write.acknowledged - write.sent).collect();
        let count = |is: fn(&Outcome) -> bool| {
            history.reads.iter().filter(|read| is(&read.outcome)).count()
        };
        let direct = history.reads.iter().filter(|read| read.target != Target::Varnish);
        Self {
            requests: history.requests,
            writes: history.writes.len(),
            retried: history.writes.iter().filter(|write| write.attempts > 1).count(),
            called_stale: history.reads.iter().filter(|read| read.is_stale).count(),
            refused: count(|outcome| matches!(outcome, Outcome::Refused(_))),
            lost: count(|outcome| matches!(outcome, Outcome::Lost)),
            went_back: rules::ways_back(&history.reads, 0, &timeline).len(),
            faults: history.troubles.len(),
            spread_calm: Percentiles::of(calm),
            spread_faulty: Percentiles::of(faulty),
            save_calm: Percentiles::of(saves),
            loads: history.loads,
            read: Percentiles::of(direct.map(|read| read.end - read.begin).collect()),
        }
    }
}
