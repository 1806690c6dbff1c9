//! Writing: from a draft to what readers see.
//!
//! Everything derived from the Markdown is made here, once, at save: HTML, headings, excerpt,
//! reading time, the search index. A save is one transaction; the triggers of the database add the
//! change log and the listings to it.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::types::Json;

use super::webhooks::Events;
use super::{Result, Saved, ServiceError, assembly, keep, retrying, tagging};
use crate::clock::Clock;
use crate::content_clock::{Stamper, Token};
use crate::db::redirects::Target;
use crate::db::{self, Connection, Database, Intent, Transaction};
use crate::domain::media::Picture;
use crate::domain::post::{Draft, FullPost};
use crate::domain::{
    Post, PostId, PostKind, PostSummary, Settings, Slug, Status, Tag, TagId, Timestamp, ids, paths,
};
use crate::entropy::Entropy;
use crate::text;

/// Addresses that belong to the site itself: no post may have them.
pub const RESERVED: [&str; 15] = [
    "api", "archive", "assets", "author", "content", "desk", "feed", "ghost", "healthz", "p",
    "page", "readyz", "rss", "search", "tag",
];

/// The longest title, in characters (Ghost's limit).
const MAX_TITLE: usize = 255;
/// The longest text, in bytes.
const MAX_MARKDOWN: usize = 8 << 20;
/// The most tags, and the most authors, of one post.
const MAX_MEMBERS: usize = 100;

/// Saves posts.
#[derive(Debug, Clone)]
pub struct Publishing {
    db: Database,
    stamper: Stamper,
    events: Events,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// A post as it was written, and the content tags that were made for it.
struct Written {
    post: Post,
    new_tags: Vec<Tag>,
}

/// What a new post has that a writer does not decide; imports bring it along.
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    /// Its id; a new one where there is none.
    pub id: Option<PostId>,
    /// Its uuid; a new one where there is none.
    pub uuid: Option<String>,
    /// What comment systems know it by.
    pub comment_id: Option<String>,
    /// The guid of its feed item.
    pub feed_guid: Option<String>,
    /// When it was made; the present where there is nothing.
    pub created_at: Option<Timestamp>,
    /// When it last changed; the present where there is nothing.
    pub updated_at: Option<Timestamp>,
}

impl Publishing {
    /// A publishing service over a database.
    pub fn new(
        db: Database,
        stamper: Stamper,
        events: Events,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { db, stamper, events, clock, entropy }
    }

    /// Saves a new post or page.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the draft breaks a rule.
    pub async fn create(&self, draft: &Draft) -> Result<Saved<FullPost>> {
        retrying(|| async {
            let mut t = self.db.write().await?;
            let settings = super::settings::load(&mut t).await?;
            let change = self.events.of_post(&mut t, None).await?;
            let provenance = Provenance::default();
            let Written { post, new_tags } =
                self.write_new(&mut t, &settings, draft, provenance).await?;
            let full = assembly::full(&mut t, post).await?;
            change.done(&mut t, Some(&full), &new_tags).await?;
            let token = self.keep(t).await?;
            Ok(Saved { value: full, token })
        })
        .await
    }

    /// Saves a changed post or page, if nobody changed it since `revision`.
    ///
    /// # Errors
    /// [`db::DbError::Changed`] where somebody did; [`ServiceError::Invalid`] where the draft
    /// breaks a rule or the post is gone.
    pub async fn update(
        &self,
        id: &PostId,
        revision: i64,
        draft: &Draft,
    ) -> Result<Saved<FullPost>> {
        retrying(|| async {
            let mut t = self.db.write().await?;
            let settings = super::settings::load(&mut t).await?;
            let change = self.events.of_post(&mut t, Some(id)).await?;
            let mut post = db::posts::by_id(&mut t, id)
                .await?
                .ok_or_else(|| ServiceError::invalid("id", "there is no such post"))?;
            post.revision = revision;
            // Programs tell two states of a post by its date, which an answer cuts to milliseconds.
            let updated_at = self.clock.now().max(post.summary.updated_at.plus_milliseconds(1));
            let Written { post, new_tags } =
                self.write_change(&mut t, &settings, post, draft, updated_at).await?;
            let full = assembly::full(&mut t, post).await?;
            change.done(&mut t, Some(&full), &new_tags).await?;
            let token = self.keep(t).await?;
            Ok(Saved { value: full, token })
        })
        .await
    }

