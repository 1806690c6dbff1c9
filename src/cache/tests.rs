//! The cache without a shared layer, on clocks that stand still.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use super::*;
use crate::clock::{ManualClock, Timestamp};
use crate::content_clock::{AsOf, Epoch, Provenance, TagHash, TagSet};
use crate::entropy::CountingEntropy;

const EPOCH: Epoch = Epoch(7);
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
struct Random;

impl Class for Random {
    const NAME: &'static str = "random";
    const VERSION: u32 = 1;
    const ADMISSION: Admission = Admission::SecondSight;
    type Value = String;

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

/// A cache, and the hands of its clocks.
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
        let clock = Arc::new(ContentClock::new(
            crate::content_clock::TagClock::with_slots(1024),
            Duration::from_secs(1_000_000),
            Arc::clone(&time) as Arc<dyn Clock>,
        ));
        clock.tags.begin(EPOCH, 0, 1, []);
        if let Some(fence) = clock.fence() {
            fence.confirm(crate::content_clock::Moment::of(time.as_ref()));
        }
        let cache = Cache::new(
            settings,
            Arc::clone(&clock),
            Arc::clone(&time) as Arc<dyn Clock>,
            // Dice that never ask for an early refresh.
            Arc::new(CountingEntropy::from(u64::MAX - 1_000_000_000)),
        );
        Self { cache: cache.unwrap(), time, clock, loads: Arc::default() }
    }

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

    fn change(&self, seq: u64) {
        self.clock.tags.raise(at(seq), &[TagHash::of("post:1")]);
        self.clock.tags.advance(at(seq));
    }

    fn ask(&self) -> Ask<String> {
        Ask {
            priority: Priority::Reader,
            need: None,
            judge: self.cache.judge_by_lifetime(),
            hold: Hold::default(),
        }
    }

    /// Loads a text in some time.
    async fn load(&self, text: &str, seq: u64, takes: Duration) -> Loaded<String, ()> {
        let loader = self.loader(self.entry(text, seq), takes);
        self.cache.load::<Text, (), Infallible, _, _>("a", self.ask(), loader).await.unwrap()
    }

    fn loader(
        &self,
        entry: Entry<String>,
        takes: Duration,
    ) -> impl FnOnce(
        Option<Arc<Entry<String>>>,
    ) -> futures_util::future::BoxFuture<
        'static,
        Result<Made<String, ()>, Infallible>,
    >
    + Send
    + 'static
    + use<> {
        let loads = Arc::clone(&self.loads);
        move |_| {
            Box::pin(async move {
                loads.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(takes).await;
                Ok(Made::Keep(entry))
            })
        }
    }
}

fn at(seq: u64) -> AsOf {
    AsOf { epoch: EPOCH, seq }
}

fn text<P: std::fmt::Debug>(loaded: Loaded<String, P>) -> (String, Outcome) {
    match loaded {
        Loaded::Found(found, outcome) => (found.entry.value.clone(), outcome),
        Loaded::Own(own) => panic!("{own:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_miss_is_loaded_and_then_a_hit() {
    let world = World::new();
    let first = world.load("one", 1, SECOND).await;
    assert_eq!(text(first), ("one".to_owned(), Outcome::Miss));
    let second = world.load("two", 1, SECOND).await;
    assert_eq!(text(second), ("one".to_owned(), Outcome::Hit));
    assert!(world.cache.near::<Text>("a").is_some());
    assert!(world.cache.near::<Text>("b").is_none());
    assert!(world.cache.near::<Random>("a").is_none());
}
