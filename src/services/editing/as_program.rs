//! What a program does that the owner has let in: whatever an administrator may, to any field of a post.
//!
//! A program does not see the desk's steps. It says which state a post is to be in, and some ways lead
//! nowhere: what readers see already cannot be put off.

use super::{Editing, EditingError, Result, find_any};
use crate::db::{self, Connection};
use crate::domain::post::{Draft, FullPost};
use crate::domain::{PostId, PostKind, Slug, Status, Timestamp, UserId};
use crate::services::Saved;

/// The desk for a program.
#[derive(Debug, Clone, Copy)]
pub struct AsProgram<'a>(pub(super) &'a Editing);

/// By what a program calls a content tag. The first that something has counts; where nothing has any, there
/// will be one of this name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagWish {
    /// Its id.
    pub id: Option<String>,
    /// Its slug.
    pub slug: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// By what a program calls an author. The first that somebody has counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthorWish {
    /// Their id.
    pub id: Option<String>,
    /// Their slug.
    pub slug: Option<String>,
    /// Their address.
    pub email: Option<String>,
}

impl AsProgram<'_> {
    /// A post or page in whatever state.
    ///
    /// # Errors
    /// [`EditingError::Missing`] where there is none of this kind; this holds for every method here.
    pub async fn open(&self, kind: PostKind, id: &PostId) -> Result<FullPost> {
        self.0
            .in_time(async {
                let mut snapshot = self.0.primary().await?;
                let full = find_any(&mut snapshot, id).await?;
                of_kind(full, kind)
            })
            .await
    }

    /// The names of content tags, in order, each once.
    ///
    /// # Errors
    /// [`EditingError::Invalid`] where a wish names nothing.
    pub async fn tags(&self, wishes: Vec<TagWish>) -> Result<Vec<String>> {
        self.0
            .in_time(async {
                let mut snapshot = self.0.primary().await?;
                let mut names: Vec<String> = Vec::new();
                for wish in wishes {
                    let name = tag_name(&mut snapshot, wish).await?;
                    if !names.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
                        names.push(name);
                    }
                }
                Ok(names)
            })
            .await
    }

    /// The ids of authors, in order, each once; the owner's where nobody is named.
    ///
    /// # Errors
    /// [`EditingError::Invalid`] where a wish names nobody.
    pub async fn authors(&self, wishes: Vec<AuthorWish>) -> Result<Vec<UserId>> {
        self.0
            .in_time(async {
                let mut snapshot = self.0.primary().await?;
                let mut authors = Vec::new();
                for wish in wishes {
                    let author = author_id(&mut snapshot, wish).await?;
                    if !authors.contains(&author) {
                        authors.push(author);
                    }
                }
                if authors.is_empty() {
                    authors.extend(db::users::owner(&mut snapshot).await?.map(|owner| owner.id));
                }
                Ok(authors)
            })
            .await
    }

    /// Saves a new post or page.
    ///
    /// # Errors
    /// [`EditingError::Invalid`] where it breaks a rule.
    pub async fn create(&self, draft: &Draft) -> Result<Saved<FullPost>> {
        self.0
            .in_time(async {
                self.look_at(draft, None)?;
                Ok(self.0.publishing.create(draft).await?)
            })
            .await
    }

    /// Saves a changed post or page, if nobody changed it since it was `before`. Where nothing is
    /// changed, nothing is written.
    ///
    /// # Errors
    /// [`EditingError::Changed`] where somebody did; [`EditingError::Invalid`] where it breaks a rule.
    pub async fn save(&self, before: FullPost, mut draft: Draft) -> Result<Saved<FullPost>> {
        self.0
            .in_time(async {
                let was = Draft::of(&before);
                if draft == was {
                    let token = self.0.primary().await?.token();
                    return Ok(Saved { value: before, token });
                }
                if is_published_before_its_time(&was, &draft) {
                    draft.published_at = None;
                }
                self.look_at(&draft, Some(&was))?;
                if draft.slug == was.slug && follows_its_title(&before) {
                    draft.slug = None;
                }
                let post = &before.post;
                let saved = self.0.publishing.update(&post.summary.id, post.revision, &draft);
                Ok(saved.await?)
            })
            .await
    }

    /// Deletes a post or page. Gives what it was.
    pub async fn delete(&self, kind: PostKind, id: &PostId) -> Result<Saved<FullPost>> {
        self.0
            .in_time(async {
                let mut snapshot = self.0.primary().await?;
                let full = of_kind(find_any(&mut snapshot, id).await?, kind)?;
                drop(snapshot);
                let token = self.0.publishing.delete(id).await?.token;
                Ok(Saved { value: full, token })
            })
            .await
    }

    /// Saves a copy of a post or page, as a draft with a title of its own.
    pub async fn copy(&self, kind: PostKind, id: &PostId) -> Result<Saved<FullPost>> {
        let original = Draft::of(&self.open(kind, id).await?);
        let draft = Draft {
            title: format!("{} (Copy)", original.title),
            slug: None,
            status: Status::Draft,
            published_at: None,
            ..original
        };
        self.create(&draft).await
    }

    /// Whether a draft can be in its state, now, and after the state that it was in.
    fn look_at(self, draft: &Draft, was: Option<&Draft>) -> Result<()> {
        let refuse = |field, reason| Err(invalid(field, reason));
        let now = self.0.publishing.now();
        let is_ahead = |at: Option<Timestamp>| at.is_some_and(|at| at > now);
        let is_as_before = was.is_some_and(|was| {
            (was.status, was.published_at) == (draft.status, draft.published_at)
        });
        match draft.status {
            _ if is_as_before => Ok(()),
            Status::Scheduled if was.is_some_and(|was| was.status == Status::Published) => {
                refuse("status", "is `published`, and what readers see cannot be put off")
            }
            Status::Scheduled if draft.published_at.is_none() => {
                refuse("published_at", "is missing, and what is scheduled has one")
            }
            Status::Scheduled if !is_ahead(draft.published_at) => {
                refuse("published_at", "is past, and what is scheduled lies ahead")
            }
            Status::Published if is_ahead(draft.published_at) => {
                refuse("published_at", "lies ahead: such a post is `scheduled`")
            }
            _ => Ok(()),
        }
    }
}

