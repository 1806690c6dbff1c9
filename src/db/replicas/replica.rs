//! One replica: its connections, and what is known of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout};

use super::Standard;
use super::breaker::Breaker;
use super::figures::Figures;
use super::visit::Visit;
use crate::clock::Clock;
use crate::content_clock::AsOf;
use crate::db::connection::{Connection, Inner};
use crate::db::snapshot::{Snapshot, as_of};
use crate::db::{DbError, Result, address};

/// How long a reader waits for the first answer of a replica, the connection included.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long a probe waits. Who does not answer within it has fallen silent, and reads that are under
/// way there are given up.
const PROBE: Duration = Duration::from_secs(1);
/// How long somebody waits for a place who has nowhere else to go.
const QUEUE: Duration = Duration::from_secs(2);
/// The weight of a new latency against all that were before it.
const NEW: f64 = 0.2;

/// Why a server is not used as a replica, though it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// It was promoted, or it is a logical replica, whose clock and data do not belong together.
    #[error("it is not in recovery: it was promoted, or it is a logical replica")]
    NotAStandby,
    /// It is a copy of something else.
    #[error("it belongs to another cluster than the primary")]
    AnotherCluster,
    /// It follows a server that was left behind, or has not heard of a promotion yet.
    #[error("its content clock is of another epoch than the primary's")]
    AnotherEpoch,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    /// It must not be used.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It failed.
    #[error(transparent)]
    Failed(#[from] DbError),
    /// It did not answer in time.
    #[error("it did not answer in time")]
    Silent,
    /// All its places are taken.
    #[error("it is busy")]
    Busy,
    /// It answered, and then the connection was lost.
    #[error("a connection was lost in the middle of a read")]
    Lost,
}

/// What the primary is, as far as it is known: a replica must be a copy of that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Original {
    /// The identifier of its cluster.
    pub system: i64,
    /// Where its clock was heard last.
    pub clock: AsOf,
}

/// A replica.
#[derive(Debug)]
pub(super) struct Replica {
    /// Its place in the configuration.
    pub at: usize,
    /// `host:port`.
    name: String,
    options: PgConnectOptions,
    size: u32,
    pool: ArcSwap<PgPool>,
    state: Mutex<State>,
    /// For as many snapshots as may be open at a time.
    places: Arc<Semaphore>,
    /// How often it has fallen silent.
    pub silences: watch::Sender<u64>,
    clock: Arc<dyn Clock>,
    figures: Figures,
}

#[derive(Debug, Default)]
struct State {
    breaker: Breaker,
    /// Its clock, when it was read last; `None` before it was accepted.
    as_of: Option<AsOf>,
    refusal: Option<Refusal>,
    /// Seconds to a snapshot, smoothed.
    latency: f64,
}

impl Replica {
    /// A replica that nobody has asked yet. `size` is how many connections it gets.
    pub fn new(at: usize, options: PgConnectOptions, size: u32, clock: Arc<dyn Clock>) -> Self {
        let name = address::name(&options);
        // By force: whoever writes here by mistake shall hear of it, standby or not.
        let options = options.options([("default_transaction_read_only", "on")]);
        Self {
            at,
            pool: ArcSwap::from_pointee(pool(&options, size)),
            options,
            size,
            state: Mutex::default(),
            places: Arc::new(Semaphore::new(size.max(1) as usize)),
            silences: watch::Sender::new(0),
            clock,
            figures: Figures::of(&name),
            name,
        }
    }

    /// Its clock, where it may be asked for a snapshot: it was accepted, its breaker is closed, and
    /// there is a place, or one is waited for.
    pub fn standing(&self, standard: Standard) -> Option<AsOf> {
        if standard == Standard::Usual && self.places.available_permits() == 0 {
            return None;
        }
        let state = self.lock();
        state.as_of.filter(|_| state.refusal.is_none() && state.breaker.is_closed())
    }

    /// What asking it costs, to compare: how long it took of late, for each who is there.
    pub fn cost(&self) -> f64 {
        let free = u32::try_from(self.places.available_permits()).unwrap_or(u32::MAX);
        let there = f64::from(self.size.saturating_sub(free)) + 1.0;
        self.lock().latency * there
    }

    /// Takes a snapshot.
    pub async fn read(
        self: &Arc<Self>,
        original: Original,
        standard: Standard,
    ) -> Result<Snapshot, Unusable> {
        let places = self.places.clone();
        let place = match standard {
            Standard::Usual => places.try_acquire_owned().ok(),
            Standard::Lowered => {
                timeout(QUEUE, places.acquire_owned()).await.ok().and_then(Result::ok)
            }
        };
        let visit = Visit::begin(self.clone(), place.ok_or(Unusable::Busy)?);
        let asked = Instant::now();
        let begun = timeout(PATIENCE, begin(self.pool.load_full())).await;
        let outcome = match begun {
            Err(_) => Err(Unusable::Silent),
            Ok(Err(error)) => Err(error.into()),
            Ok(Ok((connection, said, is_exact))) => {
                let judged = said.judge(original).map_err(Unusable::from);
                judged.map(|as_of| (connection, (as_of, is_exact)))
            }
        };
        self.note(outcome.as_ref().map(|(_, (as_of, _))| *as_of), asked.elapsed());
        outcome.map(|(connection, moment)| Snapshot::of_replica(connection, moment, visit))
    }

