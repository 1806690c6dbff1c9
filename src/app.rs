//! Builds every part from the configuration; the one place that sees every room.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::cache::{self, Cache, InvalidRedisUrl};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::content_clock::{ContentClock, Follower, Stamper, TagClock};
use crate::db::{Database, DbError};
use crate::entropy::{Entropy, SystemEntropy};
use crate::media::{Limits, Store, StoreError, Variants};
use crate::services::exporting::Exporting;
use crate::services::importing::Importing;
use crate::services::media::MediaLibrary;
use crate::services::publishing::Publishing;
use crate::services::reading::Reading;
use crate::services::settings::SettingsEditor;
use crate::services::users::Users;
use crate::web;

/// An instance that the primary has not confirmed for so long calls what it has stale.
const FENCE_LIMIT: Duration = Duration::from_millis(1500);
/// A stamping pass that has not ended after so long is given up.
const PASS_LIMIT: Duration = Duration::from_secs(5);

/// A running Masthead, without the listener.
#[derive(Debug)]
pub struct App {
    /// What it was built from.
    pub config: Config,
    /// The database.
    pub db: Database,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Keeps the content clock of this instance at the heels of the database's.
    pub follower: Arc<Follower>,
    /// Stamps what this instance writes.
    pub stamper: Stamper,
    /// What this instance keeps, and all of them share.
    pub cache: Cache,
    /// What pages are made of.
    pub reading: Reading,
    /// Saves posts.
    pub publishing: Publishing,
    /// Takes files.
    pub media: MediaLibrary,
    /// What an owner decides.
    pub settings: SettingsEditor,
    /// Those who may sign in.
    pub users: Users,
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
        error: std::io::Error,
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
        make_folder(&config.media.dir)?;
        let db = Database::connect(config.database.url.reveal(), config.database.limits()).await?;
        db.migrate().await?;
        let store = Store::in_folder(&config.media.dir)?;
        let limits = Limits { picture: config.media.max_bytes, ..Limits::default() };
        let media = MediaLibrary::new(store, limits, clock.clone());
        let content_clock =
            Arc::new(ContentClock::new(TagClock::default(), FENCE_LIMIT, clock.clone()));
        let follower = Arc::new(Follower::new(
            Arc::new(db.clone()),
            content_clock.clone(),
            clock.clone(),
            entropy.clone(),
            None,
        ));
        let stamper = Stamper::start(follower.clone(), PASS_LIMIT);
        let cache =
            Cache::new(&cache::Settings::default(), content_clock, clock.clone(), entropy.clone())?;
        let publishing =
            Publishing::new(db.clone(), stamper.clone(), clock.clone(), entropy.clone());
        Ok(Self {
            reading: Reading::new(db.clone(), cache.clone(), clock.clone()),
            settings: SettingsEditor::new(db.clone(), stamper.clone()),
            users: Users::new(db.clone(), stamper.clone(), clock.clone(), entropy.clone()),
            importing: Importing::new(
                db.clone(),
                publishing.clone(),
                media.clone(),
                clock.clone(),
                entropy,
            ),
            exporting: Exporting::new(db.clone(), media.clone()),
            publishing,
            media,
            cache,
            stamper,
            follower,
            clock,
            db,
            config,
        })
    }

    /// Everything that speaks HTTP.
    pub fn router(&self) -> axum::Router {
        let state = web::AppState {
            reading: self.reading.clone(),
            clock: self.clock.clone(),
            base_url: self.config.server.base_url().into(),
            assets: web::assets::Assets::default(),
            media: web::media::MediaState { variants: Variants::new(self.media.store().clone()) },
        };
        web::router(state, self.config.server.request_timeout())
    }

    /// Closes what is open, after the last request.
    pub async fn close(self) {
        self.db.close().await;
    }
}

fn make_folder(path: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(path)
        .map_err(|error| StartError::Folder { path: path.display().to_string(), error })
}
