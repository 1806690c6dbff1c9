//! Builds every part from the configuration; the one place that sees every room.

mod background;
mod explain;
mod media_store;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::sync::mpsc;

use crate::cache::{self, Cache, Hold, InvalidRedisUrl, L2Settings};
use crate::cdn::{DatabaseLog, Purger, Timing};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::content_clock::{Channel, ContentClock, Follower, Stamper, TagClock, TokenKey};
use crate::db::{Database, DbError, Leadership};
use crate::domain::sign_in::Lifetime;
use crate::entropy::{Entropy, SystemEntropy};
use crate::http_cache::{self, HttpCacheLayer, StatusField};
use crate::http_client::{HttpClient, Peers};
use crate::media::{Limits, Store, StoreError, Variants};
use crate::rate_limit::{self, Quota, Quotas, RateLimits, Shared, SharedSettings};
use crate::redis_server::RedisServer;
use crate::services::ServiceError;
use crate::services::accounts::Accounts;
use crate::services::caching::Caching;
use crate::services::editing::Editing;
use crate::services::exporting::Exporting;
use crate::services::importing::Importing;
use crate::services::integrations::{Integrations, Keyring};
use crate::services::media::MediaLibrary;
use crate::services::passwords::Passwords;
use crate::services::publishing::Publishing;
use crate::services::reach::Reach;
use crate::services::reading::Reading;
use crate::services::settings::SettingsEditor;
use crate::services::tagging::Tagging;
use crate::services::users::Users;
use crate::services::webhooks::{Courier, Events, WaitingRoom, Webhooks};
use crate::session::{DatabaseStore, InvalidSessionUrl, RedisSettings, Store as SessionStore};
use crate::web::assets::{Assets, SharedAssets};
use crate::web::audit::Auditor;
use crate::web::edge::{Cdn, Edge, Keys};
use crate::web::health::{HealthState, Readiness};
use crate::web::session::{CookieName, FormKey, Origin};
use crate::web::token::{self, Tokens};
use crate::web::{self, DeskState, Front};

/// How much news may wait to be sent; what is more is left to the polls of the others.
const OUTBOX: usize = 256;
/// What a question to the primary takes at most, beside the limit of the fence.
const FENCE_MARGIN: Duration = Duration::from_millis(500);
/// The name of the secret that signs forms.
const FORMS: &str = "forms";
/// The name of the secret that signs the tokens of writers.
const TOKENS: &str = "tokens";
/// A stamping pass that has not ended after so long is given up.
const PASS_LIMIT: Duration = Duration::from_secs(5);

pub use background::Background;

/// A running Masthead, without the listener.
#[derive(Debug)]
pub struct App {
    /// What it was built from.
    pub config: Config,
    /// The database.
    pub db: Database,
    /// The present.
    pub clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// The name of this instance among others.
    instance: String,
    /// Who of them does what is to be done once.
    leadership: Arc<Leadership>,
    /// Whether this instance is to be sent requests.
    readiness: Readiness,
    /// Where the instances share the assets of their builds; `None` where there is one alone.
    shared_assets: Option<SharedAssets>,
    /// What stands in front of all of them.
    cdn: Option<Cdn>,
    /// Keeps the content clock of this instance at the heels of the database's.
    pub follower: Arc<Follower>,
    /// Stamps what this instance writes.
    pub stamper: Stamper,
    /// Up to which change all instances have come.
    reach: Reach,
    /// Owes writers what they saved.
    tokens: Tokens,
    /// What this instance keeps, and all of them share.
    pub cache: Cache,
    http_cache: HttpCacheLayer,
    /// Where news of changes goes; `None` without Redis.
    channel: Option<Channel>,
    /// What pages are made of.
    pub reading: Reading,
    /// Saves posts.
    pub publishing: Publishing,
    /// What writers do at the desk.
    pub editing: Editing,
    /// What becomes of content tags.
    pub tagging: Tagging,
    /// Takes files.
    pub media: MediaLibrary,
    /// What an operator does to the caches.
    pub caching: Caching,
    /// What an owner decides.
    pub settings: SettingsEditor,
    /// Programs that use the API.
    pub integrations: Integrations,
    keyring: Keyring,
    /// What programs want to be told.
    pub webhooks: Webhooks,
    /// Tells them.
    pub courier: Courier,
    /// How often somebody may ask the API.
    pub rate_limits: RateLimits,
    /// Those who may sign in.
    pub users: Users,
    /// Lets them in.
    pub accounts: Accounts,
    sessions: SessionStore,
    form_key: FormKey,
    /// Takes sites in.
    pub importing: Importing,
    /// Writes the site down.
    pub exporting: Exporting,
}

