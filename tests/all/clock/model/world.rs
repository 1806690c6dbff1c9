//! One state of the modelled world, and what may happen next in it.
//!
//! Numbers are small and lists are short, so a world is a few bytes that can be compared. A change
//! is a bit in a mask. Nothing that was told or stored is ever taken away: news that was told may be
//! heard at any time, once, often or never, and an entry that was made may be asked for by any
//! instance at any time. So the model needs no network and no cache.

/// How much may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Changes.
    pub writes: u8,
    /// How many of them, counted from the second, have another tag than the entries.
    pub others: u8,
    /// Loads that make an entry.
    pub loads: u8,
    /// Entries that are made of entries.
    pub parents: u8,
    /// Instances, one or two.
    pub instances: u8,
    /// Instances that start anew.
    pub restarts: u8,
    /// Times the log is pruned.
    pub prunings: u8,
    /// Stampers that fall before their commit.
    pub crashes: u8,
    /// Times the standby takes the place of the primary.
    pub promotions: u8,
}

impl Bounds {
    /// One instance, to which nothing happens.
    pub const NONE: Self = Self {
        writes: 0,
        others: 0,
        loads: 0,
        parents: 0,
        instances: 1,
        restarts: 0,
        prunings: 0,
        crashes: 0,
        promotions: 0,
    };
}

/// Ways to do it wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A pass numbers what is in the write-ahead log, and not visible yet.
    StampWithoutSeeing,
    /// Two stampers at once, without a lock.
    StampWithoutLock,
    /// A load takes its moment from the end of the write-ahead log.
    AsOfFromTheLog,
    /// A load reads the data first, and the clock afterwards.
    AsOfAfterTheData,
    /// What news tells of is deleted, and what is stored later is trusted.
    DeleteOnNews,
    /// A promotion begins no epoch.
    NoEpoch,
    /// A promotion begins an epoch after the first number was given.
    EpochAfterTheStamp,
    /// An instance starts with the watermark at the clock and nothing below it.
    NoFloor,
    /// An instance goes on where rows of the log are missing.
    GapIgnored,
    /// News that does not follow the watermark moves it all the same.
    NewsOutOfOrder,
    /// News is told before the commit has returned.
    NewsBeforeCommit,
    /// Who asks whether an entry stands reads the watermark after the slots.
    WatermarkAfterTheSlots,
    /// An entry is found whatever its epoch.
    KeyWithoutEpoch,
}

impl Fault {
    pub const ALL: [Self; 13] = [
        Self::StampWithoutSeeing,
        Self::StampWithoutLock,
        Self::AsOfFromTheLog,
        Self::AsOfAfterTheData,
        Self::DeleteOnNews,
        Self::NoEpoch,
        Self::EpochAfterTheStamp,
        Self::NoFloor,
        Self::GapIgnored,
        Self::NewsOutOfOrder,
        Self::NewsBeforeCommit,
        Self::WatermarkAfterTheSlots,
        Self::KeyWithoutEpoch,
    ];
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet.
    Start,
    /// A change is committed, as far as the write-ahead log goes.
    Write(u8),
    /// A record becomes visible on the primary.
    Show(u8),
    /// A stamper looks, and decides on its number.
    Look(u8),
    /// Its commit is in the write-ahead log.
    Commit(u8),
    /// It falls before its commit.
    Crash(u8),
    /// The standby shows one more record.
    Replay,
    /// The standby becomes the primary; what it has not is lost.
    Promote,
    /// The log forgets the numbers up to this one.
    Prune(u8),
    /// A value is read from the primary, or else from the standby.
    Load { from_standby: bool },
    /// What was read, or begun, is stored.
    Store,
    /// An instance begins to make a value of an entry.
    Parent { instance: u8, entry: u8 },
    /// An instance hears a piece of news.
    Hear { instance: u8, news: u8 },
    /// An instance polls the primary.
    Poll(u8),
    /// An instance forgets everything.
    Restart(u8),
}

/// A record of the write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Record {
    Write(u8),
    Stamp(Stamp),
}

/// What a pass does: a number for some changes; for none where it only begins an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Stamp {
    epoch: u8,
    seq: u8,
    changes: u8,
}