    /// Keeps what a transaction wrote, and waits until no reader of this instance is shown what was
    /// before.
    pub(super) async fn keep(&self, t: Transaction) -> db::Result<Token> {
        let token = keep(t, &self.stamper).await?;
        self.events.wake();
        Ok(token)
    }

    /// Deletes a post or page.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn delete(&self, id: &PostId) -> Result<Saved<()>> {
        let mut t = self.db.write().await?;
        let change = self.events.of_post(&mut t, Some(id)).await?;
        db::posts::delete(&mut t, id).await?;
        change.done(&mut t, None, &[]).await?;
        let token = self.keep(t).await?;
        Ok(Saved { value: (), token })
    }

    /// What a draft would be if it were saved now; nothing is written. `before` is what it changes.
    ///
    /// # Errors
    /// As [`Publishing::create`].
    pub async fn preview(
        &self,
        c: &mut Connection,
        settings: &Settings,
        draft: &Draft,
        before: Option<Post>,
    ) -> Result<FullPost> {
        let now = self.clock.now();
        let key = before.as_ref().map_or("unsaved", |post| post.summary.id.as_str());
        let id = PostId::derived(key);
        let wish = draft.slug.as_deref().filter(|s| !s.trim().is_empty()).unwrap_or(&draft.title);
        let frame = Frame {
            uuid: ids::derived_uuid(key),
            slug: Slug::of(wish, settings.slug_style, id.as_str()),
            comment_id: None,
            feed_guid: None,
            revision: before.as_ref().map_or(0, |post| post.revision),
            created_at: before.as_ref().map_or(now, |post| post.summary.created_at),
            updated_at: now,
            id,
        };
        let post = compose(c, settings, draft, frame, now).await?;
        let mut full = assembly::full(c, post).await?;
        for name in names(&draft.tags) {
            let known = db::tags::by_name(c, name).await?;
            let new = || {
                let id = TagId::derived(name);
                let slug = Slug::of(name, settings.slug_style, id.as_str());
                Tag::named(id, name, slug, now)
            };
            full.tags.push(known.unwrap_or_else(new));
        }
        for author in draft.authors.iter().take(MAX_MEMBERS) {
            full.authors.extend(db::users::by_id(c, author).await?);
        }
        Ok(full)
    }

    /// The present, by the clock that dates are compared with.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Publishes the scheduled posts whose time has come: the write that makes time a change.
    /// Gives how many this call published. Where several instances try at once, the statement decides
    /// for each post: one of them finds it scheduled still, and the search index follows in the same
    /// transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn publish_due(&self) -> Result<usize> {
        const BATCH: u32 = 100;
        let now = self.clock.now();
        let mut snapshot = self.db.read(Intent::Primary).await?;
        let due = db::posts::due(&mut snapshot, now, BATCH).await?;
        drop(snapshot);
        let mut published = 0;
        for id in due {
            let mut t = self.db.write().await?;
            let change = self.events.of_post(&mut t, Some(&id)).await?;
            if !db::posts::publish_due(&mut t, &id, now).await? {
                continue;
            }
            if let Some(post) = db::posts::by_id(&mut t, &id).await? {
                let settings = super::settings::load(&mut t).await?;
                index(&mut t, &settings, &post).await?;
                let full = assembly::full(&mut t, post).await?;
                change.done(&mut t, Some(&full), &[]).await?;
            }
            self.keep(t).await?;
            published += 1;
        }
        Ok(published)
    }

    /// Saves a new post inside a transaction of the caller, and no webhook is told: an import is nothing
    /// that happened to the site.
    ///
    /// # Errors
    /// As [`Publishing::create`].
    pub async fn create_in(
        &self,
        t: &mut Transaction,
        settings: &Settings,
        draft: &Draft,
        provenance: Provenance,
    ) -> Result<Post> {
        // A large future, which would be a part of every import.
        Ok(Box::pin(self.write_new(t, settings, draft, provenance)).await?.post)
    }

    async fn write_new(
        &self,
        t: &mut Transaction,
        settings: &Settings,
        draft: &Draft,
        provenance: Provenance,
    ) -> Result<Written> {
        let now = self.clock.now();
        let id = provenance.id.unwrap_or_else(|| PostId::new(now, self.entropy.next()));
        let uuid = provenance.uuid.unwrap_or_else(|| {
            ids::derived_uuid(&format!("{id}{:x}{:x}", self.entropy.next(), self.entropy.next()))
        });
        let created_at = provenance.created_at.unwrap_or(now);
        let updated_at = provenance.updated_at.unwrap_or(created_at.max(now));
        let slug = self.free_slug(t, settings, draft, &id).await?;
        let frame = Frame {
            comment_id: provenance.comment_id.or_else(|| Some(id.to_string())),
            feed_guid: provenance.feed_guid,
            id,
            uuid,
            slug,
            revision: 1,
            created_at,
            updated_at,
        };
        let post = compose(t, settings, draft, frame, now).await?;
        db::posts::insert(t, &post).await?;
        let new_tags = self.finish(t, settings, &post, draft).await?;
        Ok(Written { post, new_tags })
    }

    /// Saves a changed post inside a transaction of the caller, and no webhook is told, as with
    /// [`Publishing::create_in`].
    ///
    /// # Errors
    /// As [`Publishing::update`].
    pub async fn update_in(
        &self,
        t: &mut Transaction,
        settings: &Settings,
        before: Post,
        draft: &Draft,
        updated_at: Timestamp,
    ) -> Result<Post> {
        Ok(Box::pin(self.write_change(t, settings, before, draft, updated_at)).await?.post)
    }

    async fn write_change(
        &self,
        t: &mut Transaction,
        settings: &Settings,
        before: Post,
        draft: &Draft,
        updated_at: Timestamp,
    ) -> Result<Written> {
        let now = self.clock.now();
        let summary = before.summary;
        let slug = self.free_slug(t, settings, draft, &summary.id).await?;
        if slug != summary.slug && summary.status == Status::Published {
            let old = paths::post(&summary.slug);
            db::redirects::save(t, &old, Target::Post(&summary.id), now).await?;
        }
        let frame = Frame {
            id: summary.id,
            uuid: before.uuid,
            comment_id: before.comment_id,
            feed_guid: before.feed_guid,
            slug,
            revision: before.revision,
            created_at: summary.created_at,
            updated_at,
        };
        let mut post = compose(t, settings, draft, frame, now).await?;
        db::posts::update(t, &post).await?;
        post.revision += 1;
        let new_tags = self.finish(t, settings, &post, draft).await?;
        Ok(Written { post, new_tags })
    }

    /// What follows a post into other tables. Gives the content tags that were made for it.
    async fn finish(
        &self,
        t: &mut Transaction,
        settings: &Settings,
        post: &Post,
        draft: &Draft,
    ) -> Result<Vec<Tag>> {
        let id = &post.summary.id;
        let before = db::posts::tags_of(t, std::slice::from_ref(id)).await?;
        let before: Vec<Tag> = before.into_iter().map(|(_, tag)| tag).collect();
        let (tags, new_tags) = self.tags(t, settings, &draft.tags, &before).await?;
        db::posts::set_tags(t, id, &tags).await?;
        let mut authors = Vec::new();
        for author in draft.authors.iter().take(MAX_MEMBERS) {
            if !authors.contains(author) {
                authors.push(author.clone());
            }
        }
        if authors.is_empty() {
            let owner = db::users::owner(t).await?.ok_or_else(|| {
                ServiceError::invalid("authors", "there is no user yet who could be the author")
            })?;
            authors.push(owner.id);
        }
        db::posts::set_authors(t, id, &authors).await?;
        index(t, settings, post).await?;
        Ok(new_tags)
    }

    /// The ids of tags by their names; names that nothing has yet become tags, which are given as well.
    /// Where several have one name, the post keeps the one that it has.
    async fn tags(
        &self,
        t: &mut Transaction,
        settings: &Settings,
        tag_names: &[String],
        before: &[Tag],
    ) -> Result<(Vec<TagId>, Vec<Tag>)> {
        let (mut tags, mut new) = (Vec::new(), Vec::new());
        for name in names(tag_names) {
            let kept = before.iter().find(|tag| tag.name.to_lowercase() == name.to_lowercase());
            let known = match kept {
                Some(tag) => Some(tag.clone()),
                None => db::tags::by_name(t, name).await?,
            };
            let tag = if let Some(tag) = known {
                tag
            } else {
                let tag = self.new_tag(t, settings, name).await?;
                new.push(tag.clone());
                tag
            };
            if !tags.contains(&tag.id) {
                tags.push(tag.id);
            }
        }
        Ok((tags, new))
    }

    async fn new_tag(&self, t: &mut Transaction, settings: &Settings, name: &str) -> Result<Tag> {
        if name.chars().count() > tagging::MAX_NAME {
            let rule = format!("hold a name of more than {} characters", tagging::MAX_NAME);
            return Err(ServiceError::invalid("tags", rule));
        }
        let now = self.clock.now();
        let id = TagId::new(now, self.entropy.next());
        let slug = tagging::free_slug(t, &tagging::slug_of(name, settings, &id), &id).await?;
        let tag = Tag::named(id, name, slug, now);
        db::tags::save(t, &tag).await?;
        Ok(tag)
    }

    /// The slug that a draft asks for, or the nearest one that is free.
    async fn free_slug(
        &self,
        t: &mut Transaction,
        settings: &Settings,
        draft: &Draft,
        id: &PostId,
    ) -> Result<Slug> {
        let wish = draft.slug.as_deref().filter(|s| !s.trim().is_empty()).unwrap_or(&draft.title);
        let wish =
            Slug::parse(wish).unwrap_or_else(|| Slug::of(wish, settings.slug_style, id.as_str()));
        for slug in numbered(&wish).filter(|slug| !RESERVED.contains(&slug.as_str())) {
            if is_free(t, draft.kind, &slug, id).await? {
                return Ok(slug);
            }
        }
        Err(taken(&wish))
    }
}

