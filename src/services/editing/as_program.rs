//! What a program does that the owner has let in: whatever an administrator may, to any field of a post.
//!
//! A program does not see the desk's steps. It says which state a post is to be in, and some ways lead
//! nowhere: what readers see already cannot be put off.

use super::{Editing, EditingError, Result, find_any};
use crate::db::{self, Connection};
use crate::domain::post::{Draft, FullPost};
use crate::domain::{PostId, PostKind, Slug, Status, UserId};
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

    /// The ids of authors, in order, each once; the owner's where nobody is named whom somebody knows.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn authors(&self, wishes: Vec<AuthorWish>) -> Result<Vec<UserId>> {
        self.0
            .in_time(async {
                let mut snapshot = self.0.primary().await?;
                let mut authors = Vec::new();
                for wish in wishes {
                    let known = author_id(&mut snapshot, wish).await?;
                    authors.extend(known.filter(|author| !authors.contains(author)));
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
    pub async fn create(&self, mut draft: Draft) -> Result<Saved<FullPost>> {
        self.0
            .in_time(async {
                self.settle(&mut draft, None)?;
                Ok(self.0.publishing.create(&draft).await?)
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
                self.settle(&mut draft, Some(&was))?;
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
        self.create(draft).await
    }

    /// Brings a draft into the state that it asks for, after the one that it was in; or says why that
    /// cannot be.
    fn settle(self, draft: &mut Draft, was: Option<&Draft>) -> Result<()> {
        let refuse = |field, reason| Err(EditingError::invalid(field, reason));
        let before = was.map(|was| (was.status, was.published_at));
        if before == Some((draft.status, draft.published_at)) {
            return Ok(());
        }
        let was = before.map(|(status, _)| status);
        // What was put off and is to be seen now has the present for its date, unless there is another.
        if before == Some((Status::Scheduled, draft.published_at))
            && draft.status == Status::Published
        {
            draft.published_at = None;
        }
        let now = self.0.publishing.now();
        let is_ahead = draft.published_at.is_some_and(|at| at > now);
        match (was, draft.status) {
            (Some(Status::Published), Status::Scheduled) => {
                refuse("status", "is `published`, and what readers see cannot be put off")
            }
            (Some(Status::Published), Status::Published) if is_ahead => {
                refuse("published_at", "lies ahead, and readers see it already")
            }
            // Clocks differ: whoever publishes a second from now gets it a second from now.
            (_, Status::Published) if is_ahead => {
                draft.status = Status::Scheduled;
                Ok(())
            }
            (_, Status::Scheduled) if draft.published_at.is_none() => {
                refuse("published_at", "is missing, and what is scheduled has one")
            }
            (_, Status::Scheduled) if !is_ahead => {
                refuse("published_at", "is past, and what is scheduled lies ahead")
            }
            _ => Ok(()),
        }
    }
}

fn of_kind(full: FullPost, kind: PostKind) -> Result<FullPost> {
    if full.post.summary.kind == kind { Ok(full) } else { Err(EditingError::Missing) }
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
    name.ok_or_else(|| EditingError::invalid("tags", "hold one that is not known, and has no name"))
}

async fn author_id(c: &mut Connection, wish: AuthorWish) -> Result<Option<UserId>> {
    let AuthorWish { id, slug, email } = wish;
    let mut user = None;
    if let Some(id) = id.as_deref().and_then(|id| id.parse().ok()) {
        user = db::users::by_id(c, &id).await?;
    }
    if let (None, Some(slug)) = (&user, slug.as_deref().and_then(Slug::parse)) {
        user = db::users::by_slug(c, &slug).await?;
    }
    if let (None, Some(email)) = (&user, email) {
        user = db::users::by_email(c, &email.trim().to_lowercase()).await?;
    }
    Ok(user.map(|user| user.id))
}