/// A stamper at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Stamping {
    Idle,
    /// It has looked.
    Looked(Stamp),
    /// Its commit is this record, and has not returned.
    Committing(u8),
}

/// What an instance knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Known {
    epoch: u8,
    floor: u8,
    watermark: u8,
    /// The last change of the tag of the entries.
    slot: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Entry {
    epoch: u8,
    as_of: u8,
    /// The changes that it shows.
    changes: u8,
}

/// What was begun and is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Pending {
    Nothing,
    Load { entry: Entry, from_standby: bool },
    Parent { instance: u8, child: Entry, epoch: u8, watermark: u8 },
}

/// A list of at most `N`, which can be compared and copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct List<T, const N: usize>([Option<T>; N]);

impl<T: Copy + PartialEq, const N: usize> List<T, N> {
    const EMPTY: Self = Self([None; N]);

    fn iter(&self) -> impl Iterator<Item = T> {
        self.0.iter().map_while(|item| *item)
    }

    fn len(&self) -> u8 {
        u8::try_from(self.iter().count()).unwrap()
    }

    fn get(&self, at: u8) -> T {
        self.0[usize::from(at)].unwrap()
    }

    fn push(&mut self, item: T) {
        let at = usize::from(self.len());
        self.0[at] = Some(item);
    }

    fn add(&mut self, item: T) {
        if !self.iter().any(|known| known == item) {
            self.push(item);
        }
    }

    fn cut(&mut self, length: u8) {
        self.0[usize::from(length)..].fill(None);
    }

    fn keep(&mut self, is_kept: impl Fn(T) -> bool) {
        let mut kept = Self::EMPTY;
        for item in self.iter().filter(|item| is_kept(*item)) {
            kept.push(item);
        }
        *self = kept;
    }
}

/// What a snapshot shows.
#[derive(Debug, Clone, Copy)]
struct View {
    epoch: u8,
    seq: u8,
    changes: u8,
    stamped: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct World {
    /// What is left of the bounds.
    left: Bounds,
    log: List<Record, 8>,
    /// The records that the primary shows.
    shown: u8,
    /// How many records the standby shows.
    replayed: u8,
    /// How often the primary was another one: the epoch that it ought to have.
    place: u8,
    stampers: [Stamping; 2],
    /// The numbers up to here were pruned.
    pruned: u8,
    told: List<Stamp, 5>,
    /// Stamps that a promotion took back.
    lost: List<Stamp, 3>,
    instances: [Option<Known>; 2],
    entries: List<Entry, 4>,
    pending: Pending,
    /// Changes whose tag the entries do not carry.
    others: u8,
    /// How many changes there are in all.
    writes: u8,
}

impl World {
    pub fn new(bounds: Bounds) -> Self {
        Self {
            left: bounds,
            log: List::EMPTY,
            shown: 0,
            replayed: 0,
            place: 0,
            stampers: [Stamping::Idle; 2],
            pruned: 0,
            told: List::EMPTY,
            lost: List::EMPTY,
            instances: [None; 2],
            entries: List::EMPTY,
            pending: Pending::Nothing,
            others: ((1 << bounds.others) - 1) << 1,
            writes: bounds.writes,
        }
    }

    /// What the primary shows: the records that are visible, whatever their order in the log.
    fn primary(&self) -> View {
        let shown = |at: &(usize, Record)| self.shown & 1 << at.0 != 0;
        Self::view(self.log.iter().enumerate().filter(shown).map(|(_, record)| record))
    }

    /// What the standby shows: the log up to somewhere.
    fn standby(&self) -> View {
        Self::view(self.log.iter().take(usize::from(self.replayed)))
    }

    fn view(records: impl Iterator<Item = Record>) -> View {
        let mut view = View { epoch: 0, seq: 0, changes: 0, stamped: 0 };
        for record in records {
            match record {
                Record::Write(change) => view.changes |= 1 << change,
                Record::Stamp(stamp) => {
                    view.epoch = stamp.epoch;
                    view.seq = stamp.seq;
                    view.stamped |= stamp.changes;
                }
            }
        }
        view
    }

