//! The whole, as it is run in a cluster: a CDN, a load balancer, instances, PostgreSQL with standbys,
//! and two Redis, as plain processes on the loopback, in one folder, dead when their parent is.
//!
//! ```text
//! readers ─ Varnish ─ HAProxy ┬ instance 0 ┬ PostgreSQL: a primary, two streaming standbys
//!                             ├ instance 1 ┼ Redis of the cache and the news (allkeys-lru)
//!                             └ instance 2 ┴ Redis of the sessions (noeviction)
//! ```
//!
//! Every instance has ways of its own to what it uses, so that one can be cut off alone.

pub mod balancer;
mod instance;
pub mod postgres;
mod relay;
mod ways;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use self::balancer::Balancer;
use self::instance::Instance;
use self::postgres::{DATABASE, Postgres, Stop};
pub use self::relay::{Relay, Way};
use self::ways::Ways;
use crate::support::ports::free_port;
use crate::support::reader::Reader;
use crate::support::redis::Redis;
use crate::support::varnish::Varnish;

/// How long a part may take to be ready, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);
/// What is written for so long before an asynchronous promotion is lost.
const LOST: Duration = Duration::from_secs(1);
/// The servers of PostgreSQL; the first is the primary at the start.
const SERVERS: [&str; 3] = ["anna", "berta", "clara"];

/// What there is to be chosen.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many instances.
    pub instances: usize,
    /// The build of the program that they run.
    pub program: PathBuf,
    /// Commits wait for no standby, and promotions lose what no standby has.
    pub is_asynchronous: bool,
    /// Settings of every instance, beside those that the topology needs.
    pub settings: Vec<(String, String)>,
}

impl Default for Plan {
    fn default() -> Self {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_masthead"));
        Self { instances: 3, program, is_asynchronous: false, settings: Vec::new() }
    }
}

impl Plan {
    /// The servers of which one other at least has what was committed on one.
    const fn synchronous(&self) -> &'static [&'static str] {
        if self.is_asynchronous { &[] } else { &SERVERS }
    }
}

/// All parts under way. Dropped, they are stopped in this order: those who ask before those who answer.
pub struct Topology {
    pub varnish: Varnish,
    pub balancer: Balancer,
    pub instances: Vec<Instance>,
    pub ways: Vec<Ways>,
    /// The way of Varnish to the balancer.
    pub origin: Relay,
    /// The ways of the servers of PostgreSQL to whoever is the primary.
    pub replication: Vec<Relay>,
    pub servers: Vec<Postgres>,
    /// Which of them is the primary.
    pub primary: usize,
    /// The port of the primary, for those who do not hold the topology.
    pub primary_port: Arc<AtomicU16>,
    pub redis: Redis,
    pub sessions: Redis,
    pub reader: Reader,
    plan: Plan,
    folder: TempDir,
}

impl Topology {
    /// Starts everything on an empty database; returns when every instance is ready.
    pub async fn start(plan: Plan) -> Self {
        let folder = tempfile::Builder::new().prefix("masthead-topology-").tempdir().unwrap();
        // The user `postgres` has to get through.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).unwrap();

        let cache = ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"];
        let redis = Redis::with(&cache);
        let kept =
            ["--maxmemory", "64mb", "--maxmemory-policy", "noeviction", "--appendonly", "yes"];
        let sessions = Redis::with(&kept);
        let (servers, replication) = start_postgres(folder.path(), plan.synchronous()).await;

        let varnish_port = free_port().unwrap();
        let mut instances = Vec::new();
        let mut ways = Vec::new();
        for number in 0..plan.instances {
            let way = Ways::to(&servers, redis.port(), sessions.port(), varnish_port).await;
            let mut settings = settings(&way, varnish_port, folder.path());
            settings.extend(plan.settings.iter().cloned());
            instances
                .push(Instance::new(folder.path().join(format!("instance{number}")), settings));
            ways.push(way);
        }
        let ports: Vec<_> = instances.iter().map(Instance::port).collect();
        let balancer = Balancer::start(folder.path(), &ports);
        let origin = Relay::to(balancer.port()).await;
        for instance in &mut instances {
            instance.start(&plan.program, &[]);
        }
        let reader = Reader::new();
        for instance in &mut instances {
            await_ready(&reader, instance).await;
        }
        // Only now, so that its first probe finds somebody.
        await_balancer(&reader, &balancer).await;
        let varnish = Varnish::start_at(varnish_port, origin.port(), &[]);
        Self {
            varnish,
            balancer,
            instances,
            ways,
            origin,
            replication,
            primary_port: Arc::new(AtomicU16::new(servers[0].port())),
            servers,
            primary: 0,
            redis,
            sessions,
            reader,
            plan,
            folder,
        }
    }

