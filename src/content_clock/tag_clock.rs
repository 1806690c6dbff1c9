//! The tag clock: the last change of every tag, as far as this instance was told.
//!
//! A fixed array of numbers; a tag has the slot that its hash names, and shares it with others. A
//! slot moves by maximum, so news may come late, twice, or in any order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::{AsOf, Epoch, Provenance, TagHash, TagSet};

/// How many slots there are by default: half a megabyte, which stays in a processor's cache.
pub const SLOTS: usize = 1 << 16;

/// What an instance knows of an epoch. It is swapped whole, so that nobody ever pairs the floor of
/// one epoch with the slots of another.
#[derive(Debug)]
struct Known {
    epoch: Epoch,
    /// Below it this instance knows nothing: what is older is not valid.
    floor: u64,
    /// Everything up to here has been applied, without a gap.
    watermark: AtomicU64,
    slots: Box<[AtomicU64]>,
}

/// The last change of every tag.
#[derive(Debug)]
pub struct TagClock {
    known: ArcSwap<Option<Known>>,
    slots: usize,
}

impl Default for TagClock {
    fn default() -> Self {
        Self::with_slots(SLOTS)
    }
}

impl TagClock {
    /// A clock that knows nothing yet, so that nothing is valid. `slots` is rounded up to a power of
    /// two.
    #[must_use]
    pub fn with_slots(slots: usize) -> Self {
        Self { known: ArcSwap::from_pointee(None), slots: slots.max(1).next_power_of_two() }
    }

    /// Begins anew: an instance that starts, that lost the thread, or a new epoch. What is older than
    /// `floor` is not valid from here on; `changes` are those behind the floor, and the watermark
    /// comes to stand at `watermark`.
    pub fn begin<'a>(
        &self,
        epoch: Epoch,
        floor: u64,
        watermark: u64,
        changes: impl IntoIterator<Item = (u64, &'a [TagHash])>,
    ) {
        let slots = (0..self.slots).map(|_| AtomicU64::new(0)).collect();
        let known = Known { epoch, floor, watermark: AtomicU64::new(watermark), slots };
        for (seq, tags) in changes {
            known.raise(seq, tags);
        }
        self.known.store(Arc::new(Some(known)));
    }

    /// Raises the slots of the tags that a change touched. The watermark stays: see
    /// [`TagClock::advance`]. A change of another epoch is not applied.
    pub fn raise(&self, change: AsOf, tags: &[TagHash]) {
        if let Some(known) = &**self.known.load()
            && known.epoch == change.epoch
        {
            known.raise(change.seq, tags);
        }
    }

    /// Moves the watermark: everything up to `to` has been applied without a gap. It never moves
    /// back, and not for another epoch.
    pub fn advance(&self, to: AsOf) {
        if let Some(known) = &**self.known.load()
            && known.epoch == to.epoch
        {
            // Release: who sees the watermark sees the slots that were raised before.
            known.watermark.fetch_max(to.seq, Ordering::AcqRel);
        }
    }

    /// Up to where everything was applied; `None` as long as nothing is known.
    #[must_use]
    pub fn watermark(&self) -> Option<AsOf> {
        let known = self.known.load();
        let known = Option::as_ref(&known)?;
        Some(AsOf { epoch: known.epoch, seq: known.watermark.load(Ordering::Acquire) })
    }

    /// The last change of some tags that this instance knows of, the floor where it knows of none above
    /// it: what was read up to there is not old for want of one of them. `None` as long as nothing is
    /// known.
    #[must_use]
    pub fn last_change(&self, tags: &TagSet) -> Option<AsOf> {
        let known = self.known.load();
        let known = Option::as_ref(&known)?;
        let slots = tags.hashes().iter().map(|tag| known.slot(*tag).load(Ordering::Acquire));
        Some(AsOf { epoch: known.epoch, seq: slots.max().unwrap_or(0).max(known.floor) })
    }

    /// Whether a value still stands; if so, the watermark at which that was found. A value that is
    /// made from this one takes that watermark as the moment that it has seen.
    #[must_use]
    pub fn valid_at(&self, value: &Provenance) -> Option<AsOf> {
        let known = self.known.load();
        let known = Option::as_ref(&known)?;
        if known.epoch != value.as_of.epoch || value.as_of.seq < known.floor {
            return None;
        }
        // The watermark first, then the slots: the applier moves them the other way round. So a
        // change up to this watermark is in the slots that are read next.
        let watermark = known.watermark.load(Ordering::Acquire);
        let at = AsOf { epoch: known.epoch, seq: watermark };
        if watermark != 0 && value.was_found_valid_at() == watermark {
            return Some(at);
        }
        let changed = |tag: &TagHash| known.slot(*tag).load(Ordering::Relaxed) > value.as_of.seq;
        if value.tags.hashes().iter().any(changed) {
            return None;
        }
        value.remember_valid_at(watermark);
        Some(at)
    }
}

impl Known {
    fn slot(&self, tag: TagHash) -> &AtomicU64 {
        let mask = self.slots.len() as u64 - 1;
        let at = usize::try_from(tag.0 & mask).expect("the mask is an index");
        &self.slots[at]
    }

    fn raise(&self, seq: u64, tags: &[TagHash]) {
        for tag in tags {
            self.slot(*tag).fetch_max(seq, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: Epoch = Epoch(7);

    fn value(seq: u64, tags: &[&str]) -> Provenance {
        Provenance::new(AsOf { epoch: EPOCH, seq }, TagSet::of(tags.iter().copied()))
    }

    fn change(clock: &TagClock, seq: u64, tag: &str) {
        let at = AsOf { epoch: EPOCH, seq };
        clock.raise(at, &[TagHash::of(tag)]);
        clock.advance(at);
    }

    #[test]
    fn nothing_is_valid_before_something_is_known() {
        let clock = TagClock::default();
        assert_eq!(clock.valid_at(&value(u64::MAX, &[])), None);
        assert_eq!(clock.watermark(), None);
    }

    #[test]
    fn the_last_change_of_some_tags_is_known() {
        let clock = TagClock::default();
        let last = |tags: &[&str]| clock.last_change(&TagSet::of(tags.iter().copied()));
        assert_eq!(last(&["post:1"]), None);
        clock.begin(EPOCH, 3, 5, []);
        assert_eq!(last(&["post:1"]), Some(AsOf { epoch: EPOCH, seq: 3 }), "the floor");
        change(&clock, 6, "post:1");
        change(&clock, 7, "post:2");
        assert_eq!(last(&["post:1", "site"]), Some(AsOf { epoch: EPOCH, seq: 6 }));
        assert_eq!(last(&["post:1", "post:2"]), Some(AsOf { epoch: EPOCH, seq: 7 }));
    }

    #[test]
    fn a_value_is_valid_until_one_of_its_tags_changes() {
        let clock = TagClock::default();
        clock.begin(EPOCH, 3, 5, []);
        assert_eq!(clock.valid_at(&value(2, &["post:1"])), None, "below the floor");
        let page = value(5, &["post:1", "site"]);
        assert_eq!(clock.valid_at(&page).map(|at| at.seq), Some(5));
        change(&clock, 6, "post:2");
        assert_eq!(clock.valid_at(&page).map(|at| at.seq), Some(6));
        change(&clock, 7, "site");
        assert_eq!(clock.valid_at(&page), None);
        // A loader that read before the change and stores behind it.
        assert_eq!(clock.valid_at(&value(6, &["site"])), None);
        assert!(clock.valid_at(&value(7, &["site"])).is_some());
        change(&clock, 8, "all");
        assert_eq!(clock.valid_at(&value(7, &["post:9"])), None);
    }
}
