//! A private Varnish with the VCL that we ship: its own folder and port, and it dies with the test.

use std::fs::File;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::leash::Leash;
use super::ports::free_port;
use super::programs;

/// How long it may take to compile the VCL and to listen, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A Varnish in front of a backend; stopped when dropped.
pub struct Varnish {
    /// Its port on the loopback.
    pub port: u16,
    folder: TempDir,
    leash: Option<Leash>,
}

impl Varnish {
    /// Starts it in front of whoever listens on this port of the loopback, with some texts of the VCL
    /// put in the place of others.
    pub fn start(backend: u16, changes: &[(&str, &str)]) -> Self {
        Self::start_at(free_port().unwrap(), backend, changes)
    }

    /// The same on a port that others know already.
    pub fn start_at(port: u16, backend: u16, changes: &[(&str, &str)]) -> Self {
        let mut vcl = include_str!("../../../deploy/varnish.vcl").to_owned();
        let backend = format!(".port = \"{backend}\"");
        for (text, other) in [(".port = \"2368\"", backend.as_str())].iter().chain(changes) {
            assert!(vcl.contains(text), "`{text}` is in the VCL");
            vcl = vcl.replace(text, other);
        }
        let folder = tempfile::Builder::new().prefix("masthead-varnish-").tempdir().unwrap();
        std::fs::write(folder.path().join("masthead.vcl"), vcl).unwrap();
        let mut varnish = Self { port, folder, leash: None };
        varnish.restart();
        varnish
    }

    /// Its address, without the slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops it; what it held is gone.
    pub fn stop(&mut self) {
        self.leash = None;
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        self.stop();
        let path = |name: &str| self.folder.path().join(name);
        let log = File::create(path("log")).unwrap();
        let mut leash = Leash::start(programs::server("varnishd"), |command| {
            command
                // In the foreground, as whoever runs the tests.
                .args(["-F", "-j", "none", "-s", "malloc,32m", "-T", "none"])
                .args(["-p", "thread_pools=1", "-p", "thread_pool_min=10"])
                .arg("-n")
                .arg(path("work"))
                .arg("-f")
                .arg(path("masthead.vcl"))
                .args(["-a", &format!("127.0.0.1:{}", self.port)])
                .stdout(log.try_clone().unwrap())
                .stderr(log);
        });
        let deadline = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let words = || std::fs::read_to_string(path("log")).unwrap_or_default();
            assert!(!leash.has_ended(), "varnishd ended:\n{}", words());
            assert!(Instant::now() < deadline, "varnishd is not ready:\n{}", words());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.leash = Some(leash);
    }
}