    /// The folder of all.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts an instance that is away, with settings more than its own; returns at once.
    pub fn start_instance(&mut self, number: usize, more: &[(&str, String)]) {
        self.instances[number].start(&self.plan.program, more);
    }

    /// Waits until an instance is ready.
    pub async fn await_ready(&mut self, number: usize) {
        await_ready(&self.reader, &mut self.instances[number]).await;
    }

    /// Whether an instance that was started at a moment is ready by now; it is started again if it has ended.
    pub async fn is_ready(&mut self, number: usize, since: Instant) -> bool {
        is_ready(&self.reader, &mut self.instances[number], since).await
    }

    /// Runs a command of the program to its end, with a line for its standard input.
    pub fn run(&self, arguments: &[&str], input: &str) {
        use std::io::Write as _;
        let mut child = std::process::Command::new(&self.plan.program)
            .args(arguments)
            .env_clear()
            .envs(settings(&self.ways[0], self.varnish.port, self.folder.path()))
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().expect("it is piped"), "{input}").unwrap();
        let output = child.wait_with_output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "masthead {arguments:?}: {words}");
    }

    /// The server that is the primary.
    pub fn primary(&self) -> &Postgres {
        &self.servers[self.primary]
    }

    /// The primary dies, and the standby that has most of what it sent takes its place: a commit that
    /// was acknowledged is on one of them at least.
    pub async fn promote(&mut self) {
        if self.plan.is_asynchronous {
            // What is written now is on its way when the primary dies.
            self.replication.iter().for_each(|relay| relay.set(Way::Swallowed));
            tokio::time::sleep(LOST).await;
        }
        tokio::task::block_in_place(|| self.servers[self.primary].stop(Stop::Kill));
        let mut best = None;
        for (number, server) in self.servers.iter().enumerate() {
            if number != self.primary {
                best = best.max(Some((server.received().await, number)));
            }
        }
        let (_, best) = best.expect("there are standbys");
        let server = &self.servers[best];
        server.promote().await;
        for other in self.servers.iter().filter(|other| other.name() != server.name()) {
            server.keep_for(other.name()).await;
        }
        for relay in &self.replication {
            relay.lead_to(server.port());
            relay.set(Way::Open);
        }
        self.primary = best;
        self.primary_port.store(self.servers[best].port(), Ordering::Relaxed);
    }

    /// Whoever was left behind by a promotion begins anew as a standby.
    pub fn rebuild_standbys(&mut self) {
        let (primary, synchronous) = (self.primary, self.plan.synchronous());
        for (number, server) in self.servers.iter_mut().enumerate() {
            if number != primary && !server.runs() {
                let relay = self.replication[number].port();
                tokio::task::block_in_place(|| server.begin_anew(synchronous, relay));
            }
        }
    }

    /// What the instances wrote to their logs.
    pub fn logs(&self) -> String {
        self.instances.iter().map(Instance::log).collect()
    }
}

