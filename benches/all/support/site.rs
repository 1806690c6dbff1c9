//! Sites of known sizes on both databases. Each is made once and stays in `target/bench-data`; an
//! interrupted run is taken up where it stopped. Remove that folder after a change of the schema.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use masthead::cache::{self, Cache};
use masthead::clock::SystemClock;
use masthead::content_clock::{ContentClock, TagClock};
use masthead::db::{Database, Limits};
use masthead::entropy::SystemEntropy;
use masthead::services::reading::Reading;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::fill::fill;
use super::{RUNTIME, postgres};

/// Names the sizes of the sites, separated by commas.
const SIZES: &str = "MASTHEAD_BENCH_POSTS";
const DEFAULT_SIZES: &str = "1000";

/// A site that is there and can be read.
#[derive(Clone)]
pub struct Site {
    engine: Engine,
    pub posts: u32,
    pub reading: Reading,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8} {:>7}", self.engine.to_string(), self.posts)
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The sites of all sizes asked for, on SQLite and, where it is installed, on PostgreSQL.
pub fn all() -> Vec<Site> {
    static SITES: LazyLock<Vec<Site>> = LazyLock::new(|| RUNTIME.block_on(open_all()));
    SITES.clone()
}

async fn open_all() -> Vec<Site> {
    let sizes = std::env::var(SIZES).unwrap_or_else(|_| DEFAULT_SIZES.to_owned());
    let sizes: Vec<u32> = sizes
        .split(',')
        .map(|size| size.trim().parse().unwrap_or_else(|_| panic!("{SIZES}: `{size}`")))
        .collect();
    let mut opened = Vec::new();
    for engine in Engine::installed() {
        for &posts in &sizes {
            let database = match engine {
                Engine::Sqlite => sqlite(posts).await,
                Engine::Postgres(cluster) => in_postgres(cluster, posts).await,
            };
            let database = database.unwrap_or_else(|error| panic!("{engine} {posts}: {error}"));
            opened.push(Site { engine, posts, reading: reading(database) });
        }
    }
    opened
}

/// Reads without a cache: its content clock is told nothing, so nothing is valid.
fn reading(database: Database) -> Reading {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let unknown = ContentClock::new(TagClock::with_slots(1), Duration::ZERO, clock.clone());
    let cache = Cache::new(&cache::Settings::default(), Arc::new(unknown), clock.clone(), entropy);
    Reading::new(database, cache.expect("no address is wrong"), clock)
}

/// A kind of database that is here.
#[derive(Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres(&'static postgres::Cluster),
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
        })
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Engine {
    /// SQLite and, where it is installed, a PostgreSQL that stops with the process.
    pub fn installed() -> Vec<Self> {
        static CLUSTER: LazyLock<Option<postgres::Cluster>> = LazyLock::new(|| {
            let folder = folder().join("postgres");
            std::fs::create_dir_all(&folder).expect("the folder is made");
            postgres::start_in(&folder, postgres::Afterwards::Keep)
                .inspect_err(|reason| eprintln!("Without PostgreSQL: {reason}"))
                .ok()
        });
        std::iter::once(Self::Sqlite).chain(CLUSTER.as_ref().map(Self::Postgres)).collect()
    }

    /// A database with every table and nothing in them, in place of the one before; a file of it
    /// lies in the folder.
    pub async fn empty(self, folder: &Path) -> Result<Database> {
        match self {
            Self::Sqlite => {
                let path = folder.join("empty.db");
                remove(&path)?;
                open(&format!("sqlite:{}", path.display())).await
            }
            Self::Postgres(cluster) => {
                let mut admin = PgConnection::connect(&cluster.url("postgres")).await?;
                for sql in ["drop database if exists empty with (force)", "create database empty"] {
                    sqlx::raw_sql(sql).execute(&mut admin).await?;
                }
                open(&cluster.url("empty")).await
            }
        }
    }
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

async fn sqlite(posts: u32) -> Result<Database> {
    let path = folder().join(format!("posts-{posts}.db"));
    if !path.exists() {
        let unfinished = path.with_extension("unfinished");
        let database = open(&format!("sqlite:{}", unfinished.display())).await?;
        fill(&database, None, posts).await?;
        // The last connection takes the write-ahead log into the file.
        database.close().await;
        std::fs::rename(&unfinished, &path)?;
    }
    open(&format!("sqlite:{}", path.display())).await
}

async fn in_postgres(cluster: &postgres::Cluster, posts: u32) -> Result<Database> {
    let name = format!("posts_{posts}");
    let mut admin = PgConnection::connect(&cluster.url("postgres")).await?;
    if !exists(&mut admin, &name).await? {
        let unfinished = format!("unfinished_{posts}");
        if !exists(&mut admin, &unfinished).await? {
            let create = format!("create database {unfinished}");
            sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut admin).await?;
        }
        let url = cluster.url(&unfinished);
        let database = open(&url).await?;
        fill(&database, Some(&url), posts).await?;
        database.close().await;
        let rename = format!("alter database {unfinished} rename to {name}");
        sqlx::raw_sql(AssertSqlSafe(rename)).execute(&mut admin).await?;
    }
    admin.close().await?;
    open(&cluster.url(&name)).await
}

async fn exists(admin: &mut PgConnection, database: &str) -> Result<bool> {
    let sql = "select exists (select from pg_database where datname = $1)";
    Ok(sqlx::query_scalar(sql).bind(database).fetch_one(admin).await?)
}

async fn open(url: &str) -> Result<Database> {
    // A database that is being filled is slow to answer now and then.
    let limits = Limits { acquire_timeout: Duration::from_mins(2), ..Limits::default() };
    let database = Database::connect(url, limits).await?;
    database.migrate().await?;
    Ok(database)
}

/// `target/bench-data`.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench-data");
    std::fs::create_dir_all(&folder).expect("the folder is made");
    folder
}

/// Removes a database file, if it is there.
fn remove(database: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut path = database.as_os_str().to_owned();
        path.push(suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