/// Whether a post may have a slug: one address is one thing, though each kind has its own space of
/// slugs.
async fn is_free(c: &mut Connection, kind: PostKind, slug: &Slug, id: &PostId) -> Result<bool> {
    for kind in [kind, other(kind)] {
        if db::posts::slug_holder(c, kind, slug).await?.is_some_and(|holder| holder != *id) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The names of tags as they count.
fn names(tags: &[String]) -> impl Iterator<Item = &str> {
    tags.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).take(MAX_MEMBERS)
}

fn other(kind: PostKind) -> PostKind {
    match kind {
        PostKind::Post => PostKind::Page,
        PostKind::Page => PostKind::Post,
    }
}

/// The slug itself, then `slug-2`, `slug-3` …, as long as it is worth looking.
pub(super) fn numbered(wish: &Slug) -> impl Iterator<Item = Slug> {
    std::iter::once(wish.clone()).chain((2..10_000).map(|number| wish.numbered(number)))
}

fn taken(wish: &Slug) -> ServiceError {
    ServiceError::invalid("slug", format!("`{wish}` and its numbers are taken"))
}

/// What a draft does not say.
struct Frame {
    id: PostId,
    uuid: String,
    comment_id: Option<String>,
    feed_guid: Option<String>,
    slug: Slug,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Derives a post from a draft.
async fn compose(
    c: &mut Connection,
    settings: &Settings,
    draft: &Draft,
    frame: Frame,
    now: Timestamp,
) -> Result<Post> {
    validate(draft)?;
    let published_at = match draft.status {
        Status::Published => Some(draft.published_at.unwrap_or(now)),
        Status::Scheduled if draft.published_at.is_none() => {
            return Err(ServiceError::invalid("published_at", "a scheduled post has a date"));
        }
        Status::Draft | Status::Scheduled => draft.published_at,
    };
    let rendered = render(c, settings, draft).await?;
    Ok(Post {
        summary: PostSummary {
            id: frame.id,
            kind: draft.kind,
            title: draft.title.trim().to_owned(),
            slug: frame.slug,
            status: draft.status,
            visibility: draft.visibility,
            featured: draft.featured,
            custom_excerpt: draft.custom_excerpt.clone(),
            excerpt: rendered.excerpt,
            reading_time: rendered.reading_time,
            feature_image: draft.feature_image.clone(),
            feature_image_alt: draft.feature_image_alt.clone(),
            feature_image_caption: draft
                .feature_image_caption
                .as_deref()
                .map(text::sanitize::caption)
                .filter(|caption| !caption.is_empty()),
            locale: draft.locale.clone(),
            published_at,
            created_at: frame.created_at,
            updated_at: frame.updated_at,
        },
        uuid: frame.uuid,
        comment_id: frame.comment_id,
        feed_guid: frame.feed_guid,
        social: draft.social.clone(),
        codeinjection_head: draft.codeinjection_head.clone(),
        codeinjection_foot: draft.codeinjection_foot.clone(),
        custom_template: draft.custom_template.clone(),
        show_title_and_feature_image: draft.show_title_and_feature_image,
        trusted: draft.trusted,
        frontmatter: draft.frontmatter.clone(),
        revision: frame.revision,
        markdown: draft.markdown.clone(),
        html: rendered.html,
        plaintext: rendered.plaintext,
        headings: Json(rendered.headings),
    })
}

fn validate(draft: &Draft) -> Result<()> {
    let title = draft.title.trim();
    if title.is_empty() {
        return Err(ServiceError::invalid("title", "is empty"));
    }
    if title.chars().count() > MAX_TITLE {
        return Err(ServiceError::invalid(
            "title",
            format!("is longer than {MAX_TITLE} characters"),
        ));
    }
    if draft.markdown.len() > MAX_MARKDOWN {
        return Err(ServiceError::invalid(
            "markdown",
            format!("is longer than {} MB", MAX_MARKDOWN >> 20),
        ));
    }
    Ok(())
}

async fn render(c: &mut Connection, settings: &Settings, draft: &Draft) -> Result<text::Rendered> {
    let addresses = assembly::stored_pictures_in(&draft.markdown);
    let pictures: HashMap<String, Picture> = assembly::pictures(c, &addresses).await?;
    let options = text::Options {
        trusted: draft.trusted,
        locale: draft.locale.as_deref().unwrap_or(&settings.locale),
        has_feature_image: draft.feature_image.is_some(),
        custom_excerpt: draft.custom_excerpt.as_deref(),
        picture: &|address| pictures.get(address).cloned(),
    };
    Ok(text::render(&draft.markdown, &options))
}

/// Puts a published post into the search index, and takes any other out of it. What only members
/// read is not in there: what a search finds tells what stands in a text.
async fn index(t: &mut Transaction, settings: &Settings, post: &Post) -> Result<()> {
    let summary = &post.summary;
    if summary.status != Status::Published {
        return Ok(db::search::remove(t, &summary.id).await?);
    }
    let locale = summary.locale.as_deref().unwrap_or(&settings.locale);
    let title = text::search::terms(&summary.title, locale);
    let body = text::search::terms(post.open_text(), locale);
    Ok(db::search::index(t, &summary.id, &title, &body).await?)
}