/// Why an instance cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A folder cannot be made.
    #[error("{path}: {error}")]
    Folder {
        /// Which folder.
        path: String,
        /// Why not.
        error: io::Error,
    },
    /// The database cannot be opened or migrated.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The media store cannot be opened.
    #[error(transparent)]
    Media(#[from] StoreError),
    /// The address of Redis cannot be read.
    #[error(transparent)]
    Redis(#[from] InvalidRedisUrl),
    /// The address of the Redis of the sessions cannot be read.
    #[error(transparent)]
    Sessions(#[from] InvalidSessionUrl),
    /// What the instances share could not be read.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The same, where the instances count together.
    #[error(transparent)]
    Counting(#[from] rate_limit::InvalidRedisUrl),
    /// The address of Redis cannot be read.
    #[error("redis.url: {0}")]
    News(#[from] redis::RedisError),
    /// The certificates for a Redis cannot be read.
    #[error("{}: {error}", file.display())]
    Certificates {
        /// Which file.
        file: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

impl App {
    /// Opens the database, migrates it, opens the media store, and puts the parts together.
    ///
    /// # Errors
    /// A folder, the database or the media store cannot be opened.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        Self::open_with(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await
    }

    /// The same with a time and a randomness of the caller's.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_with(
        config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        if let Some(path) = config.database.url.sqlite_path() {
            make_folder(path.parent().unwrap_or(Path::new(".")))?;
        }
        let is_alone = config.database.url.sqlite_path().is_some();
        let db = connect(&config, &clock, &entropy).await?;
        db.migrate().await?;
        let leadership = Arc::new(if is_alone {
            Leadership::alone()
        } else {
            Leadership::among_others(db.clone())
        });
        let store = media_store::open(&config.media)?;
        let shared_assets = (!is_alone).then(|| SharedAssets::new(store.clone(), clock.clone()));
        let content_clock = content_clock(&config, &clock);
        let redis = redis_server(config.redis.address(), &config.redis.ca_file)?;
        let (follower, channel) =
            follower(&config, redis.as_ref(), &db, &content_clock, &clock, &entropy)?;
        let stamper = Stamper::start(follower.clone(), PASS_LIMIT);
        let media = library(&config, &db, &stamper, store, &clock);
        let rate_limits = rate_limits(&config, redis.as_ref(), &clock, &entropy)?;
        let keyring = Keyring::new(db.clone(), content_clock.clone());
        let settings = cache_settings(&config, redis);
        let cache = Cache::new(&settings, content_clock, clock.clone(), entropy.clone())?;
        let instance = format!("{:016x}", entropy.next());
        let cdn = cdn(&config, &db, &leadership, &clock, &entropy);
        let http_cache = HttpCacheLayer::new(
            cache.clone(),
            http_cache_options(&config, cdn.as_ref()),
            Keys::new(web::table()),
            clock.clone(),
            entropy.clone(),
        );
        let (users, accounts) = people(&config, &db, &stamper, &clock, &entropy);
        let sessions = session_store(&config, &db, &clock)?;
        let form_key = FormKey::new(accounts.shared_secret(FORMS).await?);
        let reach = reach(&config, &db, cdn.as_ref(), &clock);
        let key = TokenKey::new(accounts.shared_secret(TOKENS).await?);
        let tokens = tokens(&config, key, &stamper, &reach);
        let told = Arc::new(web::Told::of(config.server.base_url()));
        let events = Events::new(told, clock.clone(), entropy.clone());
        let publishing = Publishing::new(
            db.clone(),
            stamper.clone(),
            events.clone(),
            clock.clone(),
            entropy.clone(),
        );
        let courier = courier(&config, &db, &events, &stamper, &reach, &clock, &entropy);
        let (integrations, webhooks) = programs(&config, &db, &stamper, &events, &clock, &entropy);
        Ok(Self {
            reading: Reading::new(db.clone(), cache.clone(), clock.clone()),
            caching: Caching::new(db.clone(), stamper.clone(), entropy.clone()),
            settings: SettingsEditor::new(db.clone(), stamper.clone(), events.clone()),
            integrations,
            keyring,
            webhooks,
            courier,
            rate_limits,
            users,
            accounts,
            sessions,
            form_key,
            importing: Importing::new(
                db.clone(),
                publishing.clone(),
                media.clone(),
                clock.clone(),
                entropy.clone(),
            ),
            exporting: Exporting::new(db.clone(), media.clone()),
            editing: Editing::new(db.clone(), publishing.clone(), patience(&config)),
            tagging: Tagging::new(
                db.clone(),
                stamper.clone(),
                events.clone(),
                clock.clone(),
                entropy.clone(),
                patience(&config),
            ),
            publishing,
            media,
            cache,
            http_cache,
            channel,
            stamper,
            reach,
            tokens,
            follower,
            clock,
            instance,
            leadership,
            readiness: Readiness::default(),
            shared_assets,
            cdn,
            entropy,
            db,
            config,
        })
    }

    /// What tells the CDN of changes, where there is one.
    pub fn purger(&self) -> Option<&Arc<Purger>> {
        self.cdn.as_ref().map(|cdn| &cdn.purger)
    }

    /// Everything that speaks HTTP.
    pub fn router(&self) -> axum::Router {
        self.router_over(self.reading.clone())
    }

    fn router_over(&self, reading: Reading) -> axum::Router {
        let state = web::AppState {
            reading,
            clock: self.clock.clone(),
            base_url: self.config.server.base_url().into(),
            assets: self
                .shared_assets
                .clone()
                .map_or_else(Assets::default, |shared| Assets { other_builds: Arc::new(shared) }),
            health: HealthState {
                content_clock: self.cache.content_clock().clone(),
                readiness: self.readiness.clone(),
            },
            media: web::media::MediaState { variants: Variants::new(self.media.store().clone()) },
            desk: self.desk(),
            editing: self.editing.clone(),
            tagging: self.tagging.clone(),
            library: self.media.clone(),
            keyring: self.keyring.clone(),
            addresses: self.addresses(),
            integrations: self.integrations.clone(),
            webhooks: self.webhooks.clone(),
            rate_limits: self.rate_limits.clone(),
            list_limits: web::ListLimits {
                max: self.config.api.max_limit,
                allows_all: self.config.api.allow_limit_all,
            },
        };
        web::router(state, self.edge(), self.config.server.request_timeout())
    }

    fn desk(&self) -> DeskState {
        let server = &self.config.server;
        DeskState {
            accounts: self.accounts.clone(),
            sessions: self.sessions.clone(),
            session_lifetime: self.config.sessions.absolute(),
            cookie: if is_open(&self.config) { CookieName::Loopback } else { CookieName::Host },
            form_key: self.form_key.clone(),
            origin: Origin::of(server.base_url()),
            trusted_proxies: server.trusted_proxies.clone().into(),
            clock: self.clock.clone(),
        }
    }

    fn edge(&self) -> Edge {
        let (table, cdn) = (web::table(), self.cdn.clone());
        let shows_tags = self.config.api.cache_tags;
        Edge { table, cdn, says_timing: self.config.cache.debug, shows_tags }
    }

    fn addresses(&self) -> web::Addresses {
        let server = &self.config.server;
        web::Addresses::of(server.base_url(), &server.ghost_path)
    }

    /// The same behind the response cache.
    pub fn site(&self) -> Front {
        Front::new(
            self.router(),
            &self.http_cache,
            web::Door {
                edge: self.edge(),
                tokens: self.tokens.clone(),
                keyring: self.keyring.clone(),
                addresses: self.addresses(),
                limits: web::Limits::new(
                    self.rate_limits.clone(),
                    &self.config.server.trusted_proxies,
                ),
            },
            self.entropy.clone(),
        )
    }

    /// Notes which keys of the API were used since it did so last.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_uses(&self) -> Result<(), StartError> {
        Ok(self.keyring.note_uses(self.clock.now()).await?)
    }

    /// Whether this instance is to be sent requests: `/readyz` says it.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Compares what is kept with what would be made anew, out of the database alone.
    ///
    /// # Errors
    /// None that can happen: the cache that it reads through is none.
    pub fn auditor(&self) -> Result<Auditor, StartError> {
        let nothing = cache::Settings { l1_bytes: 0, negative_bytes: 0, ..Default::default() };
        let content_clock = self.cache.content_clock().clone();
        let uncached =
            Cache::new(&nothing, content_clock, self.clock.clone(), self.entropy.clone())?;
        let reading = Reading::new(self.db.clone(), uncached, self.clock.clone());
        let reading = reading.of_primary();
        Ok(Auditor::new(self.cache.clone(), self.router_over(reading), self.stamper.clone()))
    }

    /// Closes what is open, after the last request.
    pub async fn close(self) {
        self.db.close().await;
    }
}

async fn connect(
    config: &Config,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Database, DbError> {
    let database = &config.database;
    let mut limits = database.limits();
    // The instance that leads keeps one for as long as it does; of SQLite there is one anyway.
    limits.writers += 1;
    let db = Database::connect(database.url.reveal(), limits).await?;
    match database.replicas() {
        Some(replicas) => Ok(db.with_replicas(&replicas, clock.clone(), entropy.clone())?),
        None => Ok(db),
    }
}

/// How long the desk waits for the database: not so long that the request is given up before it can say
/// so itself, with the words of the writer in its answer.
fn patience(config: &Config) -> Duration {
    config.server.request_timeout() * 3 / 4
}

fn make_folder(path: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(path)
        .map_err(|error| StartError::Folder { path: path.display().to_string(), error })
}

/// What this instance knows of the content clock, which is nothing yet.
fn content_clock(config: &Config, clock: &Arc<dyn Clock>) -> Arc<ContentClock> {
    let fence = config.cache.fence();
    Arc::new(ContentClock::new(TagClock::default(), fence, clock.clone()))
}

/// What keeps the content clock at the heels of the database's, and where it tells the others.
fn follower(
    config: &Config,
    redis: Option<&RedisServer>,
    db: &Database,
    content_clock: &Arc<ContentClock>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<(Arc<Follower>, Option<Channel>), StartError> {
    let name = format!("{}:news", config.redis.prefix);
    let channel = redis.map(|server| Channel::open(server, &name)).transpose()?;
    let outbox = channel.clone().map(|channel| {
        let (outbox, news) = mpsc::channel(OUTBOX);
        tokio::spawn(channel.send(news));
        outbox
    });
    let (log, content_clock) = (Arc::new(db.clone()), content_clock.clone());
    let follower = Follower::new(log, content_clock, clock.clone(), entropy.clone(), outbox);
    Ok((Arc::new(follower), channel))
}

/// What stands in front of the instances, and is told of changes.
fn cdn(
    config: &Config,
    db: &Database,
    leadership: &Arc<Leadership>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Option<Cdn> {
    let settings = config.cdn.settings()?;
    let http = HttpClient::new(Peers::Any, config.cdn.timeout(), clock.clone());
    let provider = settings.connect(http);
    let log = DatabaseLog::new(db.clone(), provider.name(), leadership.clone(), clock.clone());
    let timing = Timing {
        fence: config.cache.fence() + FENCE_MARGIN,
        settle: config.cdn.settle(),
        calls: config.cdn.calls(),
    };
    let (tags, lifetime) = (provider.tag_header(), provider.lifetime_header());
    let purger = Purger::new(provider, Arc::new(log), timing, clock.clone(), entropy.clone());
    Some(Cdn { tags, lifetime, purger: Arc::new(purger) })
}

/// Knows how far changes have come.
fn reach(config: &Config, db: &Database, cdn: Option<&Cdn>, clock: &Arc<dyn Clock>) -> Reach {
    let purger = cdn.map(|cdn| cdn.purger.clone());
    Reach::new(db.clone(), config.cache.fence() + FENCE_MARGIN, purger, clock.clone())
}

/// What owes writers what they saved.
fn tokens(config: &Config, key: TokenKey, stamper: &Stamper, reach: &Reach) -> Tokens {
    let (stamper, reach) = (stamper.clone(), reach.clone());
    Tokens::new(token::Parts { is_secure: !is_open(config), key, stamper, reach })
}

/// The programs that the site lets in, and what they want to be told.
fn programs(
    config: &Config,
    db: &Database,
    stamper: &Stamper,
    events: &Events,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> (Integrations, Webhooks) {
    let integrations =
        Integrations::new(db.clone(), stamper.clone(), clock.clone(), entropy.clone());
    let peers = config.webhooks.peers();
    let webhooks = Webhooks::new(db.clone(), events.clone(), peers, clock.clone(), entropy.clone());
    (integrations, webhooks)
}

/// What tells receivers of webhooks.
fn courier(
    config: &Config,
    db: &Database,
    events: &Events,
    stamper: &Stamper,
    reach: &Reach,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Courier {
    let (peers, timeout) = (config.webhooks.peers(), config.webhooks.timeout());
    let http = HttpClient::new(peers, timeout, clock.clone());
    let waiting = WaitingRoom::new(stamper.clone(), reach.clone(), clock.clone());
    Courier::new(db.clone(), events.clone(), waiting, http, timeout, clock.clone(), entropy.clone())
}

/// Those who may sign in, and what lets them in.
fn people(
    config: &Config,
    db: &Database,
    stamper: &Stamper,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> (Users, Accounts) {
    let passwords = Passwords::default();
    let users =
        Users::new(db.clone(), stamper.clone(), passwords.clone(), clock.clone(), entropy.clone());
    let accounts = Accounts::new(
        db.clone(),
        stamper.clone(),
        users.clone(),
        passwords,
        lifetime(config),
        clock.clone(),
        entropy.clone(),
    );
    (users, accounts)
}

fn lifetime(config: &Config) -> Lifetime {
    Lifetime { idle: config.sessions.idle(), absolute: config.sessions.absolute() }
}

/// Whether cookies go without TLS: on a machine that nobody else can reach.
fn is_open(config: &Config) -> bool {
    !config.server.is_https() && config.server.is_loopback()
}

/// The media library over its store.
fn library(
    config: &Config,
    db: &Database,
    stamper: &Stamper,
    store: Store,
    clock: &Arc<dyn Clock>,
) -> MediaLibrary {
    let limits = Limits { picture: config.media.max_bytes, ..Limits::default() };
    MediaLibrary::new(db.clone(), stamper.clone(), store, limits, clock.clone())
}

/// Where sessions are kept: chosen here, and nowhere else.
fn session_store(
    config: &Config,
    db: &Database,
    clock: &Arc<dyn Clock>,
) -> Result<SessionStore, StartError> {
    let Some(server) = redis_server(config.sessions.address(), &config.sessions.ca_file)? else {
        return Ok(SessionStore::in_database(DatabaseStore::new(db.clone(), clock.clone())));
    };
    let settings = RedisSettings { server, timeout: config.sessions.timeout() };
    Ok(SessionStore::in_redis(&settings)?)
}

/// The Redis at an address, where there is one, and who vouches for it.
fn redis_server(url: Option<&str>, ca_file: &Path) -> Result<Option<RedisServer>, StartError> {
    let Some(server) = url.map(RedisServer::at) else { return Ok(None) };
    if ca_file.as_os_str().is_empty() {
        return Ok(Some(server));
    }
    let authorities = std::fs::read(ca_file).and_then(|pem| {
        let has_one = CertificateDer::from_pem_slice(&pem).is_ok();
        has_one.then_some(pem).ok_or_else(|| io::Error::other("it has no certificate"))
    });
    let authorities = authorities
        .map_err(|error| StartError::Certificates { file: ca_file.to_owned(), error })?;
    Ok(Some(server.signed_by(authorities)))
}

/// How often somebody may ask the API; counted by all instances together, where they share a Redis.
fn rate_limits(
    config: &Config,
    redis: Option<&RedisServer>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<RateLimits, rate_limit::InvalidRedisUrl> {
    const MINUTE: Duration = Duration::from_mins(1);
    let api = &config.api;
    let quotas = Quotas {
        address: Quota::of(api.per_address, MINUTE),
        content_key: Quota::of(api.per_content_key, MINUTE),
        admin_key: Quota::of(api.per_admin_key, MINUTE),
        failures: Quota::of(api.failures_per_hour, Duration::from_hours(1)),
    };
    let shared = redis.map(|server| {
        Shared::new(SharedSettings {
            server: server.clone(),
            prefix: config.redis.prefix.clone(),
            connect_timeout: config.redis.connect_timeout(),
            timeout: config.redis.timeout(),
        })
    });
    Ok(RateLimits::new(quotas, shared.transpose()?, clock.clone(), entropy.as_ref()))
}

fn cache_settings(config: &Config, server: Option<RedisServer>) -> cache::Settings {
    let (cache, redis) = (&config.cache, &config.redis);
    let l2 = server.filter(|_| redis.l2).map(|server| L2Settings {
        prefix: redis.prefix.clone(),
        response_timeout: redis.timeout(),
        connection_timeout: redis.connect_timeout(),
        lease: cache.lease(),
        ..L2Settings::at(server)
    });
    cache::Settings {
        l1_bytes: cache.l1_bytes,
        negative_bytes: cache.negative_bytes,
        origin_limit: usize::try_from(cache.origin_limit).unwrap_or(usize::MAX),
        l2,
        ..cache::Settings::default()
    }
}

fn http_cache_options(config: &Config, cdn: Option<&Cdn>) -> http_cache::Options {
    let cache = &config.cache;
    http_cache::Options {
        status_field: if cache.debug { StatusField::Always } else { StatusField::Never },
        hold: Hold { soft: cache.soft_timeout(), hard: cache.hard_timeout() },
        ..web::cache_options(cdn)
    }
}
