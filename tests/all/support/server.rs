//! The real program, as an operator starts it: its own process, folder and port.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::leash::Leash;
use super::ports::free_port;

/// How long it may take to listen, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder in which `masthead` keeps everything, and the commands that were run there.
pub struct Site {
    folder: TempDir,
}

impl Site {
    /// A new folder, with nothing in it.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command to its end; it must succeed. Gives what it printed.
    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> String {
        self.run_with(&[], arguments)
    }

    /// The same with something in the environment.
    pub fn run_with<const N: usize>(
        &self,
        environment: &[(&str, &str)],
        arguments: [&str; N],
    ) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command.args(arguments).current_dir(self.path()).envs(environment.iter().copied());
        let output = command.output().unwrap();
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (words(&output.stdout), words(&output.stderr));
        assert!(output.status.success(), "masthead {arguments:?}: {}\n{out}{err}", output.status);
        out
    }

    /// Adds somebody who may sign in; the first owns the site.
    pub fn add_user(&self, name: &str, email: &str, password: &str) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_masthead"))
            .args(["user", "add", email, "--name", name])
            .current_dir(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "masthead user add {email}");
    }

    /// Serves the site, and returns when it answers.
    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// The same with something in the environment.
    pub fn serve_with(&self, environment: &[(&str, &str)]) -> Server {
        let port = free_port().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let log = self.path().join("serve.log");
        let file = File::create(&log).unwrap();
        let mut leash = Leash::start(env!("CARGO_BIN_EXE_masthead"), |command| {
            command
                .args(["serve", "--url", &url, "--listen", &format!("127.0.0.1:{port}")])
                .current_dir(self.path())
                .envs(environment.iter().copied())
                .stdout(file.try_clone().unwrap())
                .stderr(file);
        });
        let deadline = Instant::now() + PATIENCE;
        while !is_ready(port) {
            let words = || std::fs::read_to_string(&log).unwrap_or_default();
            assert!(!leash.has_ended(), "masthead serve ended:\n{}", words());
            assert!(Instant::now() < deadline, "masthead serve is not ready:\n{}", words());
            std::thread::sleep(Duration::from_millis(20));
        }
        Server { url, log, _leash: leash }
    }
}

/// A site that is served; stopped when dropped.
pub struct Server {
    /// Its address, without the slash at the end.
    pub url: String,
    log: PathBuf,
    _leash: Leash,
}

impl Server {
    /// The code by which the first owner comes in, as it says it.
    pub fn set_up_code(&self) -> String {
        let said = std::fs::read_to_string(&self.log).unwrap();
        let is_code = |line: &&str| line.len() == 30 && line.matches('-').count() == 4;
        said.lines().map(str::trim).find(is_code).expect("it waits for its owner").to_owned()
    }
}

fn is_ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let request = "GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
