//! The cache without a shared layer, on clocks that stand still.

mod bounds;
mod flights;
mod measures;
mod validity;

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::time::sleep;

use super::*;
use crate::clock::{ManualClock, Timestamp};
use crate::content_clock::{Epoch, Moment, Provenance, TagClock, TagHash, TagSet};
use crate::entropy::CountingEntropy;

const SECOND: Duration = Duration::from_secs(1);

/// Texts; one that begins with `-` says that there is nothing.
struct Text;

impl Class for Text {
    const NAME: &'static str = "text";
    const VERSION: u32 = 1;
    type Value = String;

    fn weight(value: &String) -> usize {
        value.len()
    }

    fn is_negative(value: &String) -> bool {
        value.starts_with('-')
    }

    fn encode(value: &String) -> Vec<u8> {
        value.clone().into_bytes()
    }

    fn decode(bytes: Bytes) -> Option<String> {
        String::from_utf8(bytes.into()).ok()
    }
}

/// Texts under keys that anybody can make up.
struct MadeUp;

impl Class for MadeUp {
    const NAME: &'static str = "made-up";
    const VERSION: u32 = 1;
    type Value = String;

    fn admission(_: &String) -> Admission {
        Admission::SecondSight
    }

    fn weight(value: &String) -> usize {
        value.len()
    }

    fn encode(value: &String) -> Vec<u8> {
        Text::encode(value)
    }

    fn decode(bytes: Bytes) -> Option<String> {
        Text::decode(bytes)
    }
}

/// A cache, the hands of its clocks, and a count of the loads. Its clones are the same.
#[derive(Clone)]
struct World {
    cache: Cache,
    time: Arc<ManualClock>,
    clock: Arc<ContentClock>,
    loads: Arc<AtomicUsize>,
}

impl World {
    fn new() -> Self {
        Self::with(&Settings::default())
    }

    fn with(settings: &Settings) -> Self {
        let time = Arc::new(ManualClock::at(Timestamp(1_700_000_000_000_000)));
        let shared = Arc::clone(&time) as Arc<dyn Clock>;
        let clock = ContentClock::new(TagClock::with_slots(1024), 3600 * SECOND, shared);
        clock.tags.begin(Epoch(7), 0, 1, []);
        clock.fence().unwrap().confirm(Moment::of(time.as_ref()));
        let clock = Arc::new(clock);
        // Dice that never ask for an early refresh.
        let entropy = Arc::new(CountingEntropy::from(u64::MAX - 1_000_000_000));
        let shared = Arc::clone(&time) as Arc<dyn Clock>;
        let cache = Cache::new(settings, Arc::clone(&clock), shared, entropy).unwrap();
        Self { cache, time, clock, loads: Arc::default() }
    }

    /// An entry of `post:1`: a minute fresh, another while it is refreshed, ten on errors.
    fn entry(&self, text: &str, seq: u64) -> Entry<String> {
        Entry {
            value: text.to_owned(),
            provenance: Provenance::new(at(seq), TagSet::of(["post:1"])),
            stored_at: self.time.now(),
            lifetime: Lifetime {
                fresh: 60 * SECOND,
                stale_while_revalidate: 60 * SECOND,
                stale_if_error: 600 * SECOND,
            },
            cost: Duration::ZERO,
        }
    }

    /// Changes `post:1`.
    fn change(&self, seq: u64) {
        self.clock.tags.raise(at(seq), &[TagHash::of("post:1")]);
        self.clock.tags.advance(at(seq));
    }

    fn ask(&self) -> Ask<String> {
        let judge = self.cache.judge_by_lifetime();
        Ask { priority: Priority::Reader, need: None, judge, hold: Hold::default() }
    }

    /// Asks for a text that takes a second to load.
    async fn load(&self, text: &str, seq: u64) -> (String, Outcome) {
        let entry = self.entry(text, seq);
        let count = Arc::clone(&self.loads);
        let loader = move |_| async move {
            count.fetch_add(1, Ordering::SeqCst);
            sleep(SECOND).await;
            Ok(Made::Keep(entry))
        };
        served(self.cache.load::<Text, (), Infallible, _, _>("a", self.ask(), loader).await)
    }

    /// Asks for a text whose load fails at once.
    async fn fail(&self, ask: Ask<String>) -> Result<Loaded<String, ()>, LoadError<&'static str>> {
        self.cache.load::<Text, (), _, _, _>("a", ask, |_| async { Err("no") }).await
    }

    fn loads(&self) -> usize {
        self.loads.load(Ordering::SeqCst)
    }
}

fn at(seq: u64) -> AsOf {
    AsOf { epoch: Epoch(7), seq }
}

fn served<P: std::fmt::Debug, E: std::fmt::Debug>(
    loaded: Result<Loaded<String, P>, LoadError<E>>,
) -> (String, Outcome) {
    match loaded.unwrap() {
        Loaded::Found(found, outcome) => (found.entry.value.clone(), outcome),
        Loaded::Own(own) => panic!("{own:?}"),
    }
}

/// What is waited for, with a deadline.
async fn until(what: impl Fn() -> bool) {
    let deadline = 60 * SECOND;
    let wait = async {
        while !what() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(deadline, wait).await.expect("it never came");
}

#[tokio::test(start_paused = true)]
async fn a_miss_is_loaded_and_then_a_hit() {
    let world = World::new();
    assert_eq!(world.load("one", 1).await, ("one".to_owned(), Outcome::Miss));
    assert_eq!(world.load("two", 1).await, ("one".to_owned(), Outcome::Hit));
    assert!(world.cache.near::<Text>("a").is_some());
    assert!(world.cache.near::<Text>("b").is_none());
    assert!(world.cache.near::<MadeUp>("a").is_none(), "another class");
}
