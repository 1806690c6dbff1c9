//! Replicas: which of them answers a read, and what is known of each.
//!
//! What decides whether a replica has seen enough is the clock in the snapshot itself, never what was
//! known of it before; that only says where to ask first. A replica is used once the prober has found
//! it to be a physical standby of the primary's cluster, in the primary's epoch.

mod breaker;
mod figures;
mod primary_clock;
mod prober;
mod replica;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;

use self::primary_clock::PrimaryClock;
use self::replica::{Original, Replica, Unusable};
use super::address::{self, InvalidAddress};
use super::database::{Database, Servers};
use super::intent::{Intent, Source, Tried};
use super::primary::Primary;
use super::snapshot::Snapshot;
use crate::clock::Clock;
use crate::content_clock::AsOf;
use crate::entropy::Entropy;

pub use prober::Prober;
pub use visit::Visit;

/// How many replicas a read is tried on before the primary is asked.
const TRIES: usize = 3;

/// How replicas are used.
#[derive(Debug, Clone)]
pub struct ReplicaSettings {
    /// `postgres://…` of each.
    pub urls: Vec<String>,
    /// How many connections each gets.
    pub connections: u32,
    /// A replica that lags for longer is asked only where the primary is down.
    pub max_lag: Duration,
}

/// What will do of a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standard {
    /// One that is not far behind, and has a place.
    Usual,
    /// Whatever there is, however far behind, and however long one waits for a place: nobody else
    /// answers.
    Lowered,
}

impl Database {
    /// The same database, with replicas that may answer reads once [`Prober::step`] has accepted them.
    /// None of them has to be there. SQLite has none, and stays as it is.
    ///
    /// # Errors
    /// An address is not understood.
    pub fn with_replicas(
        self,
        settings: &ReplicaSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, InvalidAddress> {
        let Servers::Postgres { primary, .. } = self.servers else { return Ok(self) };
        let replicas = Arc::new(Replicas::new(settings, primary.clone(), clock, entropy)?);
        Ok(Self { servers: Servers::Postgres { primary, replicas: Some(replicas) } })
    }

    /// What keeps the replicas under watch; `None` where there are none.
    #[must_use]
    pub fn prober(&self) -> Option<Prober> {
        match &self.servers {
            Servers::Postgres { replicas: Some(replicas), .. } => {
                Some(Prober::new(replicas.clone()))
            }
            _ => None,
        }
    }
}

/// The replicas of a primary.
#[derive(Debug)]
pub(super) struct Replicas {
    all: Vec<Arc<Replica>>,
    primary: Arc<Primary>,
    primary_clock: PrimaryClock,
    max_lag: Duration,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Replicas {
    pub fn new(
        settings: &ReplicaSettings,
        primary: Arc<Primary>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, InvalidAddress> {
        let replica = |(at, url): (usize, &String)| {
            let options = match address::servers(url)?.as_slice() {
                [server] => address::options(server).map_err(|_| InvalidAddress::Unreadable)?,
                _ => return Err(InvalidAddress::Several),
            };
            Ok(Arc::new(Replica::new(at, options, settings.connections, clock.clone())))
        };
        let urls = settings.urls.iter().take(Tried::MOST).enumerate();
        Ok(Self {
            all: urls.map(replica).collect::<Result<_, _>>()?,
            primary,
            primary_clock: PrimaryClock::default(),
            max_lag: settings.max_lag,
            clock,
            entropy,
        })
    }

    /// The primary stands there now.
    pub fn hear(&self, as_of: AsOf) {
        self.primary_clock.hear(as_of, self.clock.elapsed());
    }

    /// A snapshot of a replica that will do; `None` where there is none, or nothing is known of the
    /// primary that a replica could be held against.
    pub async fn read(&self, intent: Intent, standard: Standard, tried: Tried) -> Option<Snapshot> {
        let original = self.original()?;
        let mut candidates = self.candidates(intent, standard, tried);
        for _ in 0..TRIES {
            let replica = self.choose(&mut candidates)?;
            match replica.read(original, standard).await {
                Ok(snapshot) if intent.allows(snapshot.as_of()) => {
                    count(Source::Replica(0), intent, "ok");
                    return Some(snapshot);
                }
                Ok(_) => count(Source::Replica(0), intent, "behind"),
                Err(Unusable::Busy) => count(Source::Replica(0), intent, "busy"),
                Err(Unusable::Refused(_)) => count(Source::Replica(0), intent, "refused"),
                Err(Unusable::Failed(_) | Unusable::Silent | Unusable::Lost) => {
                    count(Source::Replica(0), intent, "failed");
                }
            }
        }
        None
    }

    /// A read was cut off there.
    pub fn lost(&self, replica: usize) {
        if let Some(replica) = self.all.get(replica) {
            replica.lost();
        }
    }

    /// Replicas that may be asked, in two ranks: 0 for those that were seen to have enough.
    fn candidates(
        &self,
        intent: Intent,
        standard: Standard,
        tried: Tried,
    ) -> Vec<(u8, &Arc<Replica>)> {
        if intent == Intent::Primary {
            return Vec::new();
        }
        let now = self.clock.elapsed();
        let untried = self.all.iter().filter(|replica| !tried.has(replica.at));
        untried
            .filter_map(|replica| {
                let as_of = replica.standing(standard)?;
                let behind = self.primary_clock.lag(as_of, now)?;
                let is_near = standard == Standard::Lowered || behind <= self.max_lag;
                is_near.then(|| (u8::from(!intent.allows(as_of)), replica))
            })
            .collect()
    }

    /// Takes one out of the best rank: of two at random, the one that costs less. That spreads the
    /// reads nearly as well as knowing all, and does not send everybody to the same one at once
    /// (Mitzenmacher, The power of two choices in randomized load balancing, 2001).
    fn choose<'a>(&self, candidates: &mut Vec<(u8, &'a Arc<Replica>)>) -> Option<&'a Arc<Replica>> {
        let best = candidates.iter().map(|(rank, _)| *rank).min()?;
        let mut places: Vec<usize> =
            (0..candidates.len()).filter(|at| candidates[*at].0 == best).collect();
        let first = places.swap_remove(self.below(places.len()));
        let at = match places.len() {
            0 => first,
            others => {
                let second = places[self.below(others)];
                let is_dearer = candidates[first].1.cost() > candidates[second].1.cost();
                if is_dearer { second } else { first }
            }
        };
        Some(candidates.swap_remove(at).1)
    }

    /// A random number below another, which is not 0.
    fn below(&self, end: usize) -> usize {
        usize::try_from(self.entropy.next() % end.max(1) as u64).unwrap_or(0)
    }

    fn original(&self) -> Option<Original> {
        Some(Original { system: self.primary.system(), clock: self.primary_clock.last()? })
    }

    /// Closes the connections.
    pub async fn close(&self) {
        for replica in &self.all {
            replica.close().await;
        }
    }
}

/// Counts an attempt to take a snapshot.
pub(super) fn count(source: Source, intent: Intent, outcome: &'static str) {
    counter!(
        "masthead_db_reads_total",
        "source" => source.as_str(), "intent" => intent.as_str(), "outcome" => outcome
    )
    .increment(1);
}
