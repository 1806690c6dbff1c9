//! What happened: every read, every write and every fault, each with its moments.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::counters::{Span, Step};
use crate::loads::Loads;

/// Microseconds since the run began, by one clock for all.
pub type Moment = u64;

/// The clock of a run.
#[derive(Debug, Clone, Copy)]
pub struct Watch(Instant);

impl Watch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn now(self) -> Moment {
        micros(self.0.elapsed())
    }
}

/// A duration in the unit of moments.
pub fn micros(duration: Duration) -> Moment {
    u64::try_from(duration.as_micros()).expect("a run is shorter than an age")
}

/// Whom a reader asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    Instance(u8),
    Balancer,
    Varnish,
}

/// What became of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A page, and what it shows of one group.
    Page(Span),
    /// Any other answer.
    Refused(u16),
    /// No whole answer.
    Lost,
}

/// A read of one address; a page that shows several groups is one for each of them.
#[derive(Debug, Clone)]
pub struct Read {
    pub begin: Moment,
    pub end: Moment,
    pub session: u16,
    pub group: u16,
    /// The number of the address among those of its group, or of the shared ones behind them.
    pub address: u8,
    pub target: Target,
    /// The instance that made or kept the answer, where it said so.
    pub instance: Option<u8>,
    /// The instance called it stale.
    pub is_stale: bool,
    /// Varnish had it.
    pub is_varnish_hit: bool,
    /// The last step that the reader itself had seen acknowledged when it asked; 0 for strangers.
    pub own: Step,
    /// What a writer brought along, and what the layers said of the answer.
    pub words: Option<Arc<str>>,
    pub outcome: Outcome,
}

/// A step of a group.
#[derive(Debug, Clone, Copy)]
pub struct Write {
    pub group: u16,
    pub step: Step,
    /// When it was first sent.
    pub sent: Moment,
    /// When the writer knew that it is there.
    pub acknowledged: Moment,
    /// How often its outcome was unknown, or it was refused for the moment.
    pub attempts: u16,
}

/// A promotion took something back: a group stood at a lower step afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Loss {
    pub group: u16,
    pub step: Step,
    /// When its writer found that.
    pub at: Moment,
}

/// A fault, from its beginning until everything was whole again.
#[derive(Debug, Clone)]
pub struct Trouble {
    pub what: String,
    pub kind: crate::faults::Kind,
    /// The instance that cannot answer, or has lost its ways.
    pub instance: Option<u8>,
    pub began: Moment,
    pub healed: Moment,
}

/// How far the purges are, looked at from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purged {
    pub at: Moment,
    pub epoch: String,
    /// The content clock.
    pub clock: i64,
    /// Up to where all rounds of purges are over, where that is known in this epoch.
    pub settled: Option<i64>,
}

/// How long a write took until no instance showed the old page any more.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// When the database committed it.
    pub committed: Moment,
    /// When an instance last gave the old page, and did not call it stale.
    pub everywhere: Moment,
}

/// Everything that happened in a run.
#[derive(Debug, Default)]
pub struct History {
    pub reads: Vec<Read>,
    pub writes: Vec<Write>,
    pub losses: Vec<Loss>,
    pub troubles: Vec<Trouble>,
    pub purged: Vec<Purged>,
    pub spreads: Vec<Spread>,
    /// Where the instances that stand at the end have read.
    pub loads: Loads,
    /// How many requests the reads were.
    pub requests: u64,
}

/// A history that several tasks write.
pub type Shared = Arc<Mutex<History>>;