fn of_kind(full: FullPost, kind: PostKind) -> Result<FullPost> {
    if full.post.summary.kind == kind { Ok(full) } else { Err(EditingError::Missing) }
}

/// Whether what was put off is to be seen now: then its date is the present, unless there is another.
fn is_published_before_its_time(was: &Draft, draft: &Draft) -> bool {
    (was.status, draft.status) == (Status::Scheduled, Status::Published)
        && was.published_at == draft.published_at
}

/// Whether a slug was made from the title, of what no reader ever saw: then a new title gives a new one.
fn follows_its_title(full: &FullPost) -> bool {
    let summary = &full.post.summary;
    let is_unseen = summary.status == Status::Draft && summary.published_at.is_none();
    is_unseen && summary.slug.is_made_of(&summary.title)
}

async fn tag_name(c: &mut Connection, wish: TagWish) -> Result<String> {
    let TagWish { id, slug, name } = wish;
    if let Some(id) = id.as_deref().and_then(|id| id.parse().ok())
        && let Some(tag) = db::tags::by_id(c, &id).await?
    {
        return Ok(tag.name);
    }
    if let Some(known) = slug.as_deref().and_then(Slug::parse)
        && let Some(tag) = db::tags::by_slug(c, &known).await?
    {
        return Ok(tag.name);
    }
    let name = name.or(slug).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    name.ok_or_else(|| invalid("tags", "hold one that is not known, and has no name"))
}

async fn author_id(c: &mut Connection, wish: AuthorWish) -> Result<UserId> {
    let AuthorWish { id, slug, email } = wish;
    if let Some(id) = id.as_deref().and_then(|id| id.parse().ok())
        && let Some(user) = db::users::by_id(c, &id).await?
    {
        return Ok(user.id);
    }
    if let Some(slug) = slug.as_deref().and_then(Slug::parse)
        && let Some(user) = db::users::by_slug(c, &slug).await?
    {
        return Ok(user.id);
    }
    if let Some(email) = email.map(|email| email.trim().to_lowercase())
        && let Some(user) = db::users::by_email(c, &email).await?
    {
        return Ok(user.id);
    }
    Err(invalid("authors", "hold one whom nobody knows"))
}

fn invalid(field: &'static str, reason: &str) -> EditingError {
    EditingError::Invalid { field, reason: reason.to_owned() }
}