async fn start_postgres(
    folder: &Path,
    synchronous: &'static [&'static str],
) -> (Vec<Postgres>, Vec<Relay>) {
    let make = {
        let folder = folder.to_owned();
        move || Postgres::primary(SERVERS[0], folder.join(SERVERS[0]), synchronous)
    };
    let primary = tokio::task::spawn_blocking(make).await.unwrap();
    for standby in &SERVERS[1..] {
        primary.keep_for(standby).await;
    }
    let mut replication = Vec::new();
    for _ in SERVERS {
        replication.push(Relay::to(primary.port()).await);
    }
    let mut making = Vec::new();
    for (number, name) in SERVERS.into_iter().enumerate().skip(1) {
        let (folder, port) = (folder.join(name), replication[number].port());
        making.push(tokio::task::spawn_blocking(move || {
            Postgres::standby(name, folder, synchronous, port)
        }));
    }
    let mut servers = vec![primary];
    for standby in making {
        servers.push(standby.await.unwrap());
    }
    servers[0].create_database().await;
    (servers, replication)
}

/// What an instance of the topology is told.
fn settings(ways: &Ways, varnish: u16, folder: &Path) -> Vec<(String, String)> {
    let hosts: Vec<_> =
        ways.postgres.iter().map(|relay| format!("127.0.0.1:{}", relay.port())).collect();
    let database = format!("postgres://app@{}/{DATABASE}", hosts.join(","));
    // Each may be a standby at one time and the primary at another.
    let replicas: Vec<_> =
        hosts.iter().map(|host| format!("\"postgres://app@{host}/{DATABASE}\"")).collect();
    let redis = |relay: &Relay| format!("redis://127.0.0.1:{}/0", relay.port());
    let settings = [
        ("DATABASE__URL", database),
        ("DATABASE__REPLICAS", format!("[{}]", replicas.join(", "))),
        ("DATABASE__REPLICA_CONNECTIONS", "6".to_owned()),
        ("DATABASE__READERS", "6".to_owned()),
        ("DATABASE__WRITERS", "3".to_owned()),
        ("DATABASE__ACQUIRE_TIMEOUT_S", "2".to_owned()),
        ("REDIS__URL", redis(&ways.redis)),
        ("SESSIONS__URL", redis(&ways.sessions)),
        ("CACHE__DEBUG", "true".to_owned()),
        ("CACHE__AUDIT_S", "5".to_owned()),
        ("CDN__PROVIDER", "varnish".to_owned()),
        ("CDN__VARNISH__ADDRESSES", format!("[\"http://127.0.0.1:{}\"]", ways.varnish.port())),
        ("CDN__TIMEOUT_S", "2".to_owned()),
        ("CDN__SETTLE_S", "5".to_owned()),
        ("SERVER__REQUEST_TIMEOUT_S", "5".to_owned()),
        ("SERVER__DRAIN_DELAY_S", "2".to_owned()),
        ("SERVER__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]".to_owned()),
        ("SERVER__URL", format!("http://127.0.0.1:{varnish}")),
        ("MEDIA__DIR", folder.join("media").display().to_string()),
    ];
    settings.map(|(key, value)| (format!("MASTHEAD_{key}"), value)).into()
}

async fn await_ready(reader: &Reader, instance: &mut Instance) {
    let since = Instant::now();
    while !is_ready(reader, instance, since).await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn is_ready(reader: &Reader, instance: &mut Instance, since: Instant) -> bool {
    let ready = format!("{}/readyz", instance.url);
    if reader.try_get(&ready).await.is_some_and(|answer| answer.status == 200) {
        return true;
    }
    tokio::task::block_in_place(|| instance.keep_running());
    assert!(since.elapsed() < PATIENCE, "an instance is not ready:\n{}", instance.log());
    false
}

/// Its checks have to find the instances before it sends anybody there.
async fn await_balancer(reader: &Reader, balancer: &Balancer) {
    let url = format!("{}/healthz", balancer.url());
    let deadline = Instant::now() + PATIENCE;
    while reader.try_get(&url).await.is_none_or(|answer| answer.status != 200) {
        assert!(Instant::now() < deadline, "the balancer finds no instance");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
