//! Content tags by themselves: what somebody decides of one, whether a post has it or not.

use std::sync::Arc;
use std::time::Duration;

use super::editing::EditingError;
use super::publishing::numbered;
use super::webhooks::Events;
use super::{Result, Saved, ServiceError, keep, retrying};
use crate::clock::Clock;
use crate::content_clock::{Stamper, Token};
use crate::db::redirects::Target;
use crate::db::{self, Connection, Database, Transaction};
use crate::domain::tag::TagVisibility;
use crate::domain::{Settings, Slug, Social, Tag, TagId, paths};
use crate::entropy::Entropy;

/// The longest name, in characters (Ghost's limit).
pub(super) const MAX_NAME: usize = 191;

/// Saves content tags.
#[derive(Debug, Clone)]
pub struct Tagging {
    db: Database,
    stamper: Stamper,
    events: Events,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    patience: Duration,
}

/// What somebody decides of a tag.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagDraft {
    /// Its name. One that begins with `#` is for writers alone.
    pub name: String,
    /// The slug wished for; made from the name where there is none.
    pub slug: Option<String>,
    /// A sentence or two on top of its page.
    pub description: Option<String>,
    /// A picture on top of its page.
    pub feature_image: Option<String>,
    /// `#rrggbb`.
    pub accent_color: Option<String>,
    /// For search engines and social networks.
    pub social: Social,
    /// HTML for the head of its page.
    pub codeinjection_head: Option<String>,
    /// HTML for the end of its page.
    pub codeinjection_foot: Option<String>,
}

impl TagDraft {
    /// The draft that would make a tag what it is.
    #[must_use]
    pub fn of(tag: &Tag) -> Self {
        let tag = tag.clone();
        Self {
            name: tag.name,
            slug: Some(tag.slug.to_string()),
            description: tag.description,
            feature_image: tag.feature_image,
            accent_color: tag.accent_color,
            social: tag.social,
            codeinjection_head: tag.codeinjection_head,
            codeinjection_foot: tag.codeinjection_foot,
        }
    }

    /// A tag with what was decided of it.
    fn onto(self, tag: Tag, slug: Slug) -> Tag {
        let name = self.name.trim().to_owned();
        Tag {
            visibility: TagVisibility::of_name(&name),
            name,
            slug,
            description: self.description,
            feature_image: self.feature_image,
            accent_color: self.accent_color,
            social: self.social,
            codeinjection_head: self.codeinjection_head,
            codeinjection_foot: self.codeinjection_foot,
            ..tag
        }
    }

    fn validate(&self) -> Result<()> {
        let name = self.name.trim();
        if name.is_empty() || name.starts_with(',') || name.chars().count() > MAX_NAME {
            let rule = format!("has 1 to {MAX_NAME} characters, and no comma in front");
            return Err(ServiceError::invalid("name", rule));
        }
        let is_colour = |text: &str| {
            let digits = text.strip_prefix('#').unwrap_or_default();
            digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit())
        };
        if self.accent_color.as_deref().is_some_and(|colour| !is_colour(colour)) {
            return Err(ServiceError::invalid("accent_color", "is written `#rrggbb`"));
        }
        Ok(())
    }

    /// The slug that is asked for.
    fn wish(&self, settings: &Settings, id: &TagId) -> Slug {
        let style = settings.slug_style;
        match self.slug.as_deref().filter(|slug| !slug.trim().is_empty()) {
            Some(slug) => Slug::parse(slug).unwrap_or_else(|| Slug::of(slug, style, id.as_str())),
            None => slug_of(&self.name, settings, id),
        }
    }
}

impl Tagging {
    /// A service over a database, which is waited for no longer than `patience`.
    pub fn new(
        db: Database,
        stamper: Stamper,
        events: Events,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        patience: Duration,
    ) -> Self {
        Self { db, stamper, events, clock, entropy, patience }
    }

