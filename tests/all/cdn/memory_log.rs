//! A change log in memory, for purgers that come and go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use masthead::cdn::{Change, LogError, PurgeLog, Round, Standing};
use masthead::content_clock::AsOf;

use super::EPOCH;

/// A log with one live instance, which reports at once.
#[derive(Debug, Default)]
pub struct MemoryLog(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    changes: Vec<String>,
    cursors: BTreeMap<Round, AsOf>,
}

impl MemoryLog {
    /// A log whose beginning has been purged.
    pub fn new() -> Arc<Self> {
        let log = Self::default();
        for round in [Round::First, Round::Tiers, Round::Settled] {
            log.0.lock().unwrap().cursors.insert(round, AsOf { epoch: EPOCH, seq: 0 });
        }
        Arc::new(log)
    }

    /// Something changes.
    pub fn change(&self, tags: &str) {
        self.0.lock().unwrap().changes.push(tags.to_owned());
    }

    /// Up to which change a round has purged.
    pub fn reached(&self, round: Round) -> u64 {
        self.0.lock().unwrap().cursors[&round].seq
    }

    fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Inner) -> T,
    ) -> BoxFuture<'_, Result<T, LogError>> {
        Box::pin(std::future::ready(Ok(read(&mut self.0.lock().unwrap()))))
    }
}

impl PurgeLog for MemoryLog {
    fn leads(&self) -> BoxFuture<'_, Result<bool, LogError>> {
        self.read(|_| true)
    }

    fn standing(&self) -> BoxFuture<'_, Result<Standing, LogError>> {
        self.read(|inner| {
            let seq = inner.changes.len() as u64;
            let clock = AsOf { epoch: EPOCH, seq };
            let cursors = inner.cursors.clone();
            Standing { clock, kept_behind: 0, reported_by_all: Some(seq), cursors }
        })
    }

    fn changes(
        &self,
        after: u64,
        to: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Change>, LogError>> {
        self.read(|inner| {
            let rows = (1..).zip(&inner.changes).filter(|(seq, _)| *seq > after && *seq <= to);
            rows.take(limit).map(|(seq, tags)| Change { seq, tags: tags.clone() }).collect()
        })
    }

    fn advance(&self, round: Round, to: AsOf) -> BoxFuture<'_, Result<(), LogError>> {
        self.read(|inner| {
            inner.cursors.insert(round, to);
        })
    }
}
