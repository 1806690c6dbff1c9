//! An instance of the program: its process, its ports, and its own ways to everything it uses.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::ports::free_port;
use crate::support::process::Process;

/// How long its port may stay taken after its end, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// An instance, which may be away.
pub struct Instance {
    /// Its address, without the slash at the end.
    pub url: String,
    /// Where it tells its figures.
    pub metrics: String,
    port: u16,
    metrics_port: u16,
    folder: PathBuf,
    settings: Vec<(String, String)>,
    /// The build that it runs, or ran last.
    program: PathBuf,
    running: Option<Process>,
}

impl Instance {
    /// An instance with a folder of its own, which is not started yet.
    pub fn new(folder: PathBuf, settings: Vec<(String, String)>) -> Self {
        std::fs::create_dir(&folder).unwrap();
        let (port, metrics_port) = (free_port().unwrap(), free_port().unwrap());
        Self {
            url: format!("http://127.0.0.1:{port}"),
            metrics: format!("http://127.0.0.1:{metrics_port}/metrics"),
            port,
            metrics_port,
            folder,
            settings,
            program: PathBuf::new(),
            running: None,
        }
    }

    /// Its port on the loopback.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Starts a build of the program, with settings more than its own. Whether it is ready, others ask.
    pub fn start(&mut self, program: &Path, more: &[(&str, String)]) {
        program.clone_into(&mut self.program);
        let deadline = Instant::now() + PATIENCE;
        for port in [self.port, self.metrics_port] {
            while std::net::TcpListener::bind(("127.0.0.1", port)).is_err() {
                assert!(Instant::now() < deadline, "port {port} stays taken");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        self.running = Some(Process::start(program, &self.folder.join("pid"), |command| {
            command
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                .env("MASTHEAD_SERVER__LISTEN", format!("127.0.0.1:{}", self.port))
                .env("MASTHEAD_METRICS__LISTEN", format!("127.0.0.1:{}", self.metrics_port))
                .envs(self.settings.iter().cloned())
                .envs(more.iter().cloned())
                .arg("serve")
                .current_dir(&self.folder)
                .stdout(log.try_clone().unwrap())
                .stderr(log);
        }));
    }

    /// Starts it again if it has ended, as whatever keeps a service running does: one that finds no
    /// primary when it starts gives up.
    pub fn keep_running(&mut self) {
        if !self.runs() {
            let program = self.program.clone();
            self.start(&program, &[]);
        }
    }

    /// Whether it runs, as far as anybody can tell from outside.
    pub fn runs(&mut self) -> bool {
        self.running.as_mut().is_some_and(|process| !process.has_ended())
    }

    /// Stops it as an operator does, and waits for the end.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Tells it to stop, and does not wait for the end.
    pub fn ask_to_stop(&self) {
        self.running.as_ref().expect("it runs").signal("TERM");
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        if let Some(process) = self.running.take() {
            process.kill();
        }
    }

    /// Freezes it: connections stay, and nothing is answered.
    pub fn freeze(&self) {
        self.running.as_ref().expect("it runs").signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.running.as_ref().expect("it runs").signal("CONT");
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// What it wrote to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }
}
