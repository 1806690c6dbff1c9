//! Importing: a site that another system wrote down becomes part of this one.
//!
//! Importing the same source again changes only what changed in the source. What a source became,
//! and a hash of what was read, stand in `import_sources`; a post that was edited here since, but not
//! there, is left as it is here.

mod authors;
mod files;
mod posts;
mod report;
mod tags;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use report::{Outcome, Report};

use super::media::MediaLibrary;
use super::publishing::Publishing;
use super::{Result, ServiceError, settings, welcome};
use crate::clock::Clock;
use crate::db::{self, Database, Transaction};
use crate::domain::{Settings, TagId, UserId};
use crate::entropy::Entropy;
use crate::formats::{Problem, SourceSite};

/// How many posts are kept together: a batch that is done stays done.
const BATCH: usize = 200;

/// Imports sites.
#[derive(Debug, Clone)]
pub struct Importing {
    db: Database,
    publishing: Publishing,
    media: MediaLibrary,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// How an import is to be done.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Names the source among others: posts of two sources may have the same key.
    pub source: String,
    /// Write nothing; the report says what would have been done.
    pub dry_run: bool,
    /// Stop at the first problem, and leave the database as it was.
    pub strict: bool,
    /// Take the settings of the source even where the site has its own.
    pub settings: bool,
}

/// Told of each post as it is done, so that somebody can watch.
pub trait Progress: Send {
    /// There are this many posts.
    fn start(&mut self, posts: usize);
    /// One more is done.
    fn step(&mut self, origin: &str);
}

/// What the parts of an import share.
struct Run<'a> {
    importing: &'a Importing,
    options: &'a Options,
    settings: Settings,
    /// The authors of the source by their keys.
    authors: HashMap<String, UserId>,
    /// The addresses of the files that were uploaded; many texts may show one.
    files: HashSet<String>,
    report: Report,
}

impl Importing {
    /// An importing service over a database and a media library.
    pub fn new(
        db: Database,
        publishing: Publishing,
        media: MediaLibrary,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { db, publishing, media, clock, entropy }
    }

    /// Imports a site.
    ///
    /// # Errors
    /// The database or the media store fails; with [`Options::strict`], the first problem.
    pub async fn import(
        &self,
        site: SourceSite,
        options: &Options,
        progress: &mut dyn Progress,
    ) -> Result<Report> {
        let mut t = self.db.write().await?;
        let mut run = Run {
            importing: self,
            options,
            settings: settings::load(&mut t).await?,
            authors: HashMap::new(),
            files: HashSet::new(),
            report: Report::default(),
        };
        if !site.posts.is_empty() {
            run.report.made_room = welcome::make_room(&mut t).await?;
        }
        for problem in site.problems {
            run.problem(problem)?;
        }
        run.report.skipped = site.skipped;
        run.settings(&mut t, site.settings, &site.files).await?;
        for author in site.authors {
            run.author(&mut t, author).await?;
        }
        for tag in site.tags {
            run.tag(&mut t, tag).await?;
        }
        progress.start(site.posts.len());
        // Strict and dry runs are kept, or not kept, as a whole.
        let batch = if options.strict || options.dry_run { usize::MAX } else { BATCH };
        for (number, post) in site.posts.into_iter().enumerate() {
            progress.step(&post.origin);
            run.post(&mut t, post).await?;
            if (number + 1) % batch == 0 {
                self.publishing.keep(t).await?;
                t = self.db.write().await?;
            }
        }
        if options.dry_run {
            drop(t);
        } else {
            self.publishing.keep(t).await?;
        }
        run.report.files = run.files.len();
        Ok(run.report)
    }
}

impl Run<'_> {
    /// Notes a problem; with `--strict` it is the end.
    fn problem(&mut self, problem: Problem) -> Result<()> {
        if self.options.strict {
            return Err(ServiceError::invalid("import", problem.to_string()));
        }
        self.report.problems.push(problem);
        Ok(())
    }

    /// Takes over settings that the site has not set itself.
    async fn settings(
        &mut self,
        t: &mut Transaction,
        mut theirs: serde_json::Map<String, serde_json::Value>,
        files: &[crate::formats::SourceFile],
    ) -> Result<()> {
        let ours = db::settings::all(t).await?;
        if !self.options.settings {
            theirs.retain(|key, _| ours.iter().all(|(ours, _)| ours != key));
        }
        let replacements = self.upload(t, files).await?;
        for value in theirs.values_mut() {
            if let Some(text) = value.as_str() {
                *value = replacements.apply(text).into();
            }
        }
        for (key, value) in theirs {
            let one = serde_json::Map::from_iter([(key.clone(), value)]);
            if let Err(ServiceError::Invalid { reason, .. }) = settings::save(t, &one).await {
                self.problem(Problem { origin: "settings".to_owned(), line: None, reason })?;
            }
        }
        self.settings = settings::load(t).await?;
        Ok(())
    }

    /// The key under which something of this source is remembered.
    fn key(&self, kind: &str, key: &str) -> String {
        format!("{}/{kind}/{key}", self.options.source)
    }

    /// An id for something new whose own id is taken.
    fn new_user_id(&self) -> UserId {
        UserId::new(self.importing.clock.now(), self.importing.entropy.next())
    }

    fn new_tag_id(&self) -> TagId {
        TagId::new(self.importing.clock.now(), self.importing.entropy.next())
    }
}
