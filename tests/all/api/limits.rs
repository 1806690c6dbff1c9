//! How often somebody may ask.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, StatusCode};
use masthead::clock::SystemClock;
use masthead::config::{ApiConfig, CdnProvider};
use masthead::entropy::SystemEntropy;
use masthead::rate_limit::{By, Quota, Quotas, RateLimits, Shared, SharedSettings, Subject};

use super::client::{self, Client};
use super::shelf;
use crate::instance::{Answer, Instance};
use crate::support::redis::Redis;
use crate::support::{Engine, TestDatabase, on_both};

on_both!(
    an_address_is_refused_that_asks_too_often,
    a_key_is_refused_that_asks_too_often,
    whoever_brings_along_what_is_no_key_is_refused_in_the_end,
    instances_without_redis_share_a_limit_by_halves,
);

const POSTS: &str = "/ghost/api/content/posts/";
/// An instance where somebody may ask so often: from an address, with a content key, with an admin key,
/// and in vain.
async fn limited(database: &TestDatabase, limits: [u32; 4]) -> Client {
    let [per_address, per_content_key, per_admin_key, failures_per_hour] = limits;
    let defaults = ApiConfig::default();
    let api =
        ApiConfig { per_address, per_content_key, per_admin_key, failures_per_hour, ..defaults };
    let client = Client::of(Instance::with(database, |config| config.api = api).await).await;
    client.get("settings/").await;
    client
}

/// Asks from an address.
async fn ask_from(site: &Instance, address: &str, path: &str) -> Answer {
    let peer: SocketAddr = address.parse().unwrap();
    let request = Request::get(path).extension(ConnectInfo(peer));
    site.ask(request.body(Body::empty()).unwrap()).await
}

fn refused(answer: &Answer) -> bool {
    let is_refused = answer.status == StatusCode::TOO_MANY_REQUESTS;
    if is_refused {
        let (_, kind, code, _) = client::error(answer);
        assert_eq!((kind.as_str(), code), ("TooManyRequestsError", None));
        assert_eq!(answer.field("cache-control"), "no-store");
        assert!(answer.field("retry-after").parse::<u64>().unwrap() > 0);
    }
    is_refused
}

async fn an_address_is_refused_that_asks_too_often(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = limited(database, [6, 0, 0, 0]).await;
    let path = format!("{POSTS}?key={}", client.key);
    let site = &client.site;
    let mut hits = 0;
    for left in (0..6).rev() {
        let answer = ask_from(site, "192.0.2.1:1000", &path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.field("ratelimit-policy"), "\"address\";q=6;w=60");
        assert!(answer.field("ratelimit").starts_with(&format!("\"address\";r={left};t=")));
        hits += usize::from(answer.is_hit());
    }
    assert!(hits > 3, "what is answered out of the cache counts as well");
    let answer = ask_from(site, "192.0.2.1:1001", &path).await;
    assert!(refused(&answer));
    assert_eq!(answer.field("retry-after"), "10");
    // The Admin API and what is nowhere are the same API; a page is not, nor is another address.
    let nowhere = "/ghost/api/content/nothing/";
    assert!(refused(&ask_from(site, "192.0.2.1:1002", nowhere).await));
    assert!(refused(&ask_from(site, "192.0.2.1:1002", "/ghost/api/admin/site/").await));
    assert_eq!(ask_from(site, "192.0.2.1:1003", "/").await.status, StatusCode::OK);
    assert_eq!(ask_from(site, "192.0.2.2:1000", &path).await.status, StatusCode::OK);
    // Whoever has an address of IPv6 has all of its network.
    for host in 1..=6 {
        let address = format!("[2001:db8:1:2::{host}]:1000");
        assert_eq!(ask_from(site, &address, &path).await.status, StatusCode::OK);
    }
    assert!(refused(&ask_from(site, "[2001:db8:1:2::7]:1000", &path).await));
    assert_eq!(ask_from(site, "[2001:db8:1:3::1]:1000", &path).await.status, StatusCode::OK);
    site.clock.advance(10);
    assert_eq!(ask_from(site, "192.0.2.1:1004", &path).await.status, StatusCode::OK);
    assert!(refused(&ask_from(site, "192.0.2.1:1005", &path).await));
}

