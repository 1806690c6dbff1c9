//! What was true when: the steps that were sent, acknowledged and purged, and the faults that stood.

use crate::counters::Step;
use crate::faults::Kind;
use crate::history::{History, Loss, Moment, Purged, Trouble, Write};

/// Faults that ended this long ago may still be felt: connections come back, checks have to pass.
pub const AFTERMATH: Moment = 3_000_000;

/// An index of a history.
pub struct Timeline<'a> {
    /// The writes of each group, as they came. Their steps go up by one, but after a loss.
    writes: Vec<Vec<Write>>,
    /// Those of them that were not lost, and when each had been purged for good.
    kept: Vec<Vec<(Write, Moment)>>,
    losses: Vec<Lost>,
    troubles: &'a [Trouble],
}

/// A loss: it happened some time between the first of the lost writes and when its writer noticed.
struct Lost {
    group: u16,
    since: Moment,
    noticed: Moment,
}

impl<'a> Timeline<'a> {
    pub fn of(history: &'a History) -> Self {
        // What stands after a loss counts as written then.
        let standing = history.losses.iter().map(|loss| Write {
            group: loss.group,
            step: loss.step,
            sent: loss.at,
            acknowledged: loss.at,
            attempts: 0,
        });
        let all: Vec<Write> = history.writes.iter().copied().chain(standing).collect();
        let groups = all.iter().map(|write| usize::from(write.group) + 1).max();
        let mut writes = vec![Vec::new(); groups.unwrap_or(0)];
        for write in all {
            writes[usize::from(write.group)].push(write);
        }
        for writes in &mut writes {
            writes.sort_by_key(|write: &Write| write.acknowledged);
        }
        let deliveries = Deliveries::of(&history.purged);
        let is_kept = |write: &Write| !history.losses.iter().any(|loss| is_lost(write, loss));
        let kept = writes.iter().map(|writes| {
            let kept = writes.iter().copied().filter(is_kept);
            kept.map(|write| (write, deliveries.after(write.acknowledged))).collect()
        });
        let losses = history.losses.iter().map(|loss| {
            let lost = history.writes.iter().filter(|write| is_lost(write, loss));
            let since = lost.map(|write| write.sent).min().unwrap_or(loss.at);
            Lost { group: loss.group, since, noticed: loss.at }
        });
        let (kept, losses) = (kept.collect(), losses.collect());
        Self { writes, kept, losses, troubles: &history.troubles }
    }

    fn kept(&self, group: u16) -> &[(Write, Moment)] {
        self.kept.get(usize::from(group)).map_or(&[], Vec::as_slice)
    }

    /// Whether something of a group may have been lost between two moments.
    pub fn has_loss(&self, group: u16, from: Moment, to: Moment) -> bool {
        let mut losses = self.losses.iter().filter(|loss| loss.group == group);
        losses.any(|loss| loss.since <= to && loss.noticed >= from)
    }

    /// In words.
    pub fn losses_of(&self, group: u16) -> String {
        let losses = self.losses.iter().filter(|loss| loss.group == group).map(|loss| {
            let [since, noticed] = [loss.since, loss.noticed].map(|moment| moment / 1000);
            format!("lost between {since} and {noticed} ms")
        });
        let losses: Vec<_> = losses.collect();
        if losses.is_empty() { "nothing was lost".to_owned() } else { losses.join(", ") }
    }

    /// The last step of a group that was acknowledged by then, and not lost.
    pub fn acknowledged_by(&self, group: u16, moment: Moment) -> Step {
        let kept = self.kept(group);
        let past = kept.partition_point(|(write, _)| write.acknowledged <= moment);
        past.checked_sub(1).map_or(0, |last| kept[last].0.step)
    }

    /// The last step of a group that was sent by then.
    pub fn sent_by(&self, group: u16, moment: Moment) -> Step {
        let Some(writes) = self.writes.get(usize::from(group)) else { return 0 };
        let past = &writes[..writes.partition_point(|write| write.sent <= moment)];
        past.last().map_or(0, |write| write.step)
    }

    /// The last step of a group of which the CDN had been told for good by then.
    pub fn purged_by(&self, group: u16, moment: Moment) -> Step {
        let kept = self.kept(group);
        let past = kept.partition_point(|(_, purged)| *purged <= moment);
        past.checked_sub(1).map_or(0, |last| kept[last].0.step)
    }

    /// When a step was acknowledged.
    pub fn acknowledged_at(&self, group: u16, step: Step) -> Option<Moment> {
        let mut writes = self.writes.get(usize::from(group))?.iter();
        Some(writes.find(|write| write.step == step)?.acknowledged)
    }

    /// The faults that stood at some time between two moments, or had ended just before.
    pub fn troubles(&self, from: Moment, to: Moment) -> impl Iterator<Item = &'a Trouble> {
        self.troubles.iter().filter(move |trouble| {
            trouble.began <= to && trouble.healed.saturating_add(AFTERMATH) >= from
        })
    }

    /// Whether a fault of one of these kinds stood.
    pub fn has(&self, kinds: &[Kind], from: Moment, to: Moment) -> bool {
        self.troubles(from, to).any(|trouble| kinds.contains(&trouble.kind))
    }

    /// In words.
    pub fn troubles_around(&self, from: Moment, to: Moment) -> String {
        let seconds = |moment: Moment| moment / 1_000_000;
        let troubles = self.troubles(from, to).map(|trouble| {
            let healed = match trouble.healed {
                Moment::MAX => "the end".to_owned(),
                moment => format!("{} s", seconds(moment)),
            };
            format!("{} from {} s to {healed}", trouble.what, seconds(trouble.began))
        });
        let troubles: Vec<_> = troubles.collect();
        if troubles.is_empty() { "no fault stood".to_owned() } else { troubles.join(", ") }
    }
}

/// Whether a write is one of those that a loss took back.
fn is_lost(write: &Write, loss: &Loss) -> bool {
    write.group == loss.group && write.acknowledged < loss.at && write.step > loss.step
}

/// When what was there at a look had been purged for good.
struct Deliveries {
    looks: Vec<Moment>,
    done: Vec<Moment>,
}

impl Deliveries {
    fn of(looks: &[Purged]) -> Self {
        let done = (0..looks.len()).map(|at| done(&looks[at..]));
        Self { looks: looks.iter().map(|look| look.at).collect(), done: done.collect() }
    }

    /// When everything that was there at a moment had been purged for good.
    fn after(&self, moment: Moment) -> Moment {
        let next = self.looks.partition_point(|at| *at < moment);
        self.done.get(next).copied().unwrap_or(Moment::MAX)
    }
}

/// The first look that finds everything purged that the first of them saw. In another epoch all that
/// is there at its first look has to be purged.
fn done(looks: &[Purged]) -> Moment {
    let Some(mut seen) = looks.first() else { return Moment::MAX };
    for look in looks {
        if look.epoch != seen.epoch {
            seen = look;
        }
        if look.settled.is_some_and(|settled| settled >= seen.clock) {
            return look.at;
        }
    }
    Moment::MAX
}
