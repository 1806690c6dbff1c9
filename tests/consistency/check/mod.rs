//! `check`: readers and writers on the whole topology while parts of it fail, and then the verdict.

pub mod content;
mod quiet;
mod report;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::sync::mpsc;

use crate::counters::Step;
use crate::desk::{self, Desk, Forms, Hand};
use crate::faults::{Injector, Kind, schedule};
use crate::history::{History, Shared, Watch};
use crate::loads::Loads;
use crate::readers::{self, Places, Reading};
use crate::session::Session;
use crate::topology::{Plan, Topology};
use crate::verdict::{Rule, Violation, judge};
use crate::writers::{Writer, Written};
use crate::{purges, spread};

/// Nothing fails for so long at the end, so that a fault that left something behind is seen.
const CALM: Duration = Duration::from_secs(8);
/// All kinds of faults that every build has.
const KINDS: [Kind; 9] = [
    Kind::Redis,
    Kind::Sessions,
    Kind::Standbys,
    Kind::News,
    Kind::Instances,
    Kind::Primary,
    Kind::Promotion,
    Kind::Varnish,
    Kind::Cuts,
];

#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// What the faults follow from; by default another one each time
    #[arg(long)]
    seed: Option<u64>,
    /// Run so often, each time with the next seed and a new cluster
    #[arg(long, default_value_t = 1)]
    rounds: u64,
    /// Seconds that readers and writers go on in each round
    #[arg(long, default_value_t = 70)]
    duration: u64,
    /// Reads in each round, spread over it; 0 is as many as there can be
    #[arg(long, default_value_t = 0)]
    reads: u64,
    /// Writes in each round, spread over it
    #[arg(long, default_value_t = 2_000)]
    writes: u64,
    /// Which faults, separated by commas; by default all that this build has
    #[arg(long, value_delimiter = ',', value_enum)]
    faults: Option<Vec<Kind>>,
    /// Milliseconds on average from the beginning of a fault to that of the next
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(100..))]
    gap: u64,
    /// No faults at all
    #[arg(long, conflicts_with = "faults")]
    calm: bool,
    /// How many instances
    #[arg(long, default_value_t = 3)]
    instances: usize,
    /// Readers at a time
    #[arg(long, default_value_t = 24)]
    readers: u16,
    /// Groups of posts, each with a writer
    #[arg(long, default_value_t = 4)]
    groups: usize,
    /// Commits wait for no standby, so that a promotion loses something: what was lost must not be
    /// shown any more. Everybody writes by hand
    #[arg(long)]
    asynchronous: bool,
    /// Everybody writes by hand in `psql`, and nobody at the desk
    #[arg(long)]
    by_hand: bool,
    /// The program, where it is not the one that was built with this
    #[arg(long)]
    program: Option<std::path::PathBuf>,
    /// Where to keep the logs of the instances of a round that showed violations
    #[arg(long)]
    logs: Option<std::path::PathBuf>,
}

/// The seed of the run among the tests, so that a change is not blamed for a schedule that nobody has seen
/// before. Whoever calls `check` by hand gets another one each time.
const SEED_OF_TESTS: u64 = 853;

impl Default for Arguments {
    fn default() -> Self {
        use clap::{Args as _, FromArgMatches as _};
        let matches = Self::augment_args(clap::Command::new("check")).get_matches_from(["check"]);
        let arguments = Self::from_arg_matches(&matches).expect("every argument has a default");
        Self { seed: Some(SEED_OF_TESTS), ..arguments }
    }
}

impl Arguments {
    fn kinds(&self) -> Vec<Kind> {
        if self.calm {
            return Vec::new();
        }
        let mut all = KINDS.to_vec();
        if cfg!(feature = "failpoints") {
            all.push(Kind::Failpoints);
        }
        self.faults.clone().unwrap_or(all)
    }
}

/// Runs the rounds; gives whether nothing was wrong.
pub async fn run(arguments: &Arguments) -> bool {
    let first = arguments.seed.unwrap_or_else(|| u64::from(rand::random::<u16>()));
    let mut is_right = true;
    for seed in first..first + arguments.rounds {
        let violations = round(arguments, seed).await;
        is_right &= violations == 0;
    }
    is_right
}