    /// Saves a new tag. Where another has its slug, it gets a number.
    ///
    /// # Errors
    /// [`EditingError::Invalid`] where it breaks a rule.
    pub async fn create(&self, draft: &TagDraft) -> Result<Saved<Tag>, EditingError> {
        self.in_time(retrying(|| async {
            draft.validate()?;
            let mut t = self.db.write().await?;
            let settings = super::settings::load(&mut t).await?;
            let now = self.clock.now();
            let id = TagId::new(now, self.entropy.next());
            let slug = free_slug(&mut t, &draft.wish(&settings, &id), &id).await?;
            let tag = Tag::named(id, &draft.name, slug.clone(), now);
            let tag = draft.clone().onto(tag, slug);
            db::tags::save(&mut t, &tag).await?;
            self.events.of_tag(&mut t, None, Some(&tag)).await?;
            Ok(Saved { value: tag, token: self.keep(t).await? })
        }))
        .await
    }

    /// Changes a tag: what is decided of it is read, changed and saved in one transaction, in which nobody
    /// else changes it. So of two who change different things at once, neither undoes what the other did.
    /// An address that it had leads to the new one. Where the change is refused, nothing is saved.
    ///
    /// # Errors
    /// [`EditingError::Missing`] where it is gone; [`EditingError::Invalid`] where it breaks a rule.
    pub async fn update<E>(
        &self,
        id: &TagId,
        change: impl Fn(&mut TagDraft) -> Result<(), E>,
    ) -> Result<Result<Saved<Tag>, E>, EditingError> {
        self.in_time(retrying(|| async {
            let mut t = self.db.write().await?;
            let settings = super::settings::load(&mut t).await?;
            let before = db::tags::hold(&mut t, id).await?.ok_or_else(missing)?;
            let mut draft = TagDraft::of(&before);
            if let Err(refusal) = change(&mut draft) {
                return Ok(Err(refusal));
            }
            draft.validate()?;
            let slug = free_slug(&mut t, &draft.wish(&settings, id), id).await?;
            let now = self.clock.now();
            if slug != before.slug && before.is_public() {
                let old = paths::tag(&before.slug);
                db::redirects::save(&mut t, &old, Target::Tag(id), now).await?;
            }
            let tag = Tag { updated_at: now, ..draft.onto(before.clone(), slug) };
            db::tags::save(&mut t, &tag).await?;
            self.events.of_tag(&mut t, Some(&before), Some(&tag)).await?;
            Ok(Ok(Saved { value: tag, token: self.keep(t).await? }))
        }))
        .await
    }

    /// Deletes a tag. Posts that have it lose it.
    ///
    /// # Errors
    /// [`EditingError::Missing`] where there is none.
    pub async fn delete(&self, id: &TagId) -> Result<Saved<()>, EditingError> {
        self.in_time(retrying(|| async {
            let mut t = self.db.write().await?;
            let before = db::tags::hold(&mut t, id).await?.ok_or_else(missing)?;
            db::tags::delete(&mut t, id).await?;
            self.events.of_tag(&mut t, Some(&before), None).await?;
            Ok(Saved { value: (), token: self.keep(t).await? })
        }))
        .await
    }

    async fn keep(&self, t: Transaction) -> db::Result<Token> {
        let token = keep(t, &self.stamper).await?;
        self.events.wake();
        Ok(token)
    }

    /// What is asked for, unless it takes too long.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T, EditingError> {
        let done = tokio::time::timeout(self.patience, Box::pin(work)).await;
        done.map_or(Err(EditingError::Late), |result| Ok(result?))
    }
}

fn missing() -> ServiceError {
    ServiceError::invalid("id", "there is no such tag")
}

/// The slug that follows from a name.
pub(super) fn slug_of(name: &str, settings: &Settings, id: &TagId) -> Slug {
    Slug::from_tag_name(name, settings.slug_style)
        .unwrap_or_else(|| Slug::of(name, settings.slug_style, id.as_str()))
}

/// A slug, or the nearest one that no other tag has.
pub(super) async fn free_slug(t: &mut Transaction, wish: &Slug, id: &TagId) -> Result<Slug> {
    for slug in numbered(wish) {
        if is_free(t, &slug, id).await? {
            return Ok(slug);
        }
    }
    Err(ServiceError::invalid("slug", format!("`{wish}` and its numbers are taken")))
}

async fn is_free(c: &mut Connection, slug: &Slug, id: &TagId) -> Result<bool> {
    Ok(db::tags::by_slug(c, slug).await?.is_none_or(|tag| tag.id == *id))
}
