//! A real Varnish with the VCL that we ship, before a backend that says what Masthead says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use masthead::cdn::varnish::{Varnish, VarnishSettings};
use masthead::cdn::{Outcome, Provider, PurgeError, Round};

use tokio::sync::Notify;

use super::memory_log::MemoryLog;
use super::{PATIENCE, batch, client, purger, step_until};
use crate::support::stand_in::{Got, Says, StandIn, ask};
use crate::support::varnish::Varnish as Running;

/// Long enough that a stale answer is still served on a busy machine.
const LONG_GRACE: (&str, &str) = ("req.grace = 2s", "req.grace = 60s");
/// No stale answer, as it is some seconds after a purge.
const NO_GRACE: (&str, &str) = ("req.grace = 2s", "req.grace = 0s");

/// A page: its tags and its words.
type Pages = Arc<Mutex<HashMap<&'static str, (&'static str, &'static str)>>>;

struct World {
    pages: Pages,
    /// Holds back the next answer with a page.
    gate: Arc<Mutex<Option<Arc<Notify>>>>,
    origin: StandIn,
    varnish: Running,
    provider: Arc<Varnish>,
}

impl World {
    async fn new(changes: &[(&str, &str)]) -> Self {
        let (pages, gate) = (Pages::default(), Arc::new(Mutex::new(None)));
        let (written, held) = (pages.clone(), gate.clone());
        let origin = StandIn::start(move |asked| {
            let Some((tags, words)) = written.lock().unwrap().get(asked.uri.path()).copied() else {
                // The health check.
                return Says::new(200, "");
            };
            let lifetime = "max-age=600, stale-while-revalidate=60, stale-if-error=3600";
            let says = Says::new(200, words)
                .with("cache-control", "no-cache")
                .with("cdn-cache-control", lifetime)
                .with("xkey", tags);
            match held.lock().unwrap().take() {
                Some(gate) => says.held_by(gate),
                None => says,
            }
        })
        .await;
        let varnish = Running::start(origin.port, changes);
        let settings = VarnishSettings { addresses: vec![varnish.url()] };
        let provider = Arc::new(Varnish::new(settings, client(Duration::from_secs(10))));
        Self { pages, gate, origin, varnish, provider }
    }

    fn write(&self, path: &'static str, tags: &'static str, words: &'static str) {
        self.pages.lock().unwrap().insert(path, (tags, words));
    }

    async fn get(&self, path: &str) -> Got {
        self.get_with(path, &[]).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        ask("GET", &format!("{}{path}", self.varnish.url()), headers).await
    }