async fn a_key_is_refused_that_asks_too_often(database: &TestDatabase) {
    let client = limited(database, [0, 5, 2, 0]).await;
    // One was asked already.
    for left in (0..4).rev() {
        let answer = client.get("posts/").await;
        assert!(answer.field("ratelimit").starts_with(&format!("\"key\";r={left};t=")));
    }
    assert!(refused(&client.get("posts/").await));
    let other = client.site.app.integrations.add("Other").await.unwrap().value;
    let path = format!("{POSTS}?key={}", other.content_key.reveal());
    assert_eq!(client.site.get(&path).await.status, StatusCode::OK);

    for expected in [200, 200, 429] {
        let answer = client.administer("posts/").await;
        assert_eq!(answer.status, expected);
        assert!(refused(&answer) || answer.field("ratelimit").starts_with("\"key\";r="));
    }
    // What only looks like a token of theirs costs them nothing, and is no success either.
    let forged = [("authorization", "Ghost e30.e30.e30")];
    let answer = client.site.request(http::Method::GET, "/ghost/api/admin/posts/", &forged).await;
    assert!(answer.headers.get("ratelimit").is_none() && answer.status.is_client_error());
}

async fn whoever_brings_along_what_is_no_key_is_refused_in_the_end(database: &TestDatabase) {
    let client = limited(database, [0, 0, 0, 4]).await;
    let good = format!("{POSTS}?key={}", client.key);
    let bad = format!("{POSTS}?key=ffffffffffffffffffffffffff");
    let site = &client.site;
    let status = async |path: &str| ask_from(site, "192.0.2.1:1", path).await.status.as_u16();
    for _ in 0..3 {
        assert_eq!(status(&bad).await, 401);
    }
    // Who is let in is forgiven.
    assert_eq!(status(&good).await, 200);
    for _ in 0..4 {
        assert_eq!(status(&bad).await, 401);
    }
    assert!(refused(&ask_from(site, "192.0.2.1:1", &bad).await));
    assert_eq!(status(&good).await, 429, "nobody finds out which key is one by asking on");
    // What needs no key forgives nothing.
    assert_eq!(ask_from(site, "192.0.2.2:1", &good).await.status, StatusCode::OK);
    site.clock.advance(15 * 60);
    assert_eq!(status("/ghost/api/admin/site/").await, 200);
    assert_eq!(status(&bad).await, 401);
    assert_eq!(status(&bad).await, 429);
    site.clock.advance(15 * 60);
    assert_eq!(status(&good).await, 200);
    for _ in 0..4 {
        assert_eq!(status(&bad).await, 401);
    }
}

/// A CDN would tell everybody how one of them stood.
#[tokio::test]
async fn what_a_cdn_may_keep_says_nothing_of_whoever_asked() {
    let database = TestDatabase::migrated(Engine::Sqlite).await;
    let site = Instance::with(&database, |config| {
        config.cdn.provider = CdnProvider::Varnish;
        config.cdn.varnish.addresses = vec!["http://127.0.0.1:9".to_owned()];
    })
    .await;
    let client = Client::of(site).await;
    for _ in 0..3 {
        let answer = client.get("posts/").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.headers.get("ratelimit").is_none(), "{answer:?}");
    }
    let answer = client.site.get(&format!("{POSTS}?key=nobody")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.headers.contains_key("ratelimit"));
    database.remove().await;
}

async fn instances_without_redis_share_a_limit_by_halves(database: &TestDatabase) {
    let client = limited(database, [10, 0, 0, 0]).await;
    client.site.clock.advance(60);
    client.site.app.rate_limits.among(2);
    let statuses = async |requests: usize| {
        let mut passed = 0;
        for _ in 0..requests {
            passed += usize::from(client.get("posts/").await.status == StatusCode::OK);
        }
        passed
    };
    assert_eq!(statuses(20).await, 5);
}

/// Instances over one Redis, in real time.
struct Together {
    redis: Redis,
    limits: Vec<RateLimits>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

const QUOTA: u32 = 200;
/// Within the time of a test the rate gives back next to nothing.
const WINDOW: Duration = Duration::from_hours(10);

impl Together {
    fn start(instances: u32) -> Self {
        let redis = Redis::start();
        let limits: Vec<_> = (0..instances).map(|_| Self::limits(&redis, instances)).collect();
        let tasks = limits.iter().map(|limits| tokio::spawn(limits.clone().keep_settled()));
        let tasks = tasks.collect();
        Self { redis, limits, tasks }
    }

