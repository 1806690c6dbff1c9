//! What an instance knows of the content clock, as the caches ask it.

use std::sync::Arc;
use std::time::Duration;

use super::{AsOf, Epoch, Fence, Provenance, TagClock};
use crate::clock::Clock;

/// How a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has every change up to this moment that concerns it.
    Valid(AsOf),
    /// Something that it was made from has changed, or this instance cannot know.
    Changed,
}

/// The tag clock and the fence of an instance.
#[derive(Debug)]
pub struct ContentClock {
    /// The last change of every tag.
    pub tags: TagClock,
    /// `None` where nobody confirms: see [`ContentClock::alone`].
    fence: Option<Fence>,
    time: Arc<dyn Clock>,
}

impl ContentClock {
    /// A clock that follows a database. Until it is told something, nothing is valid.
    pub fn new(tags: TagClock, fence_limit: Duration, time: Arc<dyn Clock>) -> Self {
        Self { tags, fence: Some(Fence::new(fence_limit)), time }
    }

    /// A clock of something that no database stands behind: it stands at 0 of epoch 0, is never
    /// fenced, and everything made then is valid.
    pub fn alone(time: Arc<dyn Clock>) -> Self {
        let tags = TagClock::with_slots(1);
        tags.begin(Epoch(0), 0, 0, []);
        Self { tags, fence: None, time }
    }

    /// How a value stands.
    #[must_use]
    pub fn standing(&self, value: &Provenance) -> Standing {
        self.tags.valid_at(value).map_or(Standing::Changed, Standing::Valid)
    }

    /// Whether the primary has been silent for too long: what is valid is to be called stale.
    #[must_use]
    pub fn is_fenced(&self) -> bool {
        self.fence.as_ref().is_some_and(|fence| fence.is_up(self.time.as_ref()))
    }

    /// The fence, where there is one.
    #[must_use]
    pub const fn fence(&self) -> Option<&Fence> {
        self.fence.as_ref()
    }
}
