//! Starts instances of the program on what they share, and stops them: all of it dies with the test.

use std::fs::File;
use std::time::{Duration, Instant};

use masthead::app::App;
use masthead::config::Config;
use masthead::db;
use tempfile::TempDir;

use super::{PATIENCE, Reader, until};
use crate::instance::published;
use crate::support::Hand;
use crate::support::fixtures::{NOON, author};
use crate::support::postgres::{self, free_port};
use crate::support::process::Process;
use crate::support::redis::Redis;
use crate::support::varnish::Varnish;

/// Several instances, and what they share.
pub struct Cluster {
    pub instances: Vec<Instance>,
    pub redis: Redis,
    pub varnish: Option<Varnish>,
    pub reader: Reader,
    pub database: String,
    settings: Vec<(&'static str, String)>,
    folder: TempDir,
}

/// A process of the program.
pub struct Instance {
    /// Its address, without the slash at the end.
    pub url: String,
    number: usize,
    port: u16,
    metrics: u16,
    running: Option<Process>,
}

impl Cluster {
    /// Three instances on a new database of the tests' PostgreSQL.
    pub async fn start() -> Self {
        let database = postgres::migrated().await;
        Self::on(database, &[]).await
    }

    /// Three instances on a database with some settings more.
    pub async fn on(database: String, settings: &[(&'static str, String)]) -> Self {
        let folder = tempfile::Builder::new().prefix("masthead-cluster-").tempdir().unwrap();
        let redis = Redis::start();
        let media = folder.path().join("media").display().to_string();
        let mut all = vec![
            ("MASTHEAD_DATABASE__URL", database.clone()),
            // Many clusters of the tests share one server.
            ("MASTHEAD_DATABASE__READERS", "4".to_owned()),
            ("MASTHEAD_DATABASE__WRITERS", "2".to_owned()),
            ("MASTHEAD_REDIS__URL", redis.url()),
            ("MASTHEAD_CACHE__DEBUG", "true".to_owned()),
            ("MASTHEAD_CACHE__AUDIT_S", "1".to_owned()),
            ("MASTHEAD_MEDIA__DIR", media),
            ("MASTHEAD_SERVER__URL", "https://example.org".to_owned()),
            ("MASTHEAD_WEBHOOKS__ALLOW_PRIVATE", "true".to_owned()),
        ];
        all.extend_from_slice(settings);
        let mut cluster = Self {
            instances: (0..3).map(Instance::new).collect(),
            redis,
            varnish: None,
            reader: Reader::new(),
            database,
            settings: all,
            folder,
        };
        cluster.write_first_edition().await;
        for number in 0..cluster.instances.len() {
            cluster.start_instance(number);
        }
        cluster.await_ready().await;
        cluster
    }

    /// The same behind a Varnish, which asks the first of them.
    pub async fn behind_varnish() -> Self {
        let port = free_port().unwrap();
        Self::behind_varnish_at(port, port).await
    }

    /// The same with a Varnish on one port, which is told of changes on another.
    pub async fn behind_varnish_at(port: u16, told_at: u16) -> Self {
        let settings = [
            ("MASTHEAD_CDN__PROVIDER", "varnish".to_owned()),
            ("MASTHEAD_CDN__VARNISH__ADDRESSES", format!("[\"http://127.0.0.1:{told_at}\"]")),
            ("MASTHEAD_CDN__SETTLE_S", "3".to_owned()),
            ("MASTHEAD_SERVER__REQUEST_TIMEOUT_S", "3".to_owned()),
        ];
        let mut cluster = Self::on(postgres::migrated().await, &settings).await;
        // Only now, so that its first probe finds somebody.
        cluster.varnish = Some(Varnish::start_at(port, cluster.instances[0].port, &[]));
        cluster
    }

    /// A hand at `psql`.
    pub async fn hand(&self) -> Hand {
        Hand::connect(&self.database).await
    }

    /// The service of the program in this process: one more instance, which nobody reads.
    pub async fn service(&self) -> App {
        let mut config = Config::default();
        config.database.url = serde_json::from_value(self.database.as_str().into()).unwrap();
        config.database.readers = 2;
        config.database.writers = 2;
        config.redis.url = serde_json::from_value(self.redis.url().into()).unwrap();
        config.media.dir = self.folder.path().join("media");
        config.webhooks.allow_private = true;
        App::open(config).await.unwrap()
    }

    /// A post at `/paper/` that shows `Edition 1`.
    async fn write_first_edition(&self) {
        let service = self.service().await;
        let mut t = service.db.write().await.unwrap();
        db::users::save(&mut t, &author("Ann")).await.unwrap();
        t.commit().await.unwrap();
        service.publishing.create(&published("Paper", NOON)).await.unwrap();
        service.close().await;
        self.hand().await.execute(&edition(1)).await;
    }

    /// Where everybody reads the post: at each instance, and at Varnish.
    pub fn papers(&self) -> Vec<String> {
        let urls = self.instances.iter().map(|instance| &instance.url).cloned();
        urls.chain(self.varnish.as_ref().map(Varnish::url)).map(|url| url + "/paper/").collect()
    }

    /// Starts an instance, with an empty memory.
    pub fn start_instance(&mut self, number: usize) {
        let instance = &mut self.instances[number];
        // While it was away, somebody's connection may have been given its port for a moment.
        let deadline = Instant::now() + PATIENCE;
        for port in [instance.port, instance.metrics] {
            while std::net::TcpListener::bind(("127.0.0.1", port)).is_err() {
                assert!(Instant::now() < deadline, "port {port} stays taken");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let path = |name: &str| self.folder.path().join(format!("{name}.{number}"));
        let log = File::options().create(true).append(true).open(path("log")).unwrap();
        let masthead = env!("CARGO_BIN_EXE_masthead");
        let process = Process::start(masthead, &path("pid"), |command| {
            command
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                .envs(self.settings.iter().cloned())
                .env("MASTHEAD_SERVER__LISTEN", format!("127.0.0.1:{}", instance.port))
                .env("MASTHEAD_METRICS__LISTEN", format!("127.0.0.1:{}", instance.metrics))
                .arg("serve")
                .current_dir(self.folder.path())
                .stdout(log.try_clone().unwrap())
                .stderr(log);
        });
        instance.running = Some(process);
    }

    /// Waits until all that were started answer.
    pub async fn await_ready(&mut self) {
        for instance in self.instances.iter_mut().filter(|instance| instance.running.is_some()) {
            let ready = format!("{}/readyz", instance.url);
            let deadline = Instant::now() + PATIENCE;
            while self.reader.try_get(&ready).await.is_none_or(|answer| answer.status != 200) {
                let process = instance.running.as_mut().unwrap();
                let log = self.folder.path().join(format!("log.{}", instance.number));
                let words = || std::fs::read_to_string(&log).unwrap_or_default();
                assert!(!process.has_ended(), "masthead serve ended:\n{}", words());
                assert!(Instant::now() < deadline, "masthead serve is not ready:\n{}", words());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// What an instance has counted: the sum of the lines that hold all of these words.
    pub async fn counted(&self, number: usize, words: &[&str]) -> u64 {
        let url = format!("http://127.0.0.1:{}/metrics", self.instances[number].metrics);
        let text = self.reader.get(&url).await.body;
        let text = String::from_utf8(text.to_vec()).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let lines = lines.filter(|line| words.iter().all(|word| line.contains(word)));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
    }

    /// What all instances have counted.
    pub async fn counted_by_all(&self, words: &[&str]) -> u64 {
        let mut sum = 0;
        for number in 0..self.instances.len() {
            sum += self.counted(number, words).await;
        }
        sum
    }

    /// The auditors of all instances found what they looked at to be right, whatever was done.
    pub async fn is_found_right(&self) {
        until("something is audited", async || {
            self.counted_by_all(&["masthead_audit_checked_total"]).await > 0
        })
        .await;
        let differing = self.counted_by_all(&["masthead_audit_differing_total"]).await;
        assert_eq!(differing, 0, "{}", self.log());
    }

    /// What the instances wrote to their logs.
    pub fn log(&self) -> String {
        let read =
            |number| std::fs::read_to_string(self.folder.path().join(format!("log.{number}")));
        (0..self.instances.len()).filter_map(|number| read(number).ok()).collect()
    }
}

impl Instance {
    fn new(number: usize) -> Self {
        let (port, metrics) = (free_port().unwrap(), free_port().unwrap());
        Self { url: format!("http://127.0.0.1:{port}"), number, port, metrics, running: None }
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        self.running.take().expect("it runs").kill();
    }

    /// Stops it as an operator does, and waits for the end.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Freezes it.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        self.running.as_ref().expect("it runs").signal(name);
    }
}

/// SQL that brings out an edition.
pub fn edition(number: u64) -> String {
    format!("update posts set title = 'Edition {number}' where slug = 'paper'")
}
