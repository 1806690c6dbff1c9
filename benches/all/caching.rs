//! What a hit is made of: its key, the look in this process, whether it is still valid, the answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use divan::{Bencher, black_box};
use futures_util::FutureExt as _;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use masthead::cache::{Cache, Class, Entry, Lifetime, Settings};
use masthead::clock::{Clock, SystemClock};
use masthead::content_clock::{
    AsOf, ContentClock, Epoch, Moment, Provenance, TagClock, TagHash, TagSet,
};
use masthead::entropy::SystemEntropy;
use masthead::http_cache::{ByTarget, Compression, HttpCacheLayer, Keyer, Options};
use masthead::web;
use masthead::web::edge::Keys;
use tower::{Layer as _, Service as _, ServiceExt as _};

use crate::support::RUNTIME;

const EPOCH: Epoch = Epoch(7);
const NOW: u64 = 1_000;

/// Some bytes under a key.
struct Texts;

impl Class for Texts {
    const NAME: &'static str = "text";
    const VERSION: u32 = 1;
    type Value = Bytes;

    fn weight(value: &Bytes) -> usize {
        value.len()
    }

    fn encode(value: &Bytes) -> Vec<u8> {
        value.to_vec()
    }

    fn decode(bytes: Bytes) -> Option<Bytes> {
        Some(bytes)
    }
}

/// A value that is made from so many things.
fn provenance(tags: usize) -> Provenance {
    let tags = (0..tags).map(|tag| TagHash::of(&format!("post:{tag}")));
    Provenance::new(AsOf { epoch: EPOCH, seq: NOW }, TagSet::from_hashes(tags))
}

fn tag_clock() -> TagClock {
    let tags = TagClock::default();
    tags.begin(EPOCH, 0, NOW, []);
    tags
}

/// A clock that the primary has just confirmed.
fn content_clock() -> Arc<ContentClock> {
    let clock = Arc::new(SystemClock);
    let asked = Moment::of(clock.as_ref());
    let known = ContentClock::new(tag_clock(), Duration::from_hours(1), clock);
    known.fence().expect("it follows a database").confirm(asked);
    Arc::new(known)
}

fn cache(content_clock: Arc<ContentClock>) -> Cache {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    Cache::new(&Settings::default(), content_clock, clock, entropy).expect("no address is wrong")
}

/// The validity of a value that was not asked about since something changed: every tag is looked at.
#[divan::bench(args = [1, 10, 100])]
fn validity_after_a_change(bencher: Bencher, tags: usize) {
    let (clock, value) = (tag_clock(), provenance(tags));
    assert!(clock.valid_at(&value).is_some());
    // A copy does not remember what was found of the value before.
    bencher
        .with_inputs(|| value.clone())
        .bench_local_refs(|value| black_box(clock.valid_at(black_box(value))));
}

/// The same where nothing changed since.
#[divan::bench(args = [1, 10, 100])]
fn validity(bencher: Bencher, tags: usize) {
    let (clock, value) = (tag_clock(), provenance(tags));
    assert!(clock.valid_at(&value).is_some());
    bencher.bench_local(|| black_box(clock.valid_at(black_box(&value))));
}

/// An entry out of this process, its validity and the fence included.
#[divan::bench(args = [1, 1_000])]
fn look_in_l1(bencher: Bencher, entries: usize) {
    let cache = cache(content_clock());
    let key = |number: usize| format!("/a-post-about-something-{number}/");
    for number in 0..entries {
        let entry = Entry {
            value: Bytes::from_static(b"a text"),
            provenance: provenance(10),
            stored_at: SystemClock.now(),
            lifetime: Lifetime::fresh_for(Duration::from_hours(1)),
            cost: Duration::ZERO,
        };
        RUNTIME.block_on(cache.keep::<Texts>(&key(number), entry));
    }
    let key = key(entries / 2);
    assert!(cache.near::<Texts>(&key).is_some());
    bencher.bench_local(|| black_box(cache.near::<Texts>(black_box(&key))));
}

/// The key that the site gives a request.
#[divan::bench(args = ["/", "/a-post/", "/tag/harbour/page/2/", "/?utm_source=x", "/search/?q=boat"])]
fn key_of_the_site(bencher: Bencher, path: &str) {
    let keys = Keys::new(web::table());
    let (request, ()) = Request::get(path).body(()).expect("a path").into_parts();
    bencher.bench_local(|| black_box(keys.decide(black_box(&request))));
}

/// A whole hit, from the request to the answer.
#[divan::bench(args = ["identity", "gzip, deflate, br, zstd"])]
fn hit(bencher: Bencher, codings: &str) {
    let layer = HttpCacheLayer::new(
        cache(content_clock()),
        Options { compression: Compression::OnStore, ..Options::default() },
        ByTarget,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let mut service = layer.layer(tower::service_fn(async |_: Request<()>| {
        let text = Bytes::from("a page of some length ".repeat(1_000));
        let answer = Response::builder()
            .header(CACHE_CONTROL, "max-age=3600")
            .header(CONTENT_TYPE, "text/html; charset=utf-8")
            .body(Full::new(text));
        Ok::<_, Infallible>(answer.expect("an answer"))
    }));
    let request = || {
        let request = Request::get("http://localhost/").header(ACCEPT_ENCODING, codings);
        request.body(()).expect("a request")
    };
    RUNTIME.block_on(async {
        let Ok(answer) = service.ready().await.expect("it is").call(request()).await;
        answer.into_body().collect().await.expect("the body");
    });
    bencher.with_inputs(request).bench_local_values(|request| {
        black_box(service.call(request).now_or_never().expect("a hit is answered at once"))
    });
}
