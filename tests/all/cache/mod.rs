//! The cache over a real Redis: several instances that share it, and everything that Redis may do
//! to them.

mod cluster;
mod faults;
mod shared_layer;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use masthead::cache::{
    Admission, Ask, Cache, Class, Entry, Hold, L2Settings, Lifetime, LoadError, Loaded, Made,
    Outcome, Priority, Settings,
};
use masthead::clock::{Clock, SystemClock};
use masthead::content_clock::{
    AsOf, ContentClock, Epoch, Moment, Provenance, TagClock, TagHash, TagSet,
};
use masthead::entropy::SystemEntropy;
use tokio::time::{sleep, timeout};

use crate::support::redis::Redis;

const MILLISECOND: Duration = Duration::from_millis(1);
const EPOCH: Epoch = Epoch(7);
/// How long a test waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes a class of texts.
macro_rules! class {
    ($class:ident, $name:literal, $version:literal, $admission:ident) => {
        struct $class;

        impl Class for $class {
            const NAME: &'static str = $name;
            const VERSION: u32 = $version;
            type Value = String;

            fn admission(_: &String) -> Admission {
                Admission::$admission
            }

            fn weight(value: &String) -> usize {
                value.len()
            }

            fn encode(value: &String) -> Vec<u8> {
                value.clone().into_bytes()
            }

            fn decode(bytes: Bytes) -> Option<String> {
                String::from_utf8(bytes.into()).ok()
            }
        }
    };
}

class!(Page, "page", 1, FirstSight);
class!(NextPage, "page", 2, FirstSight);
class!(MadeUp, "made-up", 1, SecondSight);

/// An instance: a cache, and what it knows of the content clock.
#[derive(Clone)]
struct Instance {
    cache: Cache,
    clock: Arc<ContentClock>,
    loads: Arc<AtomicUsize>,
}

impl Instance {
    fn of(redis: &Redis) -> Self {
        Self::with(redis, |_| {})
    }

    /// One that keeps nothing in its process.
    fn without_l1(redis: &Redis) -> Self {
        Self::with(redis, |settings| settings.l1_bytes = 0)
    }

    fn with(redis: &Redis, change: impl FnOnce(&mut Settings)) -> Self {
        let mut l2 = L2Settings::at(redis.server());
        // The machine may be busy; what is measured says so itself.
        l2.response_timeout = 2000 * MILLISECOND;
        let mut settings = Settings { l2: Some(l2), ..Settings::default() };
        change(&mut settings);
        Self::of_settings(&settings, EPOCH)
    }

    fn of_settings(settings: &Settings, epoch: Epoch) -> Self {
        let time: Arc<dyn Clock> = Arc::new(SystemClock);
        let hour = Duration::from_hours(1);
        let clock = ContentClock::new(TagClock::with_slots(1024), hour, Arc::clone(&time));
        clock.tags.begin(epoch, 0, 1, []);
        clock.fence().unwrap().confirm(Moment::of(time.as_ref()));
        let clock = Arc::new(clock);
        let cache = Cache::new(settings, Arc::clone(&clock), time, Arc::new(SystemEntropy));
        Self { cache: cache.unwrap(), clock, loads: Arc::default() }
    }

    fn change(&self, seq: u64) {
        self.clock.tags.raise(at(seq), &[TagHash::of("post:1")]);
        self.clock.tags.advance(at(seq));
    }

    fn ask(&self) -> Ask<String> {
        let hold = Hold { soft: PATIENCE, hard: PATIENCE };
        let judge = self.cache.judge_by_lifetime();
        Ask { priority: Priority::Reader, need: None, judge, hold }
    }

    /// Asks for a text that takes some time to load.
    async fn load<C>(&self, key: &str, text: &str, takes: Duration) -> (String, Outcome)
    where
        C: Class<Value = String>,
    {
        let (count, entry) = (Arc::clone(&self.loads), entry(text, 1));
        let loader = move |_| async move {
            count.fetch_add(1, Ordering::SeqCst);
            sleep(takes).await;
            Ok(Made::Keep(entry))
        };
        served(self.cache.load::<C, (), Infallible, _, _>(key, self.ask(), loader).await)
    }

    async fn found(&self, key: &str) -> Option<String> {
        self.cache.find::<Page>(key).await.map(|found| found.entry.value.clone())
    }

    fn loads(&self) -> usize {
        self.loads.load(Ordering::SeqCst)
    }
}

/// An entry of `post:1`.
fn entry(text: &str, seq: u64) -> Entry<String> {
    Entry {
        value: text.to_owned(),
        provenance: Provenance::new(at(seq), TagSet::of(["post:1"])),
        stored_at: SystemClock.now(),
        lifetime: Lifetime {
            fresh: Duration::from_mins(10),
            stale_while_revalidate: Duration::from_mins(1),
            stale_if_error: Duration::from_mins(1),
        },
        cost: Duration::ZERO,
    }
}

fn at(seq: u64) -> AsOf {
    AsOf { epoch: EPOCH, seq }
}

fn served<P: std::fmt::Debug, E: std::fmt::Debug>(
    loaded: Result<Loaded<String, P>, LoadError<E>>,
) -> (String, Outcome) {
    match loaded.unwrap() {
        Loaded::Found(found, outcome) => (found.entry.value.clone(), outcome),
        Loaded::Own(own) => panic!("{own:?}"),
    }
}

/// Waits for what must come.
async fn until(mut what: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !what().await {
            sleep(5 * MILLISECOND).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("it never came");
}