    fn load(&self, from_standby: bool, fault: Option<Fault>) -> Entry {
        let view = if from_standby { self.standby() } else { self.primary() };
        let mut as_of = view.seq;
        if fault == Some(Fault::AsOfFromTheLog) {
            as_of = Self::view(self.log.iter()).seq;
        }
        Entry { epoch: view.epoch, as_of, changes: view.changes & !self.others }
    }

    /// Everything that may happen.
    pub fn steps(&self, fault: Option<Fault>) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.left.writes > 0 {
            steps.push(Step::Write(self.writes - self.left.writes));
        }
        for at in 0..self.log.len() {
            if self.shown & 1 << at == 0 {
                steps.push(Step::Show(at));
            }
        }
        self.stamping_steps(fault, &mut steps);
        if self.replayed < self.log.len() && self.place == 0 {
            steps.push(Step::Replay);
        }
        if self.left.promotions > 0 {
            steps.push(Step::Promote);
        }
        if self.left.prunings > 0 {
            steps.extend((self.pruned + 1..=self.primary().seq).map(Step::Prune));
        }
        self.loading_steps(&mut steps);
        for instance in 0..self.left.instances {
            steps.push(Step::Poll(instance));
            if let Some(known) = self.instances[usize::from(instance)] {
                let is_news = |news: &u8| {
                    let told = self.told.get(*news);
                    told.epoch == known.epoch && told.seq > known.watermark
                };
                let news = (0..self.told.len()).filter(is_news);
                steps.extend(news.map(|news| Step::Hear { instance, news }));
                if self.left.restarts > 0 {
                    steps.push(Step::Restart(instance));
                }
            }
        }
        steps
    }

    fn stamping_steps(&self, fault: Option<Fault>, steps: &mut Vec<Step>) {
        let is_alone = self.stampers == [Stamping::Idle; 2];
        for (stamper, stamping) in (0..).zip(self.stampers) {
            match stamping {
                Stamping::Idle => {
                    let may = is_alone || fault == Some(Fault::StampWithoutLock);
                    if may && self.stamp(fault).is_some() {
                        steps.push(Step::Look(stamper));
                    }
                }
                Stamping::Looked(_) => {
                    steps.push(Step::Commit(stamper));
                    if self.left.crashes > 0 {
                        steps.push(Step::Crash(stamper));
                    }
                }
                Stamping::Committing(_) => {}
            }
        }
    }

    fn loading_steps(&self, steps: &mut Vec<Step>) {
        if self.pending != Pending::Nothing {
            steps.push(Step::Store);
            return;
        }
        if self.left.loads > 0 {
            steps.push(Step::Load { from_standby: false });
            steps.push(Step::Load { from_standby: true });
        }
        if self.left.parents > 0 {
            for instance in 0..self.left.instances {
                if self.instances[usize::from(instance)].is_some() {
                    let entries = 0..self.entries.len();
                    steps.extend(entries.map(|entry| Step::Parent { instance, entry }));
                }
            }
        }
    }

    /// What a pass would do now; `None` where there is nothing to do.
    fn stamp(&self, fault: Option<Fault>) -> Option<Stamp> {
        let view = self.primary();
        let mut visible = view.changes;
        if fault == Some(Fault::StampWithoutSeeing) {
            visible = Self::view(self.log.iter()).changes;
        }
        let changes = visible & !view.stamped;
        let seq = view.seq + u8::from(changes != 0);
        let epoch = match fault {
            Some(Fault::NoEpoch) => 0,
            Some(Fault::EpochAfterTheStamp) if changes != 0 => view.epoch,
            _ => self.place,
        };
        (changes != 0 || epoch != view.epoch).then_some(Stamp { epoch, seq, changes })
    }

