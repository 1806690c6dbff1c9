//! What is to be purged next: changes of the log, as the calls that tell of them.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::cdn::tags::{ALL, joined, to_purge};
use crate::cdn::{Batch, Change, Limits, LogError, PurgeLog, Round, Standing};
use crate::content_clock::AsOf;

/// The most rows of the log that are read at once.
pub(super) const MOST_ROWS: usize = 1000;

/// Beyond this many tags of one change everything is purged: that is sooner done.
pub(super) const MOST_TAGS: usize = 2000;

/// What is to be purged, up to and with a change.
#[derive(Debug)]
pub(super) struct Work {
    /// The change.
    pub to: AsOf,
    tags: BTreeSet<String>,
    soft: bool,
}

impl Work {
    /// What comes behind a cursor up to `ready`: as many changes as one call can tell of, or a single
    /// larger one.
    pub async fn next(
        log: &dyn PurgeLog,
        limits: Limits,
        cursor: Option<AsOf>,
        ready: u64,
        standing: &Standing,
    ) -> Result<Option<Self>, LogError> {
        let epoch = standing.clock.epoch;
        let is_known = |c: &AsOf| c.epoch == epoch && c.seq >= standing.kept_behind;
        let Some(cursor) = cursor.filter(is_known) else {
            // Another epoch, or changes that nobody can name any more. What the CDN holds may never
            // have been, so none of it is served again.
            let to = AsOf { epoch, seq: ready };
            return Ok(Some(Self { to, tags: everything(), soft: false }));
        };
        if ready <= cursor.seq {
            return Ok(None);
        }
        let mut changes = log.changes(cursor.seq, ready, MOST_ROWS).await?;
        let end = whole_numbers(&mut changes, ready);
        let (seq, mut tags) = fill_a_call(&changes, end, limits);
        if tags.len() > MOST_TAGS {
            tags = everything();
        }
        Ok(Some(Self { to: AsOf { epoch, seq }, tags, soft: true }))
    }

    /// The same up to the same change, with everything in place of what changed.
    pub fn of_everything(self) -> Self {
        Self { tags: everything(), ..self }
    }

    /// The calls, each within the limits.
    pub fn batches(&self, round: Round, limits: Limits) -> Vec<Batch> {
        let mut lists: Vec<Vec<String>> = Vec::new();
        let mut length = 0;
        for tag in &self.tags {
            let fits =
                |list: &Vec<String>| list.len() < limits.tags && length + tag.len() < limits.bytes;
            if let Some(list) = lists.last_mut().filter(|list| fits(list)) {
                length += tag.len() + 1;
                list.push(tag.clone());
            } else {
                length = tag.len() + 1;
                lists.push(vec![tag.clone()]);
            }
        }
        lists.into_iter().map(|tags| self.batch(round, tags)).collect()
    }

    /// A call for some of the tags. Its key names it by what it is: the same for a repetition, another
    /// for everything else.
    fn batch(&self, round: Round, tags: Vec<String>) -> Batch {
        let words = format!("{} {} {} {}", round.as_str(), self.to, self.soft, tags.join(" "));
        let key = HEXLOWER.encode(&Sha256::digest(words)[..16]);
        Batch { tags, at: self.to, soft: self.soft, key }
    }
}

fn everything() -> BTreeSet<String> {
    BTreeSet::from([ALL.to_owned()])
}

/// Leaves whole numbers alone where there may be more rows than were read, and says up to which number
/// they are whole. A number with too many rows to read stands for everything.
fn whole_numbers(changes: &mut Vec<Change>, ready: u64) -> u64 {
    let Some(last) = changes.last().map(|row| row.seq).filter(|_| changes.len() >= MOST_ROWS)
    else {
        return ready;
    };
    changes.retain(|row| row.seq != last);
    if changes.is_empty() {
        changes.push(Change { seq: last, tags: ALL.to_owned() });
        return last;
    }
    last - 1
}

/// The tags of the changes that fit into one call, at least those of the first number, and up to
/// which number that is.
fn fill_a_call(changes: &[Change], end: u64, limits: Limits) -> (u64, BTreeSet<String>) {
    let mut tags = BTreeSet::new();
    let mut reached = None;
    for change in changes.chunk_by(|one, other| one.seq == other.seq) {
        let names = change.iter().flat_map(|row| row.tags.split_ascii_whitespace());
        let sum = joined(&tags, to_purge(names));
        let bytes: usize = sum.iter().map(|tag| tag.len() + 1).sum();
        let fits = sum.len() <= limits.tags && bytes <= limits.bytes;
        if !fits && let Some(reached) = reached {
            return (reached, tags);
        }
        tags = sum;
        reached = change.first().map(|row| row.seq);
    }
    (end, tags)
}
