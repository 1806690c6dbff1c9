//! Exporting: the whole site, written down so that it can be taken elsewhere, or brought back.

use std::io::Write;
use std::path::Path;

use super::media::MediaLibrary;
use super::{Result, assembly, settings};
use crate::db::{self, Connection, Database, Intent};
use crate::domain::post::FullPost;
use crate::domain::{Author, PostId, Settings, Tag, TagId, Timestamp, UserId};
use crate::formats::ghost::write::ExportWriter;
use crate::formats::markdown_folder::export::Folder;

/// How many rows are read at once.
const BATCH: u32 = 200;

/// Writes the site down.
#[derive(Debug, Clone)]
pub struct Exporting {
    db: Database,
    media: MediaLibrary,
}

/// What an export holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Posts and pages, drafts among them.
    pub posts: usize,
    /// Files of the media store.
    pub files: usize,
}

impl Exporting {
    /// An exporting service over a database and a media library.
    pub fn new(db: Database, media: MediaLibrary) -> Self {
        Self { db, media }
    }

    /// Writes a folder of Markdown with front matter, and all media.
    ///
    /// # Errors
    /// The database or the media store does not answer, or a file cannot be written.
    pub async fn to_folder(&self, path: &Path) -> Result<Exported> {
        let mut c = self.db.read(Intent::Any).await?;
        let settings = settings::load(&mut c).await?;
        let folder = Folder::create(path)?;
        folder.settings(&settings)?;
        folder.authors(&authors(&mut c).await?)?;
        folder.tags(&tags(&mut c).await?)?;
        let mut exported = Exported::default();
        let mut last = None;
        while let Some(posts) = posts_after(&mut c, &mut last).await? {
            for full in posts {
                let aliases = db::redirects::of_post(&mut c, &full.post.summary.id).await?;
                folder.post(&full, &aliases)?;
                exported.posts += 1;
            }
        }
        let mut name = String::new();
        loop {
            let batch = db::media::after(&mut c, &name, BATCH).await?;
            let Some(last) = batch.last() else { break };
            name.clone_from(&last.path);
            for media in &batch {
                folder.media(&media.path, &self.media.store().read(&media.path).await?)?;
                exported.files += 1;
            }
        }
        Ok(exported)
    }

    /// Writes a Ghost export, which holds no media.
    ///
    /// # Errors
    /// The database does not answer, or `out` cannot be written.
    pub async fn to_ghost(&self, out: impl Write + Send, now: Timestamp) -> Result<Exported> {
        let mut c = self.db.read(Intent::Any).await?;
        let settings: Settings = settings::load(&mut c).await?;
        let mut writer = ExportWriter::new(out, now)?;
        let mut exported = Exported::default();
        let mut last = None;
        while let Some(posts) = posts_after(&mut c, &mut last).await? {
            for full in &posts {
                writer.post(full)?;
                exported.posts += 1;
            }
        }
        let (authors, tags) = (authors(&mut c).await?, tags(&mut c).await?);
        writer.finish(&authors, &tags, &settings)?.flush()?;
        Ok(exported)
    }
}

/// The next posts in the order of ids; `None` behind the last.
async fn posts_after(
    c: &mut Connection,
    last: &mut Option<PostId>,
) -> db::Result<Option<Vec<FullPost>>> {
    let posts = db::posts::after(c, last.as_ref(), BATCH).await?;
    let Some(newest) = posts.last() else { return Ok(None) };
    *last = Some(newest.summary.id.clone());
    Ok(Some(assembly::full_posts(c, posts).await?))
}

async fn authors(c: &mut Connection) -> db::Result<Vec<Author>> {
    let mut all: Vec<Author> = Vec::new();
    loop {
        let last: Option<UserId> = all.last().map(|author| author.id.clone());
        let batch = db::users::after(c, last.as_ref(), BATCH).await?;
        if batch.is_empty() {
            return Ok(all);
        }
        all.extend(batch);
    }
}

async fn tags(c: &mut Connection) -> db::Result<Vec<Tag>> {
    let mut all: Vec<Tag> = Vec::new();
    loop {
        let last: Option<TagId> = all.last().map(|tag| tag.id.clone());
        let batch = db::tags::after(c, last.as_ref(), BATCH).await?;
        if batch.is_empty() {
            return Ok(all);
        }
        all.extend(batch);
    }
}