    /// The world after a step.
    pub fn after(mut self, step: Step, fault: Option<Fault>) -> Self {
        match step {
            Step::Start => {}
            Step::Write(change) => {
                self.left.writes -= 1;
                self.log.push(Record::Write(change));
            }
            Step::Show(at) => self.show(at),
            Step::Look(stamper) => {
                let stamp = self.stamp(fault).unwrap();
                self.stampers[usize::from(stamper)] = Stamping::Looked(stamp);
                if fault == Some(Fault::NewsBeforeCommit) {
                    self.told.add(stamp);
                }
            }
            Step::Commit(stamper) => {
                let stamping = &mut self.stampers[usize::from(stamper)];
                if let Stamping::Looked(stamp) = *stamping {
                    *stamping = Stamping::Committing(self.log.len());
                    self.log.push(Record::Stamp(stamp));
                }
            }
            Step::Crash(stamper) => {
                self.left.crashes -= 1;
                self.stampers[usize::from(stamper)] = Stamping::Idle;
            }
            Step::Replay => self.replayed += 1,
            Step::Promote => self.promote(),
            Step::Prune(seq) => {
                self.left.prunings -= 1;
                self.pruned = seq;
            }
            Step::Load { from_standby } => {
                self.left.loads -= 1;
                let entry = self.load(from_standby, fault);
                match fault {
                    Some(Fault::AsOfAfterTheData | Fault::DeleteOnNews) => {
                        self.pending = Pending::Load { entry, from_standby };
                    }
                    // When it is stored does not matter.
                    _ => self.entries.add(entry),
                }
            }
            Step::Store => self.store(fault),
            Step::Parent { instance, entry } => {
                self.left.parents -= 1;
                let child = self.entries.get(entry);
                let known = self.instances[usize::from(instance)].unwrap();
                let (epoch, watermark) = (known.epoch, known.watermark);
                // Who reads the slots first finds out first whether the child stands.
                let goes_on =
                    fault != Some(Fault::WatermarkAfterTheSlots) || is_valid(known, child, fault);
                if goes_on {
                    self.pending = Pending::Parent { instance, child, epoch, watermark };
                }
            }
            Step::Hear { instance, news } => {
                let news = self.told.get(news);
                let mut known = self.instances[usize::from(instance)].unwrap();
                self.raise(&mut known, news, fault);
                if news.seq == known.watermark + 1 || fault == Some(Fault::NewsOutOfOrder) {
                    known.watermark = news.seq;
                }
                self.instances[usize::from(instance)] = Some(known);
            }
            Step::Poll(instance) => self.poll(instance, fault),
            Step::Restart(instance) => {
                self.left.restarts -= 1;
                self.instances[usize::from(instance)] = None;
            }
        }
        self
    }

    fn show(&mut self, at: u8) {
        self.shown |= 1 << at;
        if let Record::Stamp(stamp) = self.log.get(at) {
            // The commit has returned: the lock is free, and news goes out.
            for stamping in &mut self.stampers {
                if *stamping == Stamping::Committing(at) {
                    *stamping = Stamping::Idle;
                }
            }
            self.told.add(stamp);
        }
    }

    fn promote(&mut self) {
        self.left.promotions -= 1;
        self.place += 1;
        for record in self.log.iter().skip(usize::from(self.replayed)) {
            if let Record::Stamp(stamp) = record {
                self.lost.push(stamp);
            }
        }
        self.log.cut(self.replayed);
        self.shown = u8::try_from((1_u16 << self.replayed) - 1).unwrap();
        self.stampers = [Stamping::Idle; 2];
        self.pruned = self.pruned.min(self.primary().seq);
    }

    fn store(&mut self, fault: Option<Fault>) {
        match self.pending {
            Pending::Nothing => {}
            Pending::Load { mut entry, from_standby } => {
                if fault == Some(Fault::AsOfAfterTheData) {
                    let now = self.load(from_standby, None);
                    (entry.epoch, entry.as_of) = (now.epoch, now.as_of);
                }
                self.entries.add(entry);
            }
            Pending::Parent { instance, child, epoch, watermark } => {
                let known = self.instances[usize::from(instance)];
                if let Some(known) = known.filter(|known| known.epoch == epoch) {
                    if fault == Some(Fault::WatermarkAfterTheSlots) {
                        self.entries.add(Entry { as_of: known.watermark, ..child });
                    } else if is_valid(known, child, fault) {
                        self.entries.add(Entry { as_of: watermark, ..child });
                    }
                }
            }
        }
        self.pending = Pending::Nothing;
    }

