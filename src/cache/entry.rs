//! What is kept, and how it is found again.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::content_clock::{AsOf, Provenance, Standing};

/// A value, with all that decides whether it may still be used.
#[derive(Debug)]
pub struct Entry<V> {
    /// What was loaded.
    pub value: V,
    /// What it was made from, and as of when.
    pub provenance: Provenance,
    /// When it was loaded, or last found unchanged.
    pub stored_at: Timestamp,
    /// How long it may be used.
    pub lifetime: Lifetime,
    /// How long the load took. The dearer, the earlier it is refreshed.
    pub cost: Duration,
}

/// How long an entry may be used, each span beginning where the one before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lifetime {
    /// Without a question.
    pub fresh: Duration,
    /// While it is refreshed (RFC 5861, section 3).
    pub stale_while_revalidate: Duration,
    /// While loading fails (RFC 5861, section 4). It begins where `fresh` ends as well.
    pub stale_if_error: Duration,
}

impl Lifetime {
    /// A lifetime without any use of stale entries.
    #[must_use]
    pub const fn fresh_for(fresh: Duration) -> Self {
        Self { fresh, stale_while_revalidate: Duration::ZERO, stale_if_error: Duration::ZERO }
    }

    /// After this an entry is of no use at all.
    #[must_use]
    pub fn end(self) -> Duration {
        self.fresh.saturating_add(self.stale_while_revalidate.max(self.stale_if_error))
    }
}

impl<V> Entry<V> {
    /// How old it is.
    #[must_use]
    pub const fn age(&self, now: Timestamp) -> Duration {
        now.since(self.stored_at)
    }
}

/// Where an entry was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// In this process.
    L1,
    /// In Redis, which all instances share.
    L2,
}

impl Layer {
    /// As metrics and headers call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::L1 => "l1",
            Self::L2 => "l2",
        }
    }
}

/// An entry as it was found.
#[derive(Debug)]
pub struct Found<V> {
    /// The entry; everybody who finds it shares it.
    pub entry: Arc<Entry<V>>,
    /// Where it was.
    pub layer: Layer,
    /// How it stood on the content clock.
    pub standing: Standing,
    /// Whether the fence was up: what is valid is then to be called stale.
    pub fenced: bool,
}

impl<V> Clone for Found<V> {
    fn clone(&self) -> Self {
        Self {
            entry: Arc::clone(&self.entry),
            layer: self.layer,
            standing: self.standing,
            fenced: self.fenced,
        }
    }
}

impl<V> Found<V> {
    /// Whether the entry has every change that `need` has: it was made that late, or it was found
    /// valid that late. It holds for stale entries as well: nobody sees the site without their own
    /// change.
    #[must_use]
    pub fn covers(&self, need: AsOf) -> bool {
        self.entry.provenance.as_of.covers(need)
            || matches!(self.standing, Standing::Valid(at) if at.covers(need))
    }
}

/// What may be done with an entry that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Serve it.
    Fresh,
    /// Serve it, and refresh it behind the reader's back.
    Revalidate,
    /// Serve it only if loading fails.
    OnError,
    /// Do not serve it.
    No,
}

/// Decides what may be done with an entry.
pub type Judge<V> = Arc<dyn Fn(&Found<V>) -> Reuse + Send + Sync>;
