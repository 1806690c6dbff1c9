//! A private PostgreSQL for the tests of this process: started by the first that asks, in a folder
//! of its own on a free port, and gone when the process is. The benches start one whose folder stays.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use masthead::db::{Database, Limits};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

pub use super::ports::free_port;
use super::programs;

/// How long the server may take to be ready, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// The database that every migrated test database is a copy of.
const TEMPLATE: &str = "template_masthead";

/// A server. It lives as long as the pipe to its script, and that as long as the process.
pub struct Cluster {
    port: u16,
    bin: PathBuf,
    folder: PathBuf,
    script: Mutex<Child>,
}

/// The address of a new, empty database.
pub async fn empty() -> String {
    create("template0").await
}

/// The address of a new database with every table.
pub async fn migrated() -> String {
    create(TEMPLATE).await
}

/// Removes a database; whoever is still connected loses it.
pub async fn drop(url: &str) {
    let name = url.rsplit('/').next().expect("an address has a name");
    execute(cluster().port, &format!("drop database {name} with (force)")).await;
}

async fn create(template: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let cluster = cluster();
    let sql = format!("create database {name} template {template} strategy file_copy");
    execute(cluster.port, &sql).await;
    cluster.url(&name)
}

async fn execute(port: u16, sql: &str) {
    let mut connection = PgConnection::connect(&url(port, "postgres")).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn url(port: u16, name: &str) -> String {
    format!("postgres://app@127.0.0.1:{port}/{name}")
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| {
        // On a thread of its own: a test that asks stands in a runtime already.
        std::thread::spawn(start).join().expect("starting PostgreSQL gives an error, no panic")
    });
    match cluster {
        Ok(cluster) => cluster,
        Err(reason) => panic!("{reason}"),
    }
}

fn start() -> Result<Cluster, String> {
    let folder = tempfile::Builder::new().prefix("masthead-postgres-").tempdir();
    let folder = folder.map_err(|error| format!("no temporary folder: {error}"))?.keep();
    let cluster = start_in(&folder, Afterwards::Remove)?;
    make_template(cluster.port)?;
    Ok(cluster)
}

/// What becomes of a server's folder when the server is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// It is removed.
    Remove,
    /// It stays, for a server that goes on with it.
    Keep,
}

/// Starts a server in a folder that is there: empty, or one that was kept.
pub fn start_in(folder: &Path, afterwards: Afterwards) -> Result<Cluster, String> {
    start_with(folder, afterwards, None)
}

fn start_with(
    folder: &Path,
    afterwards: Afterwards,
    primary: Option<u16>,
) -> Result<Cluster, String> {
    let bin = programs::postgres()?;
    let port = free_port().map_err(|error| format!("no free port: {error}"))?;
    let mut script = Command::new("sh")
        .args(["-c", include_str!("postgres.sh"), "postgres.sh"])
        .arg(&bin)
        .arg(folder)
        .arg(port.to_string())
        .arg(if afterwards == Afterwards::Keep { "keep" } else { "remove" })
        .args(primary.map(|port| port.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        // A group of its own: a signal to the tests is not one to the server.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("sh: {error}"))?;
    wait_until_ready(&bin, folder, port, &mut script)?;
    Ok(Cluster { port, bin, folder: folder.to_owned(), script: Mutex::new(script) })
}

impl Cluster {
    /// The address of one of its databases.
    pub fn url(&self, name: &str) -> String {
        url(self.port, name)
    }

    /// A server of its own, for what would disturb others. It stops when it is dropped.
    pub async fn alone() -> Self {
        Self::start(None).await
    }

    /// A standby that streams from this one. It stops when it is dropped.
    pub async fn standby(&self) -> Self {
        Self::start(Some(self.port)).await
    }

    /// Stops it as an operator would. It can start again.
    pub async fn stop(&self) {
        self.order("stop");
        self.until(false).await;
    }

    /// Kills all of its processes at once. It can start again.
    pub async fn kill(&self) {
        self.order("kill");
        self.until(false).await;
    }

    /// Starts it again.
    pub async fn start_again(&self) {
        self.order("start");
        self.until(true).await;
    }

    fn order(&self, word: &str) {
        let mut script = self.script.lock().unwrap();
        let orders = script.stdin.as_mut().expect("it was piped");
        writeln!(orders, "{word}").unwrap();
        orders.flush().unwrap();
    }

    async fn until(&self, is_ready: bool) {
        let deadline = Instant::now() + PATIENCE;
        while is_up(&self.bin, self.port) != is_ready {
            if Instant::now() > deadline {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("PostgreSQL did not come to be ready: {is_ready}\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The address without a scheme and a database: `127.0.0.1:PORT`.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    async fn start(primary: Option<u16>) -> Self {
        let starting = tokio::task::spawn_blocking(move || {
            let folder = tempfile::Builder::new().prefix("masthead-postgres-").tempdir().unwrap();
            start_with(&folder.keep(), Afterwards::Remove, primary)
        });
        starting.await.unwrap().unwrap_or_else(|reason| panic!("{reason}"))
    }
}

fn wait_until_ready(
    bin: &Path,
    folder: &Path,
    port: u16,
    script: &mut Child,
) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if is_up(bin, port) {
            return Ok(());
        }
        if let Ok(Some(status)) = script.try_wait() {
            return Err(format!("PostgreSQL did not start ({status}); its words stand above"));
        }
        if Instant::now() > deadline {
            let mut reason = format!("PostgreSQL was not ready within {PATIENCE:?}");
            if let Ok(log) = std::fs::read_to_string(folder.join("log")) {
                let _ = write!(reason, ":\n{log}");
            }
            return Err(reason);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_up(bin: &Path, port: u16) -> bool {
    let probe = Command::new(bin.join("pg_isready"))
        .args(["--quiet", "--host=127.0.0.1", &format!("--port={port}")])
        .status();
    probe.is_ok_and(|status| status.success())
}

fn make_template(port: u16) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        execute(port, &format!("create database {TEMPLATE}")).await;
        let database = Database::connect(&url(port, TEMPLATE), Limits::default())
            .await
            .map_err(|error| error.to_string())?;
        database.migrate().await.map_err(|error| error.to_string())?;
        database.close().await;
        Ok(())
    })
}