/// One round on a cluster of its own; gives the number of violations.
async fn round(arguments: &Arguments, seed: u64) -> usize {
    let length = Duration::from_secs(arguments.duration);
    let schedule = schedule(
        seed,
        (&arguments.kinds(), arguments.gap),
        arguments.instances,
        length.saturating_sub(CALM),
    );
    let progress = report::Progress::begin(seed, length, schedule.len());
    let mut plan = Plan {
        instances: arguments.instances,
        is_asynchronous: arguments.asynchronous,
        ..Plan::default()
    };
    if let Some(program) = &arguments.program {
        plan.program = program.canonicalize().unwrap();
    }
    let mut topology = Topology::start(plan).await;
    desk::add_owner(&topology);
    let ids = content::write(&topology, arguments.groups).await;

    let reading = Reading {
        places: Arc::new(Places::of(&topology)),
        groups: arguments.groups,
        watch: Watch::start(),
        history: Shared::default(),
        is_over: Arc::new(AtomicBool::new(false)),
    };
    let load = Load::start(arguments, seed, &reading, &topology, ids);
    let history = reading.history.clone();
    let mut injector = Injector { topology: &mut topology, watch: reading.watch, history };
    injector.run(&schedule, |words| progress.say(words)).await;
    let left = length.saturating_sub(Duration::from_micros(reading.watch.now()));
    tokio::time::sleep(left.max(CALM)).await;
    reading.is_over.store(true, Ordering::Relaxed);
    progress.say("everybody stops, and what they saw is judged");
    let written = load.end().await;
    reading.history.lock().unwrap().loads = Loads::of(&topology).await;

    let mut violations = of_the_writers(&written);
    violations.extend(quiet::look(&topology, &reading, &written).await);
    let history: History = std::mem::take(&mut *reading.history.lock().unwrap());
    violations.extend(judge(&history));
    progress.end();
    report::print(seed, &history, &violations);
    if let Some(folder) = arguments.logs.as_ref().filter(|_| !violations.is_empty()) {
        std::fs::create_dir_all(folder).unwrap();
        let all: Vec<_> = violations.iter().map(ToString::to_string).collect();
        std::fs::write(folder.join(format!("{seed}.violations")), all.join("\n")).unwrap();
        std::fs::write(folder.join(format!("{seed}.log")), topology.logs()).unwrap();
    }
    violations.len()
}

fn of_the_writers(written: &[Written]) -> Vec<Violation> {
    let lost = written.iter().filter(|written| written.is_lost);
    lost.map(|written| {
        let Written { group, acknowledged, .. } = written;
        let words = format!("the writer of group {group} found less than step {acknowledged}");
        Violation { rule: Rule::Lost, words }
    })
    .collect()
}

/// Everybody who is at work in a round.
struct Load {
    readers: Vec<tokio::task::JoinHandle<()>>,
    writers: Vec<tokio::task::JoinHandle<Written>>,
    spread: tokio::task::JoinHandle<()>,
    purges: tokio::task::JoinHandle<Vec<crate::history::Purged>>,
    history: Shared,
}

impl Load {
    fn start(
        arguments: &Arguments,
        seed: u64,
        reading: &Reading,
        topology: &Topology,
        ids: Vec<Vec<String>>,
    ) -> Self {
        let length = Duration::from_secs(arguments.duration);
        let pause = |whole: u64, by: u64| {
            let each = u32::try_from(whole / by.max(1)).unwrap_or(u32::MAX);
            if each == 0 { Duration::ZERO } else { length / each }
        };
        let (announce, announced) = mpsc::channel(1);
        let read_pause = pause(arguments.reads, u64::from(arguments.readers));
        let readers = (0..arguments.readers).map(|number| {
            let seed = seed ^ (u64::from(number) << 32);
            tokio::spawn(readers::read_on(reading.clone(), number, seed, read_pause))
        });
        let writers = ids.into_iter().enumerate().map(|(group, ids)| {
            let number = u16::try_from(group).expect("there are few");
            let seed = seed ^ (u64::from(number) << 48);
            // Most write at the desk, and somebody by hand.
            let desk = if arguments.by_hand || arguments.asynchronous || group % 4 == 3 {
                Desk::Hand(Hand::at(topology.primary_port.clone()))
            } else {
                let random = StdRng::seed_from_u64(seed + 1);
                Desk::Forms(Box::new(Forms { places: reading.places.clone(), random }))
            };
            let writer = Writer {
                group,
                reading: reading.clone(),
                desk,
                session: Session::at(&reading.places.varnish),
                number: arguments.readers + number,
                ids,
                seed,
                pause: pause(arguments.writes, arguments.groups as u64),
                may_lose: arguments.asynchronous,
                announce: announce.clone(),
            };
            tokio::spawn(writer.write_on())
        });
        let (readers, writers) = (readers.collect(), writers.collect());
        let primary = topology.primary_port.clone();
        let looking = purges::look_on(primary.clone(), reading.watch, reading.is_over.clone());
        Self {
            readers,
            writers,
            spread: tokio::spawn(spread::watch_on(reading.clone(), primary, announced)),
            purges: tokio::spawn(looking),
            history: reading.history.clone(),
        }
    }

    /// Waits until everybody has stopped.
    async fn end(self) -> Vec<Written> {
        let mut written = Vec::new();
        for writer in self.writers {
            written.push(writer.await.unwrap());
        }
        for reader in self.readers {
            reader.await.unwrap();
        }
        self.spread.await.unwrap();
        let purged = self.purges.await.unwrap();
        self.history.lock().unwrap().purged = purged;
        written
    }
}

/// The last step of each group that has to be there.
pub fn acknowledged(written: &[Written]) -> impl Iterator<Item = (usize, Step)> {
    written.iter().map(|written| (written.group, written.acknowledged))
}
