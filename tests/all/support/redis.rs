//! A private Redis on a free port, for tests that stop it, freeze it, fill it and look into it. It
//! keeps nothing on disk unless it is told to, and is gone when it is dropped or the tests end.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use redis::{Connection, FromRedisValue, IntoConnectionInfo as _};

use super::leash::Leash;
use super::ports::free_port;

/// How long the server may take to be ready, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server.
pub struct Redis {
    port: u16,
    folder: tempfile::TempDir,
    settings: Vec<&'static str>,
    running: Option<(Leash, u32)>,
}

impl Redis {
    /// Starts a server.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts a server that has after a crash what it had before, as one for sessions should.
    pub fn durable() -> Self {
        Self::with(&["--appendonly", "yes"])
    }

    /// Starts a server with settings of its own: the words of its command line.
    pub fn with(settings: &[&'static str]) -> Self {
        let folder = tempfile::Builder::new().prefix("masthead-redis-").tempdir().unwrap();
        let settings = settings.to_vec();
        let mut redis = Self { port: free_port().unwrap(), folder, settings, running: None };
        redis.restart();
        redis
    }

    /// The address of its first database.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port())
    }

    /// Its port on the loopback.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Starts it again after [`Redis::kill`], on the same port; it is empty, unless it is durable.
    pub fn restart(&mut self) {
        let mut leash = Leash::start("redis-server", |command| {
            command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string()]);
            command.args(["--save", "", "--appendonly", "no", "--dir"]).arg(self.folder.path());
            command.args(&self.settings);
            // The shell says of a program that was killed that it was.
            command.stdout(Stdio::null()).stderr(Stdio::null());
        });
        let deadline = Instant::now() + PATIENCE;
        let pid = loop {
            assert!(!leash.has_ended(), "redis-server did not start; `tests/run` installs it");
            assert!(Instant::now() < deadline, "redis-server was not ready in {PATIENCE:?}");
            if let Some(pid) = self.connect().and_then(|mut redis| process_id(&mut redis)) {
                break pid;
            }
            sleep(Duration::from_millis(10));
        };
        self.running = Some((leash, pid));
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        self.signal("KILL");
        let (mut leash, _) = self.running.take().expect("it runs");
        while !leash.has_ended() {
            sleep(Duration::from_millis(5));
        }
    }

    /// Freezes it: connections stay, and nothing is answered.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Asks it something: the words of a command.
    pub fn ask<T: FromRedisValue>(&self, words: &[&[u8]]) -> T {
        let mut command = redis::Cmd::new();
        for word in words {
            command.arg(*word);
        }
        command.query(&mut self.connect().expect("it runs")).unwrap()
    }

    /// Forgets which commands came.
    pub fn reset_calls(&self) {
        self.ask::<()>(&[b"CONFIG", b"RESETSTAT"]);
    }

    /// How often each command came since, those of scripts and of the tests' own hand among them.
    pub fn calls(&self, command: &str) -> usize {
        let stats: String = self.ask(&[b"INFO", b"commandstats"]);
        let line = format!("cmdstat_{command}:calls=");
        let calls = stats.lines().find_map(|stat| stat.strip_prefix(&line)?.split(',').next());
        calls.map_or(0, |calls| calls.parse().unwrap())
    }

    /// The keys that begin so.
    pub fn keys(&self, beginning: &str) -> Vec<String> {
        self.ask(&[b"KEYS", format!("{beginning}*").as_bytes()])
    }

    fn connect(&self) -> Option<Connection> {
        let info = self.url().into_connection_info().unwrap();
        redis::Client::open(info).unwrap().get_connection_with_timeout(PATIENCE).ok()
    }

    fn signal(&self, name: &str) {
        let (_, pid) = self.running.as_ref().expect("it runs");
        let status = Command::new("kill").args([format!("-{name}"), pid.to_string()]).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // A frozen process does not hear that it is to end.
        if self.running.is_some() {
            self.thaw();
        }
    }
}

fn process_id(redis: &mut Connection) -> Option<u32> {
    let info: String = redis::cmd("INFO").arg("server").query(redis).ok()?;
    info.lines().find_map(|line| line.strip_prefix("process_id:")?.trim().parse().ok())
}
