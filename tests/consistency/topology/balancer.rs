//! The load balancer: `HAProxy` in front of the instances, with the settings that we ship.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::leash::Leash;
use crate::support::ports::free_port;
use crate::support::programs;

/// How long it may take to listen, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// What stands before the number of an instance, counted from 1, in the names of its servers.
pub const SERVER: &str = "masthead-";

/// A balancer under way; stopped when dropped.
pub struct Balancer {
    port: u16,
    _leash: Leash,
}

impl Balancer {
    /// Starts it in front of these ports of the loopback.
    pub fn start(folder: &Path, instances: &[u16]) -> Self {
        let (port, watch) = (free_port().unwrap(), free_port().unwrap());
        let path = folder.join("haproxy.cfg");
        std::fs::write(&path, settings(port, watch, instances)).unwrap();
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

/// The settings of `deploy/cluster`, with these ports in place of containers. Each answer says which
/// instance gave it.
fn settings(port: u16, watch: u16, instances: &[u16]) -> String {
    let mut settings = String::new();
    let mut is_left_out = false;
    for line in include_str!("../../../deploy/cluster/haproxy.cfg").lines() {
        if !line.starts_with(' ') {
            // There are no names to look up.
            is_left_out = line.starts_with("resolvers");
        }
        let is_server = line.trim_start().starts_with("server ");
        if is_left_out || is_server {
            continue;
        }
        let line = line.replace(":8080", &format!("127.0.0.1:{port}"));
        let line = line.replace(":8405", &format!("127.0.0.1:{watch}"));
        let line = line.replace(" resolvers docker init-addr none resolve-prefer ipv4", "");
        let _ = writeln!(settings, "{line}");
        if line.trim_start().starts_with("default-server") {
            let _ = writeln!(settings, "    http-response set-header X-Instance %s");
            for (number, instance) in (1..).zip(instances) {
                let _ = writeln!(settings, "    server {SERVER}{number} 127.0.0.1:{instance}");
            }
        }
    }
    settings
}
