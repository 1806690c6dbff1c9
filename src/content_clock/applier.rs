//! The applier: moves the tag clock by what the log and the news say, and knows where it stands.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{AsOf, ContentClock, LogCursor, News, Page, Reading};

/// News that leaps further than this was made up, or comes from a clock that this instance lost sight
/// of. It is left to the poll, so that no message can make every entry look old.
const FURTHEST_LEAP: u64 = 100_000;

/// What became of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It was the next number, and is applied.
    Applied,
    /// It was known already.
    Known,
    /// Something is missing before it, or it is of another epoch: the log has to be asked.
    Gap,
}

/// Why a walk along the log cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stray {
    /// There is no known number to go on from: none yet, or the log was pruned beyond it.
    Lost,
    /// A number that is known has another mark, or is not reached any more: it was given twice.
    Broken,
    /// The clock is another one than it was a moment ago.
    Moved,
}

/// A walk along the log, from a number that has been applied.
#[derive(Debug)]
pub(super) struct Walk {
    /// Where the next page begins. The first one begins with the number that is known, to see
    /// whether it still has its mark.
    pub cursor: LogCursor,
    /// The number that was read last; perhaps not all rows of it.
    last: Reading,
    /// Whether `last` has been found in the log.
    is_found: bool,
}

impl Walk {
    pub fn from(known: Reading) -> Self {
        let seq = known.as_of.seq;
        // Nothing was ever logged under the number 0.
        Self { cursor: LogCursor::before(seq), last: known, is_found: seq == 0 }
    }
}

/// Moves the tag clock. All that it does is done under one lock, so that no news falls between an
/// old tag clock and the one that takes its place.
#[derive(Debug)]
pub(super) struct Applier {
    clock: Arc<ContentClock>,
    /// The number that the watermark stands at, and its mark.
    seen: Mutex<Option<Reading>>,
    applied: watch::Sender<Option<AsOf>>,
}

impl Applier {
    pub fn new(clock: Arc<ContentClock>) -> Self {
        Self { clock, seen: Mutex::new(None), applied: watch::Sender::new(None) }
    }

    /// The last number that was applied, and its mark.
    pub fn seen(&self) -> Option<Reading> {
        *self.lock()
    }

    /// The watermark, whenever it moves.
    pub fn applied(&self) -> watch::Receiver<Option<AsOf>> {
        self.applied.subscribe()
    }

    /// Begins anew with the newest rows of the log, newest first. If they are not all there are,
    /// rows of the lowest number may be missing, and the floor stands upon it.
    pub fn begin(&self, page: &Page, is_all: bool) -> Result<(), Stray> {
        let mut seen = self.lock();
        let to = page.reading.as_of;
        if seen.is_some_and(|seen| seen.as_of.epoch == to.epoch && seen.as_of.seq > to.seq) {
            return Err(Stray::Moved);
        }
        let floor = match page.changes.last() {
            None => to.seq,
            Some(lowest) if is_all => lowest.cursor.seq.saturating_sub(1),
            Some(lowest) => lowest.cursor.seq,
        };
        let changes: Vec<_> =
            page.changes.iter().map(|change| (change.cursor.seq, change.hashes())).collect();
        let changes = changes.iter().map(|(seq, tags)| (*seq, &tags[..]));
        self.clock.tags.begin(to.epoch, floor, to.seq, changes);
        *seen = Some(page.reading);
        self.applied.send_replace(Some(to));
        Ok(())
    }

    /// Applies the next page of a walk. Where the page is full, rows of its last number may follow.
    pub fn apply(&self, walk: &mut Walk, page: &Page, is_full: bool) -> Result<(), Stray> {
        let mut seen = self.lock();
        let epoch = walk.last.as_of.epoch;
        if page.reading.as_of.epoch != epoch
            || page.reading.as_of.seq < walk.last.as_of.seq
            || seen.is_none_or(|seen| seen.as_of.epoch != epoch)
        {
            return Err(Stray::Moved);
        }
        // Up to here no row is missing.
        let mut whole = None;
        for change in &page.changes {
            let seq = change.cursor.seq;
            if seq == walk.last.as_of.seq {
                if change.mark != walk.last.mark {
                    return Err(Stray::Broken);
                }
                walk.is_found = true;
            } else if walk.is_found && seq == walk.last.as_of.seq + 1 {
                whole = Some(walk.last);
                walk.last = Reading { as_of: AsOf { epoch, seq }, mark: change.mark };
            } else {
                return Err(Stray::Lost);
            }
            self.clock.tags.raise(AsOf { epoch, seq }, &change.hashes());
            walk.cursor = change.cursor;
        }
        if !is_full {
            if walk.last.as_of.seq < page.reading.as_of.seq {
                return Err(Stray::Lost);
            }
            whole = Some(walk.last);
        }
        if let Some(whole) = whole {
            self.advance(&mut seen, whole);
        }
        Ok(())
    }

    /// Applies news. It raises what it says in any case: a slot moves by maximum.
    pub fn hear(&self, news: &News) -> Heard {
        let mut seen = self.lock();
        let Some(at) = *seen else { return Heard::Gap };
        let distance = news.as_of.seq.saturating_sub(at.as_of.seq);
        if news.as_of.epoch != at.as_of.epoch || distance > FURTHEST_LEAP {
            return Heard::Gap;
        }
        if distance == 0 {
            return Heard::Known;
        }
        let Some(tags) = &news.tags else { return Heard::Gap };
        self.clock.tags.raise(news.as_of, tags);
        if distance > 1 || news.before != at.mark {
            return Heard::Gap;
        }
        self.advance(&mut seen, Reading { as_of: news.as_of, mark: Some(news.mark) });
        Heard::Applied
    }

    /// Everything up to `to` has been raised.
    fn advance(&self, seen: &mut Option<Reading>, to: Reading) {
        if seen.is_some_and(|seen| seen.as_of.seq < to.as_of.seq) {
            self.clock.tags.advance(to.as_of);
            *seen = Some(to);
            self.applied.send_replace(Some(to.as_of));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Reading>> {
        // Nothing in here panics half-way.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
