//! PostgreSQL: a primary and its streaming standbys, each of which can be stopped, killed and promoted.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::support::ports::free_port;
use crate::support::process::Process;
use crate::support::programs;

/// How long a server may take to be ready, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// The database of the site.
pub const DATABASE: &str = "masthead";

/// What an operator would set, and sizes for a small machine. Nothing here has to survive a power cut,
/// so nothing is forced to the disk; a process that is killed loses nothing by that.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
fsync = off
full_page_writes = off
wal_level = replica
hot_standby = on
max_wal_senders = 10
max_replication_slots = 10
max_slot_wal_keep_size = 256MB
wal_keep_size = 64MB
wal_sender_timeout = 5s
wal_receiver_timeout = 5s
wal_retrieve_retry_interval = 200ms
hot_standby_feedback = off
max_standby_streaming_delay = 5s
max_standby_archive_delay = 5s
synchronous_commit = on
track_commit_timestamp = on
";

/// Connects to the database of the site at whoever answers on a port.
async fn connect(port: u16) -> sqlx::Result<PgConnection> {
    PgConnection::connect(&format!("postgres://app@127.0.0.1:{port}/{DATABASE}")).await
}

/// The same by a connection that is kept: it is made where there is none.
pub async fn kept(
    connection: &mut Option<PgConnection>,
    port: u16,
) -> sqlx::Result<&mut PgConnection> {
    Ok(match connection {
        Some(connection) => connection,
        None => connection.insert(connect(port).await?),
    })
}

/// A server in a folder of its own, on a port that it keeps.
pub struct Postgres {
    name: String,
    port: u16,
    folder: PathBuf,
    running: Option<Process>,
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Connections are cut, and what is in memory is written.
    Fast,
    /// Everything is left as it is, for the recovery at the next start.
    Immediate,
    /// The operating system ends it.
    Kill,
}

impl Postgres {
    /// A primary without a database yet. Commits wait until one of the standbys that are named has
    /// them, so that what was acknowledged is there after a promotion.
    pub fn primary(name: &str, folder: PathBuf, standbys: &[&str]) -> Self {
        let mut server = Self::at(name, folder);
        server.run("initdb", |command| {
            command.args(["--auth=trust", "--username=app", "--encoding=UTF8", "--locale=C.UTF-8"]);
            command.args(["--no-sync", "--no-instructions"]).arg("--pgdata").arg(server.data());
        });
        server.write_settings(standbys);
        server.start();
        server
    }

    /// A standby of whoever answers on a port.
    pub fn standby(name: &str, folder: PathBuf, standbys: &[&str], primary: u16) -> Self {
        let mut server = Self::at(name, folder);
        server.copy_from(standbys, primary);
        server.start();
        server
    }

    fn at(name: &str, folder: PathBuf) -> Self {
        std::fs::create_dir(&folder).unwrap();
        if runs_as_root() {
            std::os::unix::fs::chown(&folder, Some(postgres_id("-u")), Some(postgres_id("-g")))
                .unwrap();
        }
        Self { name: name.to_owned(), port: free_port().unwrap(), folder, running: None }
    }

    /// Its name, by which a primary knows it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its port on the loopback.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether it was started and not stopped since.
    pub const fn runs(&self) -> bool {
        self.running.is_some()
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn copy_from(&self, standbys: &[&str], primary: u16) {
        self.run("pg_basebackup", |command| {
            command.args(["--host=127.0.0.1", "--username=app", "--wal-method=stream"]);
            command.args(["--checkpoint=fast", "--no-sync", "--port", &primary.to_string()]);
            command.arg("--pgdata").arg(self.data());
        });
        self.write_settings(standbys);
        // Somebody's copy says whom that one followed.
        self.append("postgresql.auto.conf", "primary_conninfo = ''\n");
        self.set_to_follow(primary);
    }

    /// Makes it a standby of whoever answers on a port, from its next start on.
    fn set_to_follow(&self, primary: u16) {
        let name = &self.name;
        let conninfo = format!("host=127.0.0.1 port={primary} user=app application_name={name}");
        self.append(
            "postgresql.auto.conf",
            &format!("primary_conninfo = '{conninfo}'\nprimary_slot_name = '{name}'\n"),
        );
        self.append("standby.signal", "");
    }

    fn write_settings(&self, standbys: &[&str]) {
        let mut text = SETTINGS.to_owned();
        let names = standbys.iter().filter(|name| **name != self.name);
        let names = names.copied().collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "port = {}", self.port);
        let _ = writeln!(text, "cluster_name = '{}'", self.name);
        if !names.is_empty() {
            let _ = writeln!(text, "synchronous_standby_names = 'ANY 1 ({names})'");
        }
        self.append("postgresql.conf", &text);
    }

    fn append(&self, file: &str, text: &str) {
        use std::io::Write as _;
        let path = self.data().join(file);
        let mut file = File::options().create(true).append(true).open(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        if runs_as_root() {
            std::os::unix::fs::chown(&path, Some(postgres_id("-u")), Some(postgres_id("-g")))
                .unwrap();
        }
    }

    /// Runs one of its programs to the end.
    fn run(&self, program: &str, build: impl FnOnce(&mut Command)) {
        let mut command = as_its_user(&programs::postgres().unwrap().join(program));
        build(&mut command);
        let output = command.current_dir("/").output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} for {}: {words}", self.name);
    }

