//! Editing: what a writer at the desk does to a post, from the first word until it is taken back.
//!
//! Who may do it is decided here ([`rights`]), and what is done goes through
//! [`Publishing`]. Everything is read from the primary: a writer sees what they are about to change, not
//! what a replica still has.

mod as_program;
mod list;
mod rights;
mod source;

use std::time::Duration;

use super::publishing::Publishing;
use super::{Saved, ServiceError, assembly, settings};
use crate::content_clock::Token;
use crate::db::{self, Database, DbError, Intent, Snapshot};
use crate::domain::post::{Draft, FullPost};
use crate::domain::{Author, Post, PostId, PostKind, Settings, Status, Timestamp};

pub use as_program::{AsProgram, AuthorWish, TagWish};
pub use list::{COUNTED, Counts, PER_PAGE, Place, PostsAtDesk, Query};
pub use rights::{Act, Rights, Standing, may};
pub use source::{Source, lexical};

/// Why something could not be done at the desk.
#[derive(Debug, thiserror::Error)]
pub enum EditingError {
    /// There is no such post, or none that the user may know of.
    #[error("there is no such post")]
    Missing,
    /// The user may see it, and not do this to it.
    #[error("the role does not allow it")]
    Forbidden,
    /// Somebody changed it meanwhile.
    #[error("somebody else changed it meanwhile")]
    Changed,
    /// What was written breaks a rule.
    #[error("{field}: {reason}")]
    Invalid {
        /// The field of the draft that breaks it.
        field: &'static str,
        /// The rule, to stand behind the name of the field.
        reason: String,
    },
    /// It took too long to be asked, or to be kept: whether it was kept, nobody knows.
    #[error("the database took too long")]
    Late,
    /// It could not be asked, or not be kept.
    #[error(transparent)]
    Failed(ServiceError),
}

impl EditingError {
    fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { field, reason: reason.into() }
    }
}

impl From<ServiceError> for EditingError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Invalid { field: "id", .. } => Self::Missing,
            ServiceError::Invalid { field, reason } => Self::Invalid { field, reason },
            ServiceError::Database(DbError::Changed) => Self::Changed,
            failed => Self::Failed(failed),
        }
    }
}

impl From<DbError> for EditingError {
    fn from(error: DbError) -> Self {
        ServiceError::Database(error).into()
    }
}

/// What a use case of the desk gives.
pub type Result<T, E = EditingError> = std::result::Result<T, E>;

/// What a writer changes of a post. All else of it stays as it is, by construction: its authors, its
/// kind, and what only those who see to the whole site decide.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// Its title.
    pub title: String,
    /// The slug that it should have; made from the title where it is empty.
    pub slug: String,
    /// Its text.
    pub markdown: String,
    /// The excerpt that the writer wrote.
    pub custom_excerpt: Option<String>,
    /// The address of its picture.
    pub feature_image: Option<String>,
    /// What the picture shows.
    pub feature_image_alt: Option<String>,
    /// Names of content tags, in order.
    pub tags: Vec<String>,
    /// When it was, or is to be, published.
    pub published_at: Option<Timestamp>,
}

/// What becomes of a post beside what is written in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It stays in its state.
    Keep,
    /// Readers see it: from its date on where that lies ahead, else now.
    Publish,
    /// Only writers see it.
    Unpublish,
}

/// A post at the desk.
#[derive(Debug, Clone)]
pub struct AtDesk {
    /// The settings of the site.
    pub settings: Settings,
    /// The post.
    pub full: FullPost,
    /// What the user may do to it.
    pub rights: Rights,
    /// What the site owes to whoever saw this.
    pub token: Token,
}

/// Writes at the desk.
#[derive(Debug, Clone)]
pub struct Editing {
    db: Database,
    publishing: Publishing,
    patience: Duration,
}

impl Edit {
    /// The edit that leaves a post as it is.
    #[must_use]
    pub fn of(full: &FullPost) -> Self {
        let draft = Draft::of(full);
        Self {
            title: draft.title,
            slug: draft.slug.unwrap_or_default(),
            markdown: draft.markdown,
            custom_excerpt: draft.custom_excerpt,
            feature_image: draft.feature_image,
            feature_image_alt: draft.feature_image_alt,
            tags: draft.tags,
            published_at: draft.published_at,
        }
    }

