//! Writing down what happened, for those who want to be told, in the transaction of the change.
//!
//! So an event is there if and only if its change is. Where nobody wants to be told, that costs a look at
//! an empty table, and nothing else.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;

use super::Shape;
use crate::clock::Clock;
use crate::db::events::NewEvent;
use crate::db::{self, Result, Transaction};
use crate::domain::post::FullPost;
use crate::domain::{DeliveryId, EventKind, PostId, Tag, WebhookId, event};
use crate::entropy::Entropy;
use crate::services::assembly;

/// Writes events down.
#[derive(Debug, Clone)]
pub struct Events {
    shape: Arc<dyn Shape>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Told when there may be something to tell.
    wake: Arc<Notify>,
}

/// A change of a post that is under way.
#[derive(Debug)]
#[must_use = "what happens is written down when the change is done"]
pub struct PostChange<'a> {
    events: &'a Events,
    wanted: Wanted,
    before: Option<FullPost>,
}

/// Who wants to be told of what.
#[derive(Debug)]
struct Wanted(Vec<(EventKind, WebhookId)>);

impl Wanted {
    fn by(&self, kind: EventKind) -> impl Iterator<Item = &WebhookId> {
        self.0.iter().filter(move |(wanted, _)| *wanted == kind).map(|(_, webhook)| webhook)
    }
}

impl Events {
    /// Writes down what receivers read in these shapes.
    #[must_use]
    pub fn new(shape: Arc<dyn Shape>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { shape, clock, entropy, wake: Arc::default() }
    }

    /// Told when there may be something to tell.
    pub(super) fn bell(&self) -> Arc<Notify> {
        self.wake.clone()
    }

    /// What things look like to receivers.
    pub(super) fn shape(&self) -> &dyn Shape {
        &*self.shape
    }

    /// Says that what was written down is kept now, so that nobody waits to be told.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// A change of a post or a page begins; `None` where it is not there yet. Call
    /// [`PostChange::done`] in the same transaction.
    ///
    /// # Errors
    /// The database does not answer; this holds for every method here.
    pub async fn of_post(
        &self,
        t: &mut Transaction,
        id: Option<&PostId>,
    ) -> Result<PostChange<'_>> {
        let wanted = self.wanted(t).await?;
        let before = match id {
            Some(id) if !wanted.0.is_empty() => full(t, id).await?,
            _ => None,
        };
        Ok(PostChange { events: self, wanted, before })
    }

    /// A content tag was changed: it was one, and is another. `None` where it was not there, or is gone.
    pub async fn of_tag(
        &self,
        t: &mut Transaction,
        before: Option<&Tag>,
        after: Option<&Tag>,
    ) -> Result<()> {
        let wanted = self.wanted(t).await?;
        self.tell_of_tag(t, &wanted, before, after).await
    }

    /// What stands on every page was changed.
    pub async fn of_site(&self, t: &mut Transaction) -> Result<()> {
        let wanted = self.wanted(t).await?;
        self.record(t, &wanted, EventKind::SiteChanged, None, "{}").await
    }

    async fn wanted(&self, t: &mut Transaction) -> Result<Wanted> {
        Ok(Wanted(db::webhooks::wanted(t).await?))
    }

    async fn tell_of_tag(
        &self,
        t: &mut Transaction,
        wanted: &Wanted,
        before: Option<&Tag>,
        after: Option<&Tag>,
    ) -> Result<()> {
        let Some(id) = after.or(before).map(|tag| tag.id.as_str()) else { return Ok(()) };
        let kinds = event::of_tag(before, after);
        let shape = |tag: &Tag| self.shape.tag(tag);
        self.tell(t, wanted, &kinds, id, || (before.map(shape), after.map(shape))).await
    }

    /// Writes down those of some events that are wanted. What things look like is only made for one that is.
    async fn tell(
        &self,
        t: &mut Transaction,
        wanted: &Wanted,
        kinds: &[EventKind],
        subject: &str,
        shapes: impl FnOnce() -> (Option<Value>, Option<Value>),
    ) -> Result<()> {
        if kinds.iter().all(|kind| wanted.by(*kind).next().is_none()) {
            return Ok(());
        }
        let (before, after) = shapes();
        let mut previous = event::previous(before, after.as_ref());
        if after.is_some() {
            // An address is where something is, and no field of it.
            previous.remove("url");
        }
        let previous = Value::Object(previous).to_string();
        for kind in kinds {
            self.record(t, wanted, *kind, Some(subject), &previous).await?;
        }
        Ok(())
    }

    async fn record(
        &self,
        t: &mut Transaction,
        wanted: &Wanted,
        kind: EventKind,
        subject: Option<&str>,
        previous: &str,
    ) -> Result<()> {
        let mut webhooks = wanted.by(kind).peekable();
        if webhooks.peek().is_none() {
            return Ok(());
        }
        let at = self.clock.now();
        let (subject, previous) = match kind.subject() {
            Some(_) => (subject, previous),
            None => (None, "{}"),
        };
        let event = db::events::record(t, &NewEvent { kind, subject, previous, at }).await?;
        for webhook in webhooks {
            let id = DeliveryId::new(at, self.entropy.next());
            db::events::owe(t, event, webhook, &id, at).await?;
        }
        Ok(())
    }
}

impl PostChange<'_> {
    /// The change is done, and this is what became of the post; `None` where it is gone. `new_tags` are the
    /// content tags that were made on the way.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn done(
        self,
        t: &mut Transaction,
        after: Option<&FullPost>,
        new_tags: &[Tag],
    ) -> Result<()> {
        let Self { events, wanted, before } = self;
        if wanted.0.is_empty() {
            return Ok(());
        }
        for tag in new_tags {
            events.tell_of_tag(t, &wanted, None, Some(tag)).await?;
        }
        let Some(either) = after.or(before.as_ref()) else { return Ok(()) };
        let id = either.post.summary.id.as_str();
        let kinds = event::of_post(before.as_ref(), after);
        let shape = |full: &FullPost| events.shape.post(full);
        events.tell(t, &wanted, &kinds, id, || (before.as_ref().map(shape), after.map(shape))).await
    }
}

async fn full(t: &mut Transaction, id: &PostId) -> Result<Option<FullPost>> {
    match db::posts::by_id(t, id).await? {
        Some(post) => Ok(Some(assembly::full(t, post).await?)),
        None => Ok(None),
    }
}
