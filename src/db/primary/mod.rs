//! The primary: one of several hosts, found again whenever it is another one.
//!
//! An address may name several hosts; which of them takes the writes may change while an instance runs.
//! Whoever waits too long for a connection looks at all of them, one search for all who wait. In a
//! bounded time there is a primary, or the honest answer that there is none.

mod place;
mod pools;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use metrics::{counter, gauge};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgPool};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use self::place::{History, Place, Refusal};
use self::pools::Pools;
use super::address;
use super::{DbError, Limits, Result};

pub use self::pools::Role;

/// How long somebody waits for a connection before they ask whether there is a primary at all.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a process that starts waits before it looks again.
const START_PAUSE: Duration = Duration::from_millis(200);
/// How long a host may take to say what it is.
const ANSWER: Duration = Duration::from_secs(1);

/// A server that may be the primary.
#[derive(Debug)]
struct Host {
    name: String,
    options: PgConnectOptions,
}

impl Host {
    async fn place(&self) -> Result<Place, Refusal> {
        let mut c = self.options.connect().await?;
        // The connection is dropped without a good-bye, which a server that just died would not take.
        Place::of(&mut c, false).await
    }
}

/// The primary, wherever it is.
#[derive(Debug)]
pub struct Primary {
    hosts: Vec<Host>,
    limits: Limits,
    history: Arc<History>,
    pools: ArcSwap<Pools>,
    takes_writes: AtomicBool,
    /// Whether it answers reads; it may do so while it takes no writes.
    answers: AtomicBool,
    /// When the last search ended. One search at a time.
    last_search: Mutex<Option<Instant>>,
}

impl Primary {
    /// Finds the primary among the hosts of an address.
    ///
    /// # Errors
    /// The address is not understood, or no host is a primary.
    pub async fn connect(url: &str, limits: Limits) -> Result<Self> {
        let servers = address::servers(url)?;
        let host = |server: &String| -> sqlx::Result<Host> {
            let options = address::options(server)?;
            Ok(Host { name: address::name(&options), options })
        };
        let hosts = servers.iter().map(host).collect::<sqlx::Result<Vec<Host>>>()?;
        let history = Arc::new(History::default());
        let deadline = Instant::now() + limits.acquire_timeout;
        let found = loop {
            let found = found(&history, examine(&hosts, limits.acquire_timeout).await);
            // A database that starts together with this process may need a moment.
            if found.is_ok() || Instant::now() + START_PAUSE > deadline {
                break found;
            }
            sleep(START_PAUSE).await;
        };
        let (at, place) = match found {
            Ok(found) => found,
            // Where there is one host, its own words say most.
            Err(mut refused) if refused.len() == 1 => return Err(refused.remove(0).into()),
            Err(refused) => {
                tell(&hosts, &refused);
                return Err(DbError::NoPrimary);
            }
        };
        let pools = Pools::to(at, &hosts[at].options, place, limits, &history);
        gauge!("masthead_db_primary_up").set(1.0);
        Ok(Self {
            hosts,
            limits,
            history,
            pools: ArcSwap::from_pointee(pools),
            takes_writes: AtomicBool::new(true),
            answers: AtomicBool::new(true),
            last_search: Mutex::default(),
        })
    }

    /// The identifier of the primary's cluster, which its physical replicas share.
    pub fn system(&self) -> i64 {
        self.pools.load().place.system
    }

