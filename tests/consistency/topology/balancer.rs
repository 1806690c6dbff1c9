//! The load balancer: `HAProxy` in front of the instances.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::leash::Leash;
use crate::support::ports::free_port;
use crate::support::programs;

/// How long it may take to listen, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A balancer under way; stopped when dropped.
pub struct Balancer {
    port: u16,
    _leash: Leash,
}

impl Balancer {
    /// Starts it in front of these ports of the loopback.
    pub fn start(folder: &Path, instances: &[u16]) -> Self {
        let port = free_port().unwrap();
        let mut settings = include_str!("haproxy.cfg").replace("PORT", &port.to_string());
        for (number, instance) in instances.iter().enumerate() {
            let _ = writeln!(settings, "    server instance{number} 127.0.0.1:{instance}");
        }
        let path: PathBuf = folder.join("haproxy.cfg");
        std::fs::write(&path, settings).unwrap();
        let log_path = folder.join("haproxy.log");
        let log = File::create(&log_path).unwrap();
        let mut leash = Leash::start(programs::server("haproxy"), |command| {
            command.arg("-db").arg("-f").arg(&path);
            command.stdout(log.try_clone().unwrap()).stderr(log);
        });
        let deadline = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let words = || std::fs::read_to_string(&log_path).unwrap_or_default();
            assert!(!leash.has_ended(), "haproxy ended; `tests/run` installs it:\n{}", words());
            assert!(Instant::now() < deadline, "haproxy is not ready:\n{}", words());
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { port, _leash: leash }
    }

    /// Its port on the loopback.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its address, without the slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
