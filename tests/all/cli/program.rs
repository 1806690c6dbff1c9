//! Runs the program in a folder of its own, without the environment of the tests, to its end or
//! until a test has seen enough.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::postgres::free_port;

/// How long anything may take, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder for the program to work in.
pub struct Program(TempDir);

/// What a run left.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Program {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A run with some arguments, yet to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command.args(arguments).current_dir(self.0.path()).env_clear();
        command
    }

    /// Runs with some arguments to the end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        end(&mut self.command(arguments), "")
    }

    /// The same with a line on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        end(&mut self.command(arguments), input)
    }

    /// Serves on a free port, with some arguments and some of the environment.
    pub fn serve(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Serving {
        let port = free_port().unwrap();
        let (out, err) = (self.path("serve.out"), self.path("serve.err"));
        let child = self
            .command(&["serve", "--listen", &format!("127.0.0.1:{port}")])
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap())
            .spawn()
            .unwrap();
        let serving = Serving { port, child, out, err };
        until("it serves", || read(&serving.out).contains("Masthead serves"));
        serving
    }
}

/// Runs a command to its end, with a text on standard input.
pub fn end(command: &mut Command, input: &str) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end without having read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let out = reader(child.stdout.take().unwrap());
    let err = reader(child.stderr.take().unwrap());
    let code = wait(&mut child);
    Ended { code, out: out.join().unwrap(), err: err.join().unwrap() }
}

fn reader(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    })
}

/// Waits for the end, and makes one where it does not come.
fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("it did not end within {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until something is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The program while it serves; killed when dropped.
pub struct Serving {
    pub port: u16,
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Serving {
    /// Sends a request by hand, and gives all of the answer.
    pub fn get(&self, path: &str) -> String {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// What it wrote to the log so far.
    pub fn log(&self) -> String {
        read(&self.err)
    }

    /// Sends the signal that operators stop a service with.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for the end that [`Serving::terminate`] asked for.
    pub fn end(mut self) -> Ended {
        let code = wait(&mut self.child);
        Ended { code, out: read(&self.out), err: read(&self.err) }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