    /// The draft with these words in it.
    fn onto(self, draft: Draft) -> Draft {
        Draft {
            title: self.title,
            slug: Some(self.slug),
            markdown: self.markdown,
            custom_excerpt: self.custom_excerpt,
            feature_image: self.feature_image,
            feature_image_alt: self.feature_image_alt,
            tags: self.tags,
            published_at: self.published_at,
            ..draft
        }
    }
}

impl Editing {
    /// A desk over a database, which is waited for no longer than `patience`.
    #[must_use]
    pub const fn new(db: Database, publishing: Publishing, patience: Duration) -> Self {
        Self { db, publishing, patience }
    }

    /// The desk for a program that the owner has let in.
    #[must_use]
    pub const fn as_program(&self) -> AsProgram<'_> {
        AsProgram(self)
    }

    /// What a user needs to begin a post or a page: the settings, and what they may do to it.
    ///
    /// # Errors
    /// [`EditingError::Forbidden`] where their role makes none.
    pub async fn begin(&self, user: &Author, kind: PostKind) -> Result<(Settings, Rights)> {
        self.in_time(async {
            let standing = Standing { kind, status: Status::Draft, is_own: true };
            allow(user, Act::Edit, standing)?;
            let settings = settings::load(&mut *self.primary().await?).await?;
            Ok((settings, Rights::of(user.role, standing)))
        })
        .await
    }

    /// A post or page, to edit it.
    ///
    /// # Errors
    /// [`EditingError::Missing`] where there is none, or it is none of theirs.
    pub async fn open(&self, user: &Author, id: &PostId) -> Result<AtDesk> {
        self.in_time(async {
            let mut snapshot = self.primary().await?;
            let (full, standing) = find(&mut snapshot, user, id).await?;
            let settings = settings::load(&mut snapshot).await?;
            let (rights, token) = (Rights::of(user.role, standing), snapshot.token());
            Ok(AtDesk { settings, full, rights, token })
        })
        .await
    }

    /// Saves a new post or page of a user.
    ///
    /// # Errors
    /// [`EditingError::Forbidden`] where their role does not allow it, [`EditingError::Invalid`] where
    /// it breaks a rule.
    pub async fn create(
        &self,
        user: &Author,
        kind: PostKind,
        edit: Edit,
        step: Step,
    ) -> Result<Saved<Post>> {
        self.in_time(async {
            let standing = Standing { kind, status: Status::Draft, is_own: true };
            allow(user, Act::Edit, standing)?;
            if step != Step::Keep {
                allow(user, Act::Publish, standing)?;
            }
            let draft = self.step(edit.onto(new_draft(user, kind)), step)?;
            let Saved { value, token } = self.publishing.create(&draft).await?;
            Ok(Saved { value: value.post, token })
        })
        .await
    }

    /// Saves a changed post or page, if nobody changed it since `revision`. Where nothing is changed,
    /// nothing is written.
    ///
    /// # Errors
    /// [`EditingError::Changed`] where somebody did; else as [`Editing::open`] and
    /// [`Editing::create`].
    pub async fn save(
        &self,
        user: &Author,
        id: &PostId,
        revision: i64,
        edit: Edit,
        step: Step,
    ) -> Result<Saved<Post>> {
        self.in_time(async {
            let mut snapshot = self.primary().await?;
            let token = snapshot.token();
            let (full, standing) = find(&mut snapshot, user, id).await?;
            drop(snapshot);
            allow(user, Act::Edit, standing)?;
            if step != Step::Keep {
                allow(user, Act::Publish, standing)?;
            }
            // Whoever is an author of this revision is one when it is saved: `update` refuses any other.
            if full.post.revision != revision {
                return Err(EditingError::Changed);
            }
            let before = Draft::of(&full);
            let draft = self.step(edit.onto(before.clone()), step)?;
            if draft == before {
                return Ok(Saved { value: full.post, token });
            }
            let Saved { value, token } = self.publishing.update(id, revision, &draft).await?;
            Ok(Saved { value: value.post, token })
        })
        .await
    }

    /// Deletes a post or page, if nobody changed it since `revision`. Gives its title.
    ///
    /// # Errors
    /// As [`Editing::save`].
    pub async fn delete(&self, user: &Author, id: &PostId, revision: i64) -> Result<Saved<String>> {
        self.in_time(async {
            let mut snapshot = self.primary().await?;
            let (full, standing) = find(&mut snapshot, user, id).await?;
            drop(snapshot);
            allow(user, Act::Delete, standing)?;
            if full.post.revision != revision {
                return Err(EditingError::Changed);
            }
            let token = self.publishing.delete(id).await?.token;
            Ok(Saved { value: full.post.summary.title, token })
        })
        .await
    }

    /// A post or page as it would be with an edit, and nothing is saved.
    ///
    /// # Errors
    /// As [`Editing::save`].
    pub async fn preview(&self, user: &Author, id: &PostId, edit: Edit) -> Result<AtDesk> {
        self.in_time(async {
            let mut snapshot = self.primary().await?;
            let (full, standing) = find(&mut snapshot, user, id).await?;
            allow(user, Act::Edit, standing)?;
            let draft = edit.onto(Draft::of(&full));
            let settings = settings::load(&mut snapshot).await?;
            let full =
                self.publishing.preview(&mut snapshot, &settings, &draft, Some(full.post)).await?;
            let (rights, token) = (Rights::of(user.role, standing), snapshot.token());
            Ok(AtDesk { settings, full, rights, token })
        })
        .await
    }

    /// The same for a post or page that was never saved.
    ///
    /// # Errors
    /// As [`Editing::create`].
    pub async fn preview_new(&self, user: &Author, kind: PostKind, edit: Edit) -> Result<AtDesk> {
        self.in_time(async {
            let standing = Standing { kind, status: Status::Draft, is_own: true };
            allow(user, Act::Edit, standing)?;
            let mut snapshot = self.primary().await?;
            let settings = settings::load(&mut snapshot).await?;
            let draft = edit.onto(new_draft(user, kind));
            let full = self.publishing.preview(&mut snapshot, &settings, &draft, None).await?;
            let (rights, token) = (Rights::of(user.role, standing), snapshot.token());
            Ok(AtDesk { settings, full, rights, token })
        })
        .await
    }

    /// A draft in the state that a step leads to.
    fn step(&self, mut draft: Draft, step: Step) -> Result<Draft> {
        let now = self.publishing.now();
        let is_ahead = draft.published_at.is_some_and(|at| at > now);
        draft.status = match step {
            Step::Keep => draft.status,
            Step::Publish if is_ahead => Status::Scheduled,
            Step::Publish => Status::Published,
            Step::Unpublish => Status::Draft,
        };
        let refuse = |reason: &str| Err(EditingError::invalid("published_at", reason));
        match draft.status {
            Status::Published if is_ahead => {
                refuse("lies ahead, and readers see the post already: unpublish it first")
            }
            Status::Published if step == Step::Keep && draft.published_at.is_none() => {
                refuse("is missing, and what is published has one")
            }
            Status::Scheduled if draft.published_at.is_none() => {
                refuse("is missing, and what is scheduled has one")
            }
            _ => Ok(draft),
        }
    }

    /// What is asked for, unless it takes too long.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::time::timeout(self.patience, Box::pin(work)).await.unwrap_or(Err(EditingError::Late))
    }

    /// A view of the primary.
    async fn primary(&self) -> db::Result<Snapshot> {
        self.db.read(Intent::Primary).await
    }
}

