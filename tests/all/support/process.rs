//! A program on a leash whose process is known, so that it can be frozen and killed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::leash::Leash;

/// Says which process it is before it becomes the program.
const SCRIPT: &str = r#"echo $$ >"$0"; exec "$@""#;
/// How long a program may take to begin, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program under way; dropped, it is stopped with SIGTERM and waited for.
pub struct Process {
    leash: Leash,
    pid: String,
}

impl Process {
    /// Starts a program, which writes to `pid_file` for a moment. The caller sets arguments,
    /// environment and output on the command.
    pub fn start(
        program: impl AsRef<OsStr>,
        pid_file: &Path,
        build: impl FnOnce(&mut Command),
    ) -> Self {
        let leash = Leash::start("sh", |command| {
            command.args(["-c", SCRIPT]).arg(pid_file).arg(program);
            build(command);
        });
        let deadline = Instant::now() + PATIENCE;
        let pid = loop {
            let pid = std::fs::read_to_string(pid_file).unwrap_or_default();
            if pid.ends_with('\n') {
                break pid.trim().to_owned();
            }
            assert!(Instant::now() < deadline, "{} does not begin", pid_file.display());
            std::thread::sleep(Duration::from_millis(5));
        };
        std::fs::remove_file(pid_file).unwrap();
        Self { leash, pid }
    }

    /// Sends it a signal, as in `TERM`.
    pub fn signal(&self, name: &str) {
        assert!(self.kill_command(name).status().unwrap().success());
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.leash.has_ended()
    }

    /// Waits until it has ended.
    pub fn await_end(mut self) {
        while !self.has_ended() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Kills it at once. It may crash by itself just before that, where it has a fail point.
    pub fn kill(mut self) {
        if !self.has_ended() {
            let _ = self.kill_command("KILL").stderr(Stdio::null()).status();
            self.await_end();
        }
    }

    fn kill_command(&self, name: &str) -> Command {
        let mut command = Command::new("kill");
        command.args([&format!("-{name}"), &self.pid]);
        command
    }
}