    fn limits(redis: &Redis, instances: u32) -> RateLimits {
        let settings = SharedSettings {
            server: redis.server(),
            prefix: "test".to_owned(),
            connect_timeout: Duration::from_secs(1),
            timeout: Duration::from_millis(200),
        };
        let shared = Some(Shared::new(settings).unwrap());
        let quotas = Quotas { address: Quota::of(QUOTA, WINDOW), ..Quotas::default() };
        let limits = RateLimits::new(quotas, shared, Arc::new(SystemClock), &SystemEntropy);
        limits.among(instances);
        limits
    }

    /// Waits until somebody's request at each instance has made it known that Redis counts, or does not.
    async fn until_shared(&self, is_shared: bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        for (at, limits) in self.limits.iter().enumerate() {
            // Others each time: nobody is refused here.
            for number in 0.. {
                if limits.is_shared() == is_shared {
                    break;
                }
                assert!(Instant::now() < deadline, "{limits:?}");
                let _ = limits.admit(By::Address, &Subject::of_key(&format!("{at} {number}")));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// Somebody asks all instances in turn, for so long; gives how often they got through.
    async fn load(&self, who: &str, requests: usize) -> u32 {
        let who = Subject::of_key(who);
        let mut passed = 0;
        for request in 0..requests {
            let limits = &self.limits[request % self.limits.len()];
            passed += u32::from(limits.admit(By::Address, &who).unwrap().is_admitted);
            // About two thousand a second: a settling sees a hundred of them.
            if request % 2 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        passed
    }
}

impl Drop for Together {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// One limit for both; without Redis half for each; and one again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_share_one_limit_and_stay_limited_without_redis() {
    let mut together = Together::start(2);
    together.until_shared(true).await;
    let passed = together.load("a", 1_500).await;
    assert!((QUOTA..2 * QUOTA).contains(&passed), "{passed} of {QUOTA} at two instances");
    let late = together.load("a", 100).await;
    assert_eq!(late, 0, "both know by now");
    // Somebody who was refused by both is not known to a third, until it hears of them.
    let third = Together::limits(&together.redis, 3);
    let a = Subject::of_key("a");
    assert!(third.admit(By::Address, &a).unwrap().is_admitted);
    third.settle().await;
    assert!(!third.admit(By::Address, &a).unwrap().is_admitted);

    // Under load Redis goes: whoever was refused stays refused, others get what they got before.
    together.redis.kill();
    together.until_shared(false).await;
    assert_eq!(together.load("a", 200).await, 0);
    assert_eq!(together.load("b", 1_000).await, QUOTA);

    together.redis.restart();
    together.until_shared(true).await;
    let passed = together.load("c", 1_500).await;
    assert!((QUOTA..2 * QUOTA).contains(&passed), "{passed} of {QUOTA} at two instances");
    assert_eq!(together.load("c", 100).await, 0);
    assert_eq!(together.load("b", 200).await, 0, "what was counted alone stands");
}

/// A Redis that hangs keeps nobody waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_redis_that_hangs() {
    let together = Together::start(2);
    together.until_shared(true).await;
    together.redis.freeze();
    let begun = Instant::now();
    let mut passed = 0;
    let who = Subject::of_key("a");
    for _ in 0..10_000 {
        passed += u32::from(together.limits[0].admit(By::Address, &who).unwrap().is_admitted);
    }
    assert_eq!(passed, QUOTA);
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    together.until_shared(false).await;
    assert_eq!(together.load("b", 1_000).await, QUOTA);
    together.redis.thaw();
    together.until_shared(true).await;
}

/// What Redis holds is bounded in time, and names no key.
#[tokio::test]
async fn redis_holds_what_is_owed_for_as_long_as_it_is() {
    let together = Together::start(1);
    let limits = &together.limits[0];
    let who = Subject::of_key("a secret key");
    for _ in 0..10 {
        let _ = limits.admit(By::Address, &who);
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    while together.redis.keys("test:rate:").is_empty() {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let keys = together.redis.keys("test:rate:address:");
    assert_eq!(keys.len(), 1);
    assert!(!keys[0].contains("secret"));
    let left: u64 = together.redis.ask(&[b"PTTL", keys[0].as_bytes()]);
    let owed = u64::try_from(WINDOW.as_millis()).unwrap() / u64::from(QUOTA) * 10;
    assert!((owed - 60_000..=owed + 10).contains(&left), "{left} of {owed} ms");
    limits.forget(By::Address, &who);
    while !together.redis.keys("test:rate:").is_empty() {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