    /// How many hosts might be the primary.
    pub const fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// The connections for some work, for those who take them by themselves.
    pub fn pool(&self, role: Role) -> PgPool {
        self.pools.load().of(role).clone()
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`DbError::NoPrimary`] within two seconds where there is none; no connection was free in time.
    pub async fn begin(
        &self,
        role: Role,
        begin: &'static str,
    ) -> Result<sqlx::Transaction<'static, sqlx::Postgres>> {
        self.reach(role, move |pool| async move { pool.begin_with(begin).await }).await
    }

    /// A connection outside a transaction.
    ///
    /// # Errors
    /// As [`Primary::begin`].
    pub async fn acquire(&self, role: Role) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>> {
        self.reach(role, |pool| async move { pool.acquire().await }).await
    }

    /// Asks for a connection; where that takes long, asks whether there is a primary as well.
    async fn reach<T, F>(&self, role: Role, ask: impl Fn(PgPool) -> F) -> Result<T>
    where
        F: Future<Output = sqlx::Result<T>>,
    {
        /// How often a connection is asked for anew: after the primary was found elsewhere, and once
        /// more, should it move at that moment.
        const TRIES: usize = 3;
        let mut result = Err(DbError::NoPrimary);
        for _ in 0..TRIES {
            if !self.is_there_for(role) || self.has_moved() {
                self.search_for(role).await?;
            }
            let pools = self.pools.load_full();
            let asking = ask(pools.of(role).clone());
            tokio::pin!(asking);
            // The pool may just be busy: whoever waits in it keeps their place.
            let asked = loop {
                if let Ok(asked) = timeout(PATIENCE, &mut asking).await {
                    break asked;
                }
                self.search_since(Instant::now() - PATIENCE).await;
                self.check(role)?;
            };
            match asked {
                Ok(connection) => return Ok(connection),
                Err(error @ sqlx::Error::PoolTimedOut) => {
                    // The clock's work is short: what does not come back for so long is lost on the way.
                    if role == Role::Clock {
                        self.renew(&pools);
                    }
                    return Err(error.into());
                }
                // Closed, since the primary is another one; or lost in the middle of the hand-shake.
                Err(error) if super::loss::of_driver(&error).is_some() => {
                    result = Err(error.into());
                    self.search_for(role).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        result
    }

    /// Whether a connection has found the server promoted since the others were made.
    fn has_moved(&self) -> bool {
        self.history.newest() != Some(self.pools.load().place)
    }

    /// Puts new connections in the place of some, to the same server, unless somebody has.
    fn renew(&self, old: &Arc<Pools>) {
        if let Some(host) = self.hosts.get(old.host)
            && Arc::ptr_eq(old, &self.pools.load())
        {
            tracing::warn!(host = host.name, "connections did not come back; there are new ones");
            self.move_to(old.host, host, old.place);
        }
    }

    /// Makes connections to a host, and closes those that were there. Whoever waits for one of these is
    /// told at once; whoever has one may finish.
    fn move_to(&self, at: usize, host: &Host, place: Place) {
        let new = Pools::to(at, &host.options, place, self.limits, &self.history);
        let old = self.pools.swap(Arc::new(new));
        tokio::spawn(async move { old.close().await });
    }

    fn is_there_for(&self, role: Role) -> bool {
        match role {
            Role::Reader => self.answers.load(Ordering::Acquire),
            Role::Writer | Role::Clock => self.takes_writes.load(Ordering::Acquire),
        }
    }

    fn check(&self, role: Role) -> Result<()> {
        if self.is_there_for(role) { Ok(()) } else { Err(DbError::NoPrimary) }
    }

    async fn search_for(&self, role: Role) -> Result<()> {
        self.search().await;
        self.check(role)
    }

    /// Looks at all hosts, and moves to the one that is the primary.
    pub async fn search(&self) {
        self.search_since(Instant::now()).await;
    }

    /// The same, unless a search has ended since then: it knows as much.
    async fn search_since(&self, then: Instant) {
        let mut last = self.last_search.lock().await;
        if last.is_none_or(|ended| ended < then) {
            self.look_around().await;
            *last = Some(Instant::now());
        }
    }

    async fn look_around(&self) {
        let found = found(&self.history, examine(&self.hosts, ANSWER).await);
        let (at, place) = match found {
            Ok(found) => found,
            Err(refused) => {
                let last = refused.get(self.pools.load().host);
                let is_read_only = matches!(last, Some(Refusal::ReadOnly));
                self.answers.store(is_read_only, Ordering::Release);
                if self.takes_writes.swap(false, Ordering::AcqRel) {
                    gauge!("masthead_db_primary_up").set(0.0);
                    tell(&self.hosts, &refused);
                }
                return;
            }
        };
        let pools = self.pools.load();
        let took_writes = self.takes_writes.load(Ordering::Acquire);
        if took_writes && pools.host == at && pools.place == place {
            return;
        }
        let Some(host) = self.hosts.get(at) else { return };
        tracing::info!(host = host.name, timeline = place.timeline, "the primary was found");
        self.move_to(at, host, place);
        self.answers.store(true, Ordering::Release);
        self.takes_writes.store(true, Ordering::Release);
        gauge!("masthead_db_primary_up").set(1.0);
        counter!("masthead_db_primary_moves_total").increment(1);
    }

    /// Waits until every connection has come back, then closes them.
    pub async fn close(&self) {
        self.pools.load_full().close().await;
    }
}

/// Asks every host what it is.
async fn examine(hosts: &[Host], limit: Duration) -> Vec<Result<Place, Refusal>> {
    let answer = |answer: Result<_, _>| answer.unwrap_or(Err(Refusal::Silent));
    join_all(hosts.iter().map(|host| timeout(limit, host.place()).map(answer))).await
}

/// Which of the hosts is the primary; else why each of them is not.
fn found(
    history: &History,
    answers: Vec<Result<Place, Refusal>>,
) -> Result<(usize, Place), Vec<Refusal>> {
    let (mut places, mut refused) = (Vec::new(), Vec::new());
    for (at, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(place) => places.push((at, place)),
            Err(refusal) => refused.push(refusal),
        }
    }
    let Some((at, place)) = history.choose(places) else { return Err(refused) };
    history.admit(place).map(|place| (at, place)).map_err(|refusal| vec![refusal])
}

/// Says once why there is no primary.
fn tell(hosts: &[Host], refused: &[Refusal]) {
    let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    let reasons: Vec<String> = refused.iter().map(ToString::to_string).collect();
    tracing::error!(hosts = ?names, ?reasons, "there is no primary; nothing can be written");
}

impl From<Refusal> for DbError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Driver(error) => error.into(),
            Refusal::TooOld(version) => Self::TooOld(version.to_string()),
            _ => Self::NoPrimary,
        }
    }
}