    /// Asks until the words are these.
    async fn await_words(&self, path: &str, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.get(path).await.body != words {
            assert!(Instant::now() < deadline, "{path} does not become `{words}`");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How often the backend was asked for a page since the last time.
    fn asked(&self, path: &str) -> usize {
        self.origin.asked().iter().filter(|asked| asked.uri.path() == path).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_kept_as_its_header_for_cdns_says_and_its_tags_stay_inside() {
    let world = World::new(&[]).await;
    world.write("/a", "all post:1", "one");
    let (first, second) = (world.get("/a").await, world.get("/a").await);
    assert_eq!(world.asked("/a"), 1);
    for got in [&first, &second] {
        assert_eq!(got.body, "one");
        assert_eq!(got.headers["cache-control"], "no-cache", "browsers ask each time");
        for name in ["xkey", "cdn-cache-control"] {
            assert!(!got.headers.contains_key(name), "{name} is not for readers");
        }
    }
    assert_eq!(first.headers["cache-status"], "varnish; fwd=miss");
    assert!(second.headers["cache-status"].to_str().unwrap().starts_with("varnish; hit; ttl=5"));
    // Whoever has just written passes by; every other cookie changes nothing.
    let written = world.get_with("/a", &[("cookie", "theme=dark; masthead_token=abc")]).await;
    assert_eq!(written.headers["cache-status"], "varnish; fwd=bypass");
    world.get_with("/a", &[("authorization", "Bearer x")]).await;
    assert_eq!(world.asked("/a"), 2);
    world.get_with("/a", &[("cookie", "masthead_session=abc; not_masthead_token=1")]).await;
    assert_eq!(world.asked("/a"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_all_is_not_kept() {
    let origin = StandIn::start(|asked| {
        let says = Says::new(200, "yours");
        match asked.uri.path() {
            "/private" => says.with("cache-control", "private, no-store"),
            "/undeclared" => says,
            "/cookie" => says.with("cdn-cache-control", "max-age=60").with("set-cookie", "a=b"),
            "/no-cdn" => says
                .with("cache-control", "max-age=60")
                .with("cdn-cache-control", "max-age=60, no-store"),
            "/cookies-vary" => says.with("cdn-cache-control", "max-age=60").with("vary", "Cookie"),
            "/old" => says.with("cdn-cache-control", "max-age=60").with("age", "60"),
            "/asset" => says.with("cache-control", "public, max-age=31536000, immutable"),
            "/quoted" => says.with("cdn-cache-control", "stale-while-revalidate=5, MAX-AGE=\"60\""),
            _ => says.with("cdn-cache-control", "s-max-age=60"),
        }
    })
    .await;
    let varnish = Running::start(origin.port, &[]);
    for (path, is_kept) in [
        ("/private", false),
        ("/undeclared", false),
        ("/cookie", false),
        ("/no-cdn", false),
        ("/cookies-vary", false),
        ("/old", false),
        ("/other", false),
        ("/asset", true),
        ("/quoted", true),
    ] {
        origin.asked();
        for _ in 0..3 {
            assert_eq!(ask("GET", &format!("{}{path}", varnish.url()), &[]).await.body, "yours");
        }
        let count = origin.asked().iter().filter(|asked| asked.uri.path() == path).count();
        assert_eq!(count, if is_kept { 1 } else { 3 }, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_soft_purge_serves_the_old_page_while_the_new_one_is_fetched() {
    let world = World::new(&[LONG_GRACE]).await;
    world.write("/a", "all post:1", "old");
    world.write("/b", "all post:2", "old");
    world.get("/a").await;
    world.get("/b").await;
    world.write("/a", "all post:1", "new");
    world.write("/b", "all post:2", "new");
    world.provider.purge(&batch(&["post:1", "posts"], true)).await.unwrap();
    let stale = world.get("/a").await;
    assert_eq!(stale.body, "old");
    assert!(stale.headers["cache-status"].to_str().unwrap().contains("hit; ttl=-"), "{stale:?}");
    world.await_words("/a", "new").await;
    assert_eq!(world.get("/b").await.body, "old", "it does not carry the tag");
    assert_eq!((world.asked("/a"), world.get("/a").await.body.as_str()), (2, "new"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_after_a_soft_purge_and_after_a_hard_one_the_page_is_new_at_once() {
    let world = World::new(&[NO_GRACE]).await;
    for (soft, tags) in [(true, &["post:1"][..]), (false, &["post:1"]), (false, &["x", "all"])] {
        world.write("/a", "all post:1 post:2", "old");
        world.provider.purge(&batch(&["all"], false)).await.unwrap();
        assert_eq!(world.get("/a").await.body, "old");
        world.write("/a", "all post:1 post:2", "new");
        assert_eq!(world.get("/a").await.body, "old");
        world.provider.purge(&batch(tags, soft)).await.unwrap();
        assert_eq!(world.get("/a").await.body, "new", "{tags:?}, soft: {soft}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_page_is_served_while_no_instance_answers() {
    let probe = (".interval = 1s", ".interval = 100ms");
    let world = World::new(&[NO_GRACE, probe]).await;
    world.write("/a", "all post:1", "old");
    world.get("/a").await;
    world.provider.purge(&batch(&["post:1"], true)).await.unwrap();
    world.origin.fall_silent();
    world.await_words("/a", "old").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_purge() {
    let world = World::new(&[("    \"localhost\";", "    \"192.0.2.1\";")]).await;
    let error = world.provider.purge(&batch(&["all"], true)).await.unwrap_err();
    assert!(
        matches!(&error, PurgeError::NotNow { reason, .. } if reason.contains("403")),
        "{error}"
    );
    let world = World::new(&[]).await;
    world.write("/a", "all", "old");
    world.get("/a").await;
    world.write("/a", "all", "new");
    let purge = ("xkey-purge", "all");
    let url = world.varnish.url();
    // By a proxy on this very machine, for somebody else.
    let got = ask("PURGE", &url, &[purge, ("x-forwarded-for", "192.0.2.1")]).await;
    assert_eq!(got.status, 403);
    assert_eq!(ask("PURGE", &url, &[]).await.status, 400);
    // Not by the way of a page.
    world.get_with("/a", &[purge]).await;
    assert_eq!(world.get("/a").await.body, "old");
    assert_eq!(ask("PURGE", &url, &[purge]).await.status, 200);
    assert_eq!(world.get("/a").await.body, "new");
}

/// The second round is for this: the answer was under way during the first.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_under_way_is_purged_behind_the_first_purge() {
    let world = World::new(&[NO_GRACE]).await;
    let log = MemoryLog::new();
    let purger = purger(world.provider.clone(), &log);
    world.write("/a", "all post:1", "old");
    let gate = Arc::new(Notify::new());
    *world.gate.lock().unwrap() = Some(gate.clone());
    let under_way = async {
        assert_eq!(world.get("/a").await.body, "old");
    };
    let change = async {
        let deadline = Instant::now() + PATIENCE;
        while world.asked("/a") == 0 {
            assert!(Instant::now() < deadline, "nobody asks");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.write("/a", "all post:1", "new");
        log.change("post:1");
        step_until(&purger, |_| log.reached(Round::First) == 1).await;
        gate.notify_one();
    };
    tokio::join!(under_way, change);
    assert_eq!(world.get("/a").await.body, "old", "it was stored behind the purge");
    step_until(&purger, |_| log.reached(Round::Settled) == 1).await;
    assert_eq!(world.get("/a").await.body, "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_varnish_that_dies_is_told_when_it_is_back() {
    let mut world = World::new(&[NO_GRACE]).await;
    let log = MemoryLog::new();
    let purger = purger(world.provider.clone(), &log);
    world.write("/a", "all post:1", "one");
    world.get("/a").await;
    world.write("/a", "all post:1", "two");
    log.change("post:1 posts");
    step_until(&purger, |_| log.reached(Round::First) == 1).await;
    assert_eq!(world.get("/a").await.body, "two");

    world.varnish.stop();
    world.write("/a", "all post:1", "three");
    log.change("post:1");
    step_until(&purger, |outcome| outcome == Outcome::Failed).await;
    assert_eq!(log.reached(Round::First), 1, "the cursor waits for the yes");
    world.varnish.restart();
    step_until(&purger, |_| log.reached(Round::Settled) == 2).await;
    assert_eq!(world.get("/a").await.body, "three");
}