fn allow(user: &Author, act: Act, standing: Standing) -> Result<()> {
    if may(user.role, act, standing) { Ok(()) } else { Err(EditingError::Forbidden) }
}

/// A post, and how a user stands to it. One that they may not even read is missing: nobody learns what
/// others are writing.
async fn find(snapshot: &mut Snapshot, user: &Author, id: &PostId) -> Result<(FullPost, Standing)> {
    let full = find_any(snapshot, id).await?;
    let standing = Standing {
        kind: full.post.summary.kind,
        status: full.post.summary.status,
        is_own: full.authors.iter().any(|author| author.id == user.id),
    };
    if !standing.is_own && !rights::sees_all(user.role) {
        return Err(EditingError::Missing);
    }
    Ok((full, standing))
}

/// A post, whoever asks.
async fn find_any(snapshot: &mut Snapshot, id: &PostId) -> Result<FullPost> {
    let post = db::posts::by_id(snapshot, id).await?.ok_or(EditingError::Missing)?;
    Ok(assembly::full(snapshot, post).await?)
}

/// What a new post of a user has before they write a word.
fn new_draft(user: &Author, kind: PostKind) -> Draft {
    Draft {
        kind,
        show_title_and_feature_image: true,
        // Whoever may change the settings could put any frame into every page.
        trusted: user.role.runs_the_site(),
        authors: vec![user.id.clone()],
        ..Draft::default()
    }
}