    /// Raises the slot by what a pass did.
    fn raise(&mut self, known: &mut Known, stamp: Stamp, fault: Option<Fault>) {
        if stamp.changes & !self.others != 0 {
            known.slot = known.slot.max(stamp.seq);
            if fault == Some(Fault::DeleteOnNews) {
                self.entries.keep(|entry| entry.as_of >= stamp.seq);
            }
        }
    }

    fn poll(&mut self, instance: u8, fault: Option<Fault>) {
        let view = self.primary();
        let ought = if fault == Some(Fault::NoEpoch) { 0 } else { self.place };
        if view.epoch != ought {
            // The pass that belongs to the poll comes first.
            return;
        }
        let is_gap = |known: Known| self.pruned > known.watermark;
        let known = self.instances[usize::from(instance)]
            .filter(|known| known.epoch == view.epoch)
            .filter(|known| !is_gap(*known) || fault == Some(Fault::GapIgnored));
        let mut known = known.unwrap_or(Known {
            epoch: view.epoch,
            floor: if fault == Some(Fault::NoFloor) { 0 } else { self.pruned },
            watermark: if fault == Some(Fault::NoFloor) { view.seq } else { self.pruned },
            slot: 0,
        });
        let visible = |at: &(usize, Record)| self.shown & 1 << at.0 != 0;
        let rows: Vec<Stamp> = self
            .log
            .iter()
            .enumerate()
            .filter(visible)
            .filter_map(|(_, record)| match record {
                Record::Stamp(stamp) => Some(stamp),
                Record::Write(_) => None,
            })
            .filter(|stamp| stamp.seq > self.pruned && stamp.seq > known.watermark)
            .collect();
        for stamp in rows {
            self.raise(&mut known, stamp, fault);
        }
        known.watermark = known.watermark.max(view.seq);
        self.instances[usize::from(instance)] = Some(known);
    }

    /// What is wrong with this world, if anything is.
    pub fn wrong(&self, fault: Option<Fault>) -> Option<String> {
        for entry in self.entries.iter() {
            let missing = self.stamped_up_to(entry.epoch, entry.as_of) & !entry.changes;
            if missing != 0 {
                return Some(format!("{entry:?} lacks {missing:#b}, which its as_of covers"));
            }
            for known in self.instances.iter().flatten() {
                if !is_valid(*known, entry, fault) {
                    continue;
                }
                let missing = self.stamped_up_to(known.epoch, known.watermark) & !entry.changes;
                if missing != 0 {
                    return Some(format!(
                        "{known:?} calls {entry:?} valid, which lacks {missing:#b}"
                    ));
                }
                let there = Self::view(self.log.iter()).changes;
                let lost = entry.changes & !there;
                if known.epoch == self.place && lost != 0 {
                    return Some(format!("{known:?} calls {entry:?} valid; {lost:#b} is lost"));
                }
            }
        }
        None
    }

    /// The changes of the entries' tag that have a number up to this one in the history of an epoch.
    /// What a promotion took back belongs to the history of the epoch that it ended.
    fn stamped_up_to(&self, epoch: u8, seq: u8) -> u8 {
        let kept = self.log.iter().filter_map(|record| match record {
            Record::Stamp(stamp) => Some(stamp),
            Record::Write(_) => None,
        });
        let kept = kept.filter(|stamp| stamp.epoch <= epoch);
        let lost = self.lost.iter().filter(|stamp| stamp.epoch == epoch);
        let stamps = kept.chain(lost).filter(|stamp| stamp.seq <= seq);
        stamps.fold(0, |changes, stamp| changes | stamp.changes) & !self.others
    }
}

/// Whether an instance calls an entry valid.
fn is_valid(known: Known, entry: Entry, fault: Option<Fault>) -> bool {
    let is_found = entry.epoch == known.epoch || fault == Some(Fault::KeyWithoutEpoch);
    let is_trusted = fault == Some(Fault::DeleteOnNews);
    is_found && (is_trusted || (entry.as_of >= known.floor && known.slot <= entry.as_of))
}
