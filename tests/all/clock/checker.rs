//! A checker: writers, loaders and instances run against each other on a real database, while news
//! is lost, doubled and late. Whatever an instance calls valid shows every change up to where it says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use masthead::content_clock::{AsOf, Provenance, Standing, TagSet};
use masthead::db::{Database, Limits};
use masthead::entropy::{CountingEntropy, Entropy as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::fill::{Fill, upload};
use super::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(what_is_called_valid_shows_every_change);

const FILES: usize = 3;
/// Each has a writer.
const INSTANCES: usize = 3;
const WRITES: u64 = 25;

/// What is known to have been written: the size of a file, from which number on.
type History = Arc<Mutex<HashMap<usize, Vec<(u64, u64)>>>>;

/// A cached value: which file, its size, and where it comes from.
struct Cached {
    file: usize,
    size: u64,
    provenance: Provenance,
}

async fn what_is_called_valid_shows_every_change(db: &TestDatabase) {
    let mut hand = db.hand().await;
    for file in 0..FILES {
        hand.execute(&upload(&name(file))).await;
    }
    let database = Database::connect(&db.url, Limits { writers: 8, ..Limits::default() });
    let database = database.await.unwrap();
    let history = History::default();
    let (outbox, mut told) = mpsc::channel(1000);
    let instances: Vec<_> = (0..INSTANCES)
        .map(|_| Arc::new(Instance::telling(&database, Some(outbox.clone()))))
        .collect();
    for instance in &instances {
        instance.poll().await;
    }
    drop(outbox);

    let mut tasks = JoinSet::new();
    for (writer, instance) in instances.iter().enumerate() {
        let (url, history) = (db.url.clone(), history.clone());
        let stamper = instance.stamper();
        tasks.spawn(async move {
            let mut hand = crate::support::Hand::connect(&url).await;
            for n in 1..=WRITES {
                let file = (writer + usize::try_from(n).unwrap()) % FILES;
                // In the order of their commits, sizes only grow.
                let grown = hand.texts(&grow(file)).await;
                let as_of = stamper.settle().await.unwrap();
                let size = grown[0].parse().unwrap();
                history.lock().unwrap().entry(file).or_default().push((size, as_of.seq));
            }
        });
    }
    // The network: of four messages one is lost, one is doubled, and one comes late.
    let listening = instances.clone();
    let network = tokio::spawn(async move {
        let chance = CountingEntropy::from(1);
        let mut late = Vec::new();
        while let Some(news) = told.recv().await {
            for instance in &listening {
                match chance.next() % 4 {
                    0 => {}
                    1 => late.push((instance.clone(), news.clone())),
                    _ => {
                        instance.follower.hear(&news);
                        instance.follower.hear(&news);
                    }
                }
            }
            if late.len() > 5 {
                let (instance, news) = late.swap_remove(0);
                instance.follower.hear(&news);
            }
        }
    });

    let (mut cached, mut checks, mut valid) = (Vec::new(), 0, 0);
    while !tasks.is_empty() {
        let file = checks % FILES;
        cached.push(load(&db.url, file).await);
        if checks % 7 == 0 {
            instances[checks % INSTANCES].poll().await;
        }
        for instance in &instances {
            valid += cached.iter().filter(|cached| check(instance, cached, &history)).count();
        }
        checks += 1;
        while let Some(done) = tasks.try_join_next() {
            done.unwrap();
        }
    }
    for instance in &instances {
        instance.poll().await;
        valid += cached.iter().filter(|cached| check(instance, cached, &history)).count();
    }
    let sizes: u64 = history.lock().unwrap().values().map(|sizes| sizes.len() as u64).sum();
    assert_eq!(sizes, INSTANCES as u64 * WRITES);
    assert!(valid > 0, "nothing was ever valid");
    network.abort();
    database.close().await;
}

/// Whether an instance calls a value valid; then it must show all that had a number by then.
fn check(instance: &Instance, cached: &Cached, history: &History) -> bool {
    let Standing::Valid(at) = instance.clock.standing(&cached.provenance) else { return false };
    let history = history.lock().unwrap();
    let written = history.get(&cached.file).into_iter().flatten();
    let newest = written.filter(|(_, seq)| *seq <= at.seq).map(|(size, _)| *size).max();
    assert!(
        newest.is_none_or(|newest| cached.size >= newest),
        "{} of {} is called valid at {at}, where it was {newest:?} already",
        cached.size,
        name(cached.file),
    );
    true
}

async fn load(url: &str, file: usize) -> Cached {
    let mut snapshot = Fill::begin(url).await;
    let as_of: AsOf = snapshot.as_of;
    let size = snapshot.size(&name(file)).await;
    let tags = TagSet::of([&*format!("media:{}", name(file))]);
    Cached { file, size, provenance: Provenance::new(as_of, tags) }
}

fn name(file: usize) -> String {
    format!("{file}.png")
}

fn grow(file: usize) -> String {
    format!(
        "update media set size = size + 1 where path = '{}' returning cast(size as text)",
        name(file)
    )
}
