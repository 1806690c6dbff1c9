//! A change log in memory, which a test can hold, break and set back.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Semaphore;

use super::{
    AsOf, Asking, Change, ChangeLog, Epoch, Fresh, LogCursor, LogError, Mark, News, Page, Pass,
    Reading, TagHash,
};
use crate::clock::Timestamp;

/// What a backup would hold.
#[derive(Debug, Clone)]
pub struct State {
    epoch: Epoch,
    seq: u64,
    mark: Option<Mark>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    id: i64,
    stamp: Option<(u64, Mark)>,
    cache_tags: String,
}

/// The log; its first epoch is 1.
#[derive(Debug)]
pub struct MemoryLog {
    state: Mutex<State>,
    /// A pass ends when it gets a permit.
    pub permits: Semaphore,
    /// How many passes have begun.
    pub begun: AtomicU64,
    /// Whether nobody answers.
    pub is_down: AtomicBool,
    /// What was reported last.
    pub reported: Mutex<Vec<(String, AsOf)>>,
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::with_permits(Semaphore::MAX_PERMITS)
    }
}

impl MemoryLog {
    /// A log whose passes are held until they get a permit.
    pub fn with_permits(permits: usize) -> Self {
        let state = State { epoch: Epoch(1), seq: 0, mark: None, rows: Vec::new() };
        Self {
            state: Mutex::new(state),
            permits: Semaphore::new(permits),
            begun: AtomicU64::new(0),
            is_down: AtomicBool::new(false),
            reported: Mutex::default(),
        }
    }

    /// A change is committed.
    pub fn commit(&self, cache_tags: &str) {
        let mut state = self.state.lock().unwrap();
        let id = state.rows.last().map_or(1, |row| row.id + 1);
        state.rows.push(Row { id, stamp: None, cache_tags: cache_tags.to_owned() });
    }

    pub fn backup(&self) -> State {
        self.state.lock().unwrap().clone()
    }

    pub fn restore(&self, state: State) {
        *self.state.lock().unwrap() = state;
    }

    fn answer<T>(&self, answer: impl FnOnce(&mut State) -> T) -> Result<T, LogError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(LogError::unreachable(std::io::Error::other("down")));
        }
        Ok(answer(&mut self.state.lock().unwrap()))
    }
}

impl State {
    fn reading(&self) -> Reading {
        Reading { as_of: AsOf { epoch: self.epoch, seq: self.seq }, mark: self.mark }
    }

    /// A pass, as the other instances would make it.
    pub fn stamp(&mut self, mark: Mark) -> Option<News> {
        let before = self.mark;
        let mut tags = Vec::new();
        for row in self.rows.iter_mut().filter(|row| row.stamp.is_none()) {
            row.stamp = Some((self.seq + 1, mark));
            tags.extend(row.cache_tags.split(' ').map(TagHash::of));
        }
        if tags.is_empty() {
            return None;
        }
        self.seq += 1;
        self.mark = Some(mark);
        Some(News { as_of: self.reading().as_of, mark, before, tags: Some(tags) })
    }

    fn stamped(&self) -> impl DoubleEndedIterator<Item = Change> {
        self.rows.iter().filter_map(|row| {
            let (seq, mark) = row.stamp?;
            let cursor = LogCursor { seq, id: row.id };
            Some(Change { cursor, mark: Some(mark), cache_tags: row.cache_tags.clone() })
        })
    }
}

impl ChangeLog for MemoryLog {
    fn pass(&self, fresh: Fresh) -> Asking<'_, Pass> {
        Box::pin(async move {
            self.begun.fetch_add(1, Ordering::SeqCst);
            let pass = self.answer(|state| {
                let news = state.stamp(fresh.mark);
                Pass { reading: state.reading(), news }
            })?;
            self.permits.acquire().await.unwrap().forget();
            Ok(pass)
        })
    }

    fn since(&self, place: LogCursor, limit: u32) -> Asking<'_, Page> {
        let is_behind = move |c: &Change| (c.cursor.seq, c.cursor.id) > (place.seq, place.id);
        let page = self.answer(|state| {
            let changes = state.stamped().filter(is_behind).take(limit as usize).collect();
            Page { reading: state.reading(), changes }
        });
        Box::pin(async { page })
    }

    fn newest(&self, limit: u32) -> Asking<'_, Page> {
        let page = self.answer(|state| {
            let changes = state.stamped().rev().take(limit as usize).collect();
            Page { reading: state.reading(), changes }
        });
        Box::pin(async { page })
    }

    fn renew(&self, old: Epoch, new: Epoch) -> Asking<'_, ()> {
        let done = self.answer(|state| {
            if state.epoch == old {
                state.epoch = new;
            }
        });
        Box::pin(async { done })
    }

    fn prune(&self, below: u64) -> Asking<'_, u64> {
        let removed = self.answer(|state| {
            let before = state.rows.len();
            state.rows.retain(|row| row.stamp.is_none_or(|(seq, _)| seq >= below));
            (before - state.rows.len()) as u64
        });
        Box::pin(async { removed })
    }

    fn report<'a>(&'a self, instance: &'a str, as_of: AsOf, _: Timestamp) -> Asking<'a, ()> {
        let done = self.answer(|_| {
            self.reported.lock().unwrap().push((instance.to_owned(), as_of));
        });
        Box::pin(async { done })
    }
}