    /// Starts it, and returns when it answers.
    pub fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let bin = programs::postgres().unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let command = as_its_user(&bin.join("postgres"));
            let mut process =
                Process::start(command.get_program(), &self.folder.join("pid"), |started| {
                    started.args(command.get_args()).arg("-D").arg(self.data()).current_dir("/");
                    started.stdout(log.try_clone().unwrap()).stderr(log.try_clone().unwrap());
                });
            while !process.has_ended() {
                if self.answers(&bin) {
                    self.running = Some(process);
                    return;
                }
                assert!(Instant::now() < deadline, "{} is not ready:\n{}", self.name, self.words());
                std::thread::sleep(Duration::from_millis(20));
            }
            // The processes of one that was killed need a moment to notice.
            assert!(Instant::now() < deadline, "{} ended:\n{}", self.name, self.words());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn answers(&self, bin: &Path) -> bool {
        let mut probe = Command::new(bin.join("pg_isready"));
        probe.args(["--quiet", "--host=127.0.0.1", "--port", &self.port.to_string()]);
        probe.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Stops it, if it runs.
    pub fn stop(&mut self, how: Stop) {
        let Some(process) = self.running.take() else { return };
        process.signal(match how {
            Stop::Fast => "INT",
            Stop::Immediate => "QUIT",
            Stop::Kill => "KILL",
        });
        process.await_end();
    }

    /// Begins anew as a standby of whoever answers on a port: a primary that was left behind cannot
    /// go on from where it stands.
    pub fn begin_anew(&mut self, standbys: &[&str], primary: u16) {
        self.stop(Stop::Immediate);
        // Its last processes may still be writing.
        let deadline = Instant::now() + PATIENCE;
        while self.data().exists() && std::fs::remove_dir_all(self.data()).is_err() {
            assert!(Instant::now() < deadline, "the folder of {} stays", self.name);
            std::thread::sleep(Duration::from_millis(50));
        }
        self.copy_from(standbys, primary);
        self.start();
    }

    /// Makes a standby the primary; returns when it is.
    pub async fn promote(&self) {
        let sql = "select not pg_is_in_recovery() or pg_promote(true, 60)";
        let is_promoted: bool = self.ask(sql).await;
        assert!(is_promoted, "{} was not promoted", self.name);
    }

    /// How much of what a primary sent it has, in bytes.
    pub async fn received(&self) -> i64 {
        let sql = "select cast(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0') as bigint)";
        self.ask::<Option<i64>>(sql).await.unwrap_or_default()
    }

    /// Lets a standby stop replaying, or go on.
    pub async fn pause_replay(&self, is_paused: bool) {
        let what = if is_paused { "pause" } else { "resume" };
        self.ask::<String>(&format!("select pg_wal_replay_{what}()::text")).await;
    }

    /// Lets a standby replay what it has only so many seconds after it was committed.
    pub async fn delay_replay(&self, seconds: u64) {
        // Of two settings the last one counts.
        self.append("postgresql.auto.conf", &format!("recovery_min_apply_delay = '{seconds}s'\n"));
        self.ask::<bool>("select pg_reload_conf()").await;
    }

    /// A connection by a hand in `psql`.
    pub async fn hand(&self) -> sqlx::Result<PgConnection> {
        connect(self.port).await
    }

    /// Asks for one value by a hand, again and again if need be: a standby may cancel whatever stands
    /// in the way of what it replays.
    async fn ask<T>(&self, sql: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let asking = async {
                let mut hand = self.hand().await?;
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut hand).await
            };
            match asking.await {
                Ok(value) => return value,
                Err(error) => assert!(Instant::now() < deadline, "{}: {sql}: {error}", self.name),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes the database of the site.
    pub async fn create_database(&self) {
        let url = format!("postgres://app@127.0.0.1:{}/postgres", self.port);
        let mut hand = PgConnection::connect(&url).await.unwrap();
        let sql = format!("create database {DATABASE}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut hand).await.unwrap();
    }

    /// Keeps for a standby what it has not fetched yet, within the bound of the settings.
    pub async fn keep_for(&self, standby: &str) {
        let sql = format!(
            "select pg_create_physical_replication_slot('{standby}') where not exists \
             (select from pg_replication_slots where slot_name = '{standby}')"
        );
        let url = format!("postgres://app@127.0.0.1:{}/postgres", self.port);
        let mut hand = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut hand).await.unwrap();
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The end of what it wrote to its log.
    fn words(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGTERM alone would wait until nobody is connected.
        self.stop(Stop::Fast);
    }
}

fn runs_as_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

/// The number of the user `postgres` (`-u`) or of their group (`-g`).
fn postgres_id(which: &str) -> u32 {
    let output = Command::new("id").args([which, "postgres"]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap()
}

/// The servers refuse to run as root.
fn as_its_user(program: &Path) -> Command {
    if !runs_as_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    command
}