    /// Asks it how it is, unless it is left alone for now. `lag` says how far a moment is behind.
    pub async fn probe(&self, original: Original, lag: impl Fn(AsOf) -> Option<Duration>) {
        if self.lock().breaker.admits_probe(self.clock.elapsed()) {
            let asked = Instant::now();
            let said = timeout(PROBE, ask(self.pool.load_full())).await;
            let outcome = match said {
                Err(_) => Err(Unusable::Silent),
                Ok(Err(error)) => Err(error.into()),
                Ok(Ok((system, said))) if system == original.system => {
                    said.judge(original).map_err(Unusable::from)
                }
                Ok(Ok(_)) => Err(Refusal::AnotherCluster.into()),
            };
            self.note(outcome.as_ref().copied(), asked.elapsed());
            if matches!(outcome, Err(Unusable::Silent)) {
                self.silences.send_modify(|count| *count += 1);
            }
        }
        let state = self.lock();
        self.figures.up(state.refusal.is_none() && state.breaker.is_closed());
        self.figures.latency(state.latency);
        if let Some(lag) = state.as_of.and_then(lag) {
            self.figures.lag(lag);
        }
    }

    /// Whether it takes writes, as far as is known: it was promoted.
    pub fn is_promoted(&self) -> bool {
        self.lock().refusal == Some(Refusal::NotAStandby)
    }

    /// A connection to it was lost in the middle of a read, so its others are as good as lost.
    pub fn lost(&self) {
        self.note(Err(&Unusable::Lost), Duration::ZERO);
    }

    /// Keeps in mind what came of asking it.
    fn note(&self, outcome: Result<AsOf, &Unusable>, took: Duration) {
        let mut state = self.lock();
        match outcome {
            Ok(as_of) => {
                if !state.breaker.is_closed() || state.as_of.is_none() || state.refusal.is_some() {
                    tracing::info!(replica = self.name, %as_of, "a replica is used");
                }
                state.breaker.succeed();
                state.refusal = None;
                // Answers may overtake each other.
                let is_older = |known: AsOf| known.epoch == as_of.epoch && known.seq > as_of.seq;
                if !state.as_of.is_some_and(is_older) {
                    state.as_of = Some(as_of);
                }
                let seconds = took.as_secs_f64();
                state.latency = match state.latency {
                    0.0 => seconds,
                    before => before + NEW * (seconds - before),
                };
            }
            Err(Unusable::Refused(refusal)) => {
                state.breaker.succeed();
                if state.refusal.replace(*refusal) != Some(*refusal) {
                    tracing::error!(replica = self.name, %refusal, "a replica is not used");
                }
            }
            Err(error) => {
                if state.breaker.is_closed() {
                    tracing::warn!(replica = self.name, %error, "a replica is left alone for a while");
                }
                state.breaker.fail(self.clock.elapsed());
                drop(state);
                // Connections that are in use go on; the idle ones would only cost the next readers.
                self.pool.store(Arc::new(pool(&self.options, self.size)));
            }
        }
    }

    /// Closes its connections.
    pub async fn close(&self) {
        self.pool.load_full().close().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pool(options: &PgConnectOptions, size: u32) -> PgPool {
    PgPoolOptions::new()
        // One more is for the prober.
        .max_connections(size.max(1).saturating_add(1))
        // Whoever asks waits less than that.
        .acquire_timeout(PROBE.saturating_mul(2))
        // A dead connection costs a read elsewhere; asking each time would cost every read.
        .test_before_acquire(false)
        .connect_lazy_with(options.clone())
}

/// What a replica says of itself.
struct Said {
    in_recovery: bool,
    as_of: AsOf,
}

impl Said {
    /// The clock, if this is a physical copy of the primary.
    fn judge(&self, original: Original) -> Result<AsOf, Refusal> {
        if !self.in_recovery {
            return Err(Refusal::NotAStandby);
        }
        if self.as_of.epoch != original.clock.epoch {
            return Err(Refusal::AnotherEpoch);
        }
        Ok(self.as_of)
    }
}

/// Begins a snapshot; says as well whether it is exact. The clock is the first thing that is read in it.
async fn begin(pool: Arc<PgPool>) -> Result<(Connection, Said, bool)> {
    const CLOCK: &str = "select cast(seq as bigint), epoch, pg_is_in_recovery(), \
        not exists (select from change_log where seq is null) from content_clock where id = 1";
    let mut transaction =
        pool.begin_with("begin isolation level repeatable read read only").await?;
    let (seq, epoch, in_recovery, is_exact): (i64, String, bool, bool) =
        sqlx::query_as(CLOCK).fetch_one(&mut *transaction).await?;
    let said = Said { in_recovery, as_of: as_of(seq, &epoch)? };
    Ok((Connection { inner: Inner::Postgres(transaction) }, said, is_exact))
}

/// Asks for the same without a snapshot, and for the identifier of the cluster.
async fn ask(pool: Arc<PgPool>) -> Result<(i64, Said)> {
    const SQL: &str = "select (select system_identifier from pg_control_system()), \
        cast(seq as bigint), epoch, pg_is_in_recovery() from content_clock where id = 1";
    let (system, seq, epoch, in_recovery): (i64, i64, String, bool) =
        sqlx::query_as(SQL).fetch_one(&*pool).await?;
    Ok((system, Said { in_recovery, as_of: as_of(seq, &epoch)? }))
}
