//! The content clock: what has changed is not served, and whoever made a change sees it.

use super::super::{MadeFrom, Need};
use super::*;
use crate::content_clock::{AsOf, Epoch, Provenance, TagClock, TagHash, TagSet};

const EPOCH: Epoch = Epoch(7);

const fn at(seq: u64) -> AsOf {
    AsOf { epoch: EPOCH, seq }
}

/// A world that follows a database which stands at 5, and an origin that reads at once what the test
/// says it does.
fn world(control: &'static str, options: Options, seen: Arc<AtomicU64>) -> World {
    let clock = Arc::new(ManualClock::at(START));
    let time: Arc<dyn Clock> = clock.clone();
    let content = Arc::new(ContentClock::new(TagClock::default(), Duration::from_secs(2), time));
    content.tags.begin(EPOCH, 0, 5, []);
    let world = World::on(clock, content, (options, ByTarget), move |_, n| {
        let provenance = Provenance::new(at(seen.load(Ordering::SeqCst)), TagSet::of(["post:1"]));
        let mut answer = response(200, &[("cache-control", control)], &n.to_string());
        answer.extensions_mut().insert(MadeFrom(provenance));
        Box::pin(async move { Ok(answer) })
    });
    world.confirm();
    world
}

impl World {
    /// The primary answers.
    fn confirm(&self) {
        let now = crate::content_clock::Moment::of(self.clock.as_ref());
        self.content_clock.fence().unwrap().confirm(now);
    }

    fn change(&self, seq: u64, tag: &str) {
        self.content_clock.tags.raise(at(seq), &[TagHash::of(tag)]);
        self.content_clock.tags.advance(at(seq));
    }
}

#[tokio::test]
async fn what_has_changed_is_loaded_anew() {
    let seen = Arc::new(AtomicU64::new(5));
    let world = world("max-age=60", Options::default(), seen.clone());
    assert_eq!(world.get("/", &[]).await.text(), "0");
    world.change(6, "post:2");
    assert_eq!(world.get("/", &[]).await.text(), "0", "that was another post");
    world.change(7, "post:1");
    assert_eq!(world.get("/", &[]).await.text(), "1");
    assert_eq!(world.get("/", &[]).await.text(), "2", "read before the change, invalid from birth");
    seen.store(7, Ordering::SeqCst);
    assert_eq!(world.get("/", &[]).await.text(), "3");
    assert_eq!(world.get("/", &[]).await.text(), "3");
}

#[tokio::test]
async fn whoever_made_a_change_sees_it() {
    let seen = Arc::new(AtomicU64::new(5));
    let world = world("max-age=60", Options::default(), seen.clone());
    world.get("/", &[]).await;
    let ask = |seq| {
        let mut request =
            Request::get("/").header("host", "example.org").body(Full::default()).unwrap();
        request.extensions_mut().insert(Need(at(seq)));
        world.send(request)
    };
    assert!(ask(5).await.is_hit());
    seen.store(6, Ordering::SeqCst);
    assert_eq!(
        ask(6).await.text(),
        "1",
        "the news is not here yet, and the entry does not have it"
    );
    assert_eq!(ask(6).await.text(), "1");
}

#[tokio::test]
async fn behind_the_fence_all_is_stale_and_short() {
    let options = Options { stale_lifetime: Some(Duration::from_secs(2)), ..Options::default() };
    let seen = Arc::new(AtomicU64::new(5));
    let world = world("max-age=60, public", options, seen);
    world.get("/", &[]).await;
    assert_eq!(world.get("/", &[]).await.header("cache-control"), "max-age=60, public");
    world.pass(3);
    let fenced = world.get("/", &[]).await;
    assert_eq!((fenced.text(), fenced.header("cache-control")), ("0", "max-age=2, s-maxage=2"));
    assert!(fenced.header("cache-status").contains("detail=fenced"));
    world.confirm();
    assert_eq!(world.get("/", &[]).await.header("cache-control"), "max-age=60, public");
}

/// A replica may have made it, and nobody can say how far behind that is.
#[tokio::test]
async fn what_is_made_behind_the_fence_is_stale_and_short_as_well() {
    let options = Options { stale_lifetime: Some(Duration::from_secs(2)), ..Options::default() };
    let seen = Arc::new(AtomicU64::new(5));
    let world = world("max-age=60, public", options, seen);
    world.pass(3);
    let made = world.get("/", &[]).await;
    assert_eq!((made.text(), made.header("cache-control")), ("0", "max-age=2, s-maxage=2"));
    let status = made.header("cache-status");
    assert!(status.contains("fwd=uri-miss") && status.contains("detail=fenced"), "{status}");
    world.confirm();
    assert_eq!(world.get("/", &[]).await.header("cache-control"), "max-age=60, public");
}
