//! A private S3 service with one bucket, on a free port: it checks signatures, keeps its files in a
//! folder, and dies with the test. `tests/run` installs the program.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use masthead::cdn::Secret;
use masthead::config::MediaConfig;
use masthead::media::S3Settings;
use tempfile::TempDir;

use super::leash::Leash;
use super::postgres::free_port;

/// How long the service may take to listen, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// The key that the service knows.
const KEY: (&str, &str) = ("AKIATESTS", "the/secret+of=tests");

/// A service with a bucket named `pictures`.
pub struct Bucket {
    port: u16,
    folder: TempDir,
    running: Option<Leash>,
}

impl Bucket {
    /// Starts a service whose bucket is empty.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("masthead-s3-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pictures")).unwrap();
        let mut bucket = Self { port: free_port().unwrap(), folder, running: None };
        bucket.restart();
        bucket
    }

    /// How the bucket is reached, with keys that begin with `site`.
    pub fn settings(&self) -> S3Settings {
        S3Settings {
            bucket: "pictures".to_owned(),
            prefix: "site".to_owned(),
            endpoint: Some(self.endpoint()),
            region: "eu-test-1".to_owned(),
            key: Some((KEY.0.to_owned(), KEY.1.to_owned())),
            virtual_hosted_style: false,
        }
    }

    /// The same in the words of the configuration.
    pub fn configure(&self, media: &mut MediaConfig) {
        "s3://pictures/site".clone_into(&mut media.url);
        media.s3.endpoint = self.endpoint();
        "eu-test-1".clone_into(&mut media.s3.region);
        KEY.0.clone_into(&mut media.s3.access_key_id);
        media.s3.secret_access_key = Secret::new(KEY.1);
    }

    /// Where the service keeps an object.
    pub fn file(&self, key: &str) -> PathBuf {
        self.folder.path().join("pictures/site").join(key)
    }

    /// Stops the service; what it holds stays.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        let mut leash = Leash::start(program(), |command| {
            command.args(["--host", "127.0.0.1", "--port", &self.port.to_string()]);
            command.args(["--access-key", KEY.0, "--secret-key", KEY.1]).arg(self.folder.path());
            command.stdout(Stdio::null()).stderr(Stdio::null());
        });
        let deadline = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(!leash.has_ended(), "s3s-fs did not start; `tests/run` installs it");
            assert!(Instant::now() < deadline, "s3s-fs was not ready in {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.running = Some(leash);
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Where `tests/run` puts it, or wherever else it is.
fn program() -> PathBuf {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/bin/s3s-fs");
    if std::path::Path::new(ours).is_file() { ours.into() } else { "s3s-fs".into() }
}
