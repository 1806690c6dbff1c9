//! A private Redis on a free port, for tests that stop it, freeze it, fill it and look into it. It
//! keeps nothing on disk unless it is told to, and is gone when it is dropped or the tests end.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use masthead::redis_server::RedisServer;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use redis::{Client, Connection, FromRedisValue, TlsCertificates};

use super::leash::Leash;
use super::ports::free_port;

/// How long the server may take to be ready, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The password, as the server has it. It stands nowhere by chance.
const PASSWORD: &str = "s3cr3t-of-redis/#@";
/// The same as it stands in an address.
const IN_ADDRESS: &str = "s3cr3t-of-redis%2F%23%40";
/// What of it would be seen wherever somebody told it.
pub const SECRET: &str = "s3cr3t-of-redis";

/// Who may come to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Whoever finds it.
    None,
    /// Who knows the password (`requirepass`).
    Password,
    /// A user who knows it, and nobody else (an ACL).
    User,
    /// The same, and what is said is a secret.
    UserOverTls,
}

impl Guard {
    /// Every one that keeps somebody out.
    pub const ALL: [Self; 3] = [Self::Password, Self::User, Self::UserOverTls];
}

/// A server.
pub struct Redis {
    port: u16,
    folder: tempfile::TempDir,
    guard: Guard,
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
        Self::guarded(Guard::None, settings)
    }

    /// The same of one that does not let everybody in.
    pub fn guarded(guard: Guard, settings: &[&'static str]) -> Self {
        let folder = tempfile::Builder::new().prefix("masthead-redis-").tempdir().unwrap();
        let settings = settings.to_vec();
        let mut redis = Self { port: free_port().unwrap(), folder, guard, settings, running: None };
        if guard == Guard::UserOverTls {
            write_certificates(redis.folder.path());
        }
        redis.restart();
        redis
    }

    /// The address of its first database.
    pub fn url(&self) -> String {
        let (scheme, who) = match self.guard {
            Guard::None => ("redis", String::new()),
            Guard::Password => ("redis", format!(":{IN_ADDRESS}@")),
            Guard::User => ("redis", format!("app:{IN_ADDRESS}@")),
            Guard::UserOverTls => ("rediss", format!("app:{IN_ADDRESS}@")),
        };
        format!("{scheme}://{who}127.0.0.1:{}/0", self.port())
    }

    /// The same for those who connect.
    pub fn server(&self) -> RedisServer {
        let server = RedisServer::at(self.url());
        match std::fs::read(self.ca_file()) {
            Ok(authorities) => server.signed_by(authorities),
            Err(_) => server,
        }
    }

    /// The file of the one who signed its certificate; empty where it has none.
    pub fn ca_file(&self) -> PathBuf {
        match self.guard {
            Guard::UserOverTls => self.folder.path().join("ca.pem"),
            _ => PathBuf::new(),
        }
    }

    /// Its port on the loopback.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Starts it again after [`Redis::kill`], on the same port; it is empty, unless it is durable.
    pub fn restart(&mut self) {
        let mut leash = Leash::start("redis-server", |command| {
            command.args(["--bind", "127.0.0.1"]).args(self.door());
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

    /// Where it listens, and to whom: words of its command line.
    fn door(&self) -> Vec<String> {
        let port = self.port.to_string();
        let with_password = format!(">{PASSWORD}");
        let user = ["--user", "default", "off", "--user", "app", "on", &with_password];
        let user = [&user[..], &["~*", "&*", "+@all"]].concat();
        let folder = self.folder.path().display();
        let [certificate, key] = ["redis.pem", "redis.key"].map(|name| format!("{folder}/{name}"));
        let open = ["--port", &port];
        let tls = ["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"];
        let tls = [&tls[..], &["--tls-cert-file", &certificate, "--tls-key-file", &key]].concat();
        let words: Vec<&str> = match self.guard {
            Guard::None => open.to_vec(),
            Guard::Password => [&open[..], &["--requirepass", PASSWORD]].concat(),
            Guard::User => [&open[..], &user].concat(),
            Guard::UserOverTls => [tls, user].concat(),
        };
        words.into_iter().map(str::to_owned).collect()
    }

    fn connect(&self) -> Option<Connection> {
        let url = self.url();
        let client = match std::fs::read(self.ca_file()) {
            Ok(authorities) => {
                let trusted = TlsCertificates { client_tls: None, root_cert: Some(authorities) };
                Client::build_with_tls(url, trusted)
            }
            Err(_) => Client::open(url),
        };
        client.unwrap().get_connection_with_timeout(PATIENCE).ok()
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

/// A certificate for the loopback, its key, and whoever signed it.
fn write_certificates(folder: &Path) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    for (name, text) in [
        ("ca.pem", authority.pem()),
        ("redis.pem", certificate.pem()),
        ("redis.key", key.serialize_pem()),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn process_id(redis: &mut Connection) -> Option<u32> {
    let info: String = redis::cmd("INFO").arg("server").query(redis).ok()?;
    info.lines().find_map(|line| line.strip_prefix("process_id:")?.trim().parse().ok())
}
