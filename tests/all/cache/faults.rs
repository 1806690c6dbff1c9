//! Whatever Redis does, it costs a miss and never an answer.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Instant;

use masthead::redis_server::RedisServer;

use super::*;

/// How long a question may take here, and what the machine may add.
const BUDGET: Duration = Duration::from_millis(100);
const SLACK: Duration = Duration::from_millis(400);

fn hurried(redis: &Redis) -> Instance {
    Instance::with(redis, |settings| {
        settings.l1_bytes = 0;
        let l2 = settings.l2.as_mut().unwrap();
        (l2.response_timeout, l2.connection_timeout) = (BUDGET, BUDGET);
        l2.breaker_pause = 200 * MILLISECOND;
    })
}

/// Waits until the instance and Redis talk.
async fn in_touch(instance: &Instance) {
    until(async || {
        instance.cache.keep::<Page>("touch", entry("one", 1)).await;
        instance.found("touch").await.is_some()
    })
    .await;
}

/// Loads several keys, and gives the longest time that one took.
async fn slowest(instance: &Instance, keys: std::ops::Range<usize>) -> Duration {
    let mut slowest = Duration::ZERO;
    for key in keys {
        let began = Instant::now();
        let answer = instance.load::<Page>(&key.to_string(), "one", Duration::ZERO).await;
        assert_eq!(answer.0, "one");
        slowest = slowest.max(began.elapsed());
    }
    slowest
}

#[tokio::test]
async fn a_frozen_redis_costs_a_few_timeouts_and_then_nothing() {
    let redis = Redis::start();
    let instance = hurried(&redis);
    in_touch(&instance).await;
    redis.freeze();
    // A look, and a lease.
    assert!(slowest(&instance, 0..5).await < 2 * BUDGET + SLACK);
    // The breaker is open by now: fifty loads take less than one timeout each would.
    let began = Instant::now();
    slowest(&instance, 5..55).await;
    assert!(began.elapsed() < 25 * BUDGET, "{:?}", began.elapsed());
    redis.thaw();
    let thawed = Instant::now();
    in_touch(&instance).await;
    assert!(thawed.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_killed_redis_is_gone_on_without_and_found_again() {
    let mut redis = Redis::start();
    let instance = hurried(&redis);
    in_touch(&instance).await;
    redis.kill();
    assert!(slowest(&instance, 0..50).await < 2 * BUDGET + SLACK);
    redis.restart();
    let back = Instant::now();
    in_touch(&instance).await;
    assert!(back.elapsed() < Duration::from_secs(5));
    // It hears of removals again.
    let channel: &[&[u8]] = &[b"PUBSUB", b"NUMSUB", b"masthead:removed"];
    until(async || redis.ask::<Vec<(String, usize)>>(channel)[0].1 == 1).await;
}

#[tokio::test]
async fn a_redis_that_was_never_there_comes_later() {
    let mut redis = Redis::start();
    redis.kill();
    let instance = hurried(&redis);
    assert!(slowest(&instance, 0..20).await < 2 * BUDGET + SLACK);
    redis.restart();
    in_touch(&instance).await;
}

#[tokio::test]
async fn a_full_redis_still_answers_what_it_has() {
    let redis = Redis::start();
    let instance = Instance::without_l1(&redis);
    in_touch(&instance).await;
    redis.ask::<()>(&[b"CONFIG", b"SET", b"maxmemory-policy", b"noeviction"]);
    redis.ask::<()>(&[b"CONFIG", b"SET", b"maxmemory", b"1"]);
    slowest(&instance, 0..20).await;
    assert_eq!(instance.loads(), 20);
    assert_eq!(instance.found("touch").await.as_deref(), Some("one"));
    redis.ask::<()>(&[b"CONFIG", b"SET", b"maxmemory", b"0"]);
    slowest(&instance, 20..21).await;
    until(async || instance.found("20").await.is_some()).await;
}

#[tokio::test]
async fn garbage_under_a_key_is_a_miss_and_is_replaced() {
    let redis = Redis::start();
    let instance = Instance::without_l1(&redis);
    instance.cache.keep::<Page>("a", entry(&"a page ".repeat(1000), 1)).await;
    let key = redis.keys("masthead:page").remove(0);
    let good: Vec<u8> = redis.ask(&[b"GET", key.as_bytes()]);
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let cut = &good[..good.len() - 1];
    let set = |value: &[u8]| redis.ask::<()>(&[b"SET", key.as_bytes(), value]);
    for garbage in [&b""[..], b"nonsense", b"MHE1", cut, &good[..20], &flipped] {
        set(garbage);
        assert_eq!(instance.found("a").await, None, "{garbage:?}");
        let before = instance.loads();
        assert_eq!(instance.load::<Page>("a", "new", Duration::ZERO).await.0, "new");
        assert_eq!(instance.loads(), before + 1);
        until(async || instance.found("a").await.is_some()).await;
    }
    redis.ask::<()>(&[b"DEL", key.as_bytes()]);
    redis.ask::<usize>(&[b"LPUSH", key.as_bytes(), b"a list"]);
    assert_eq!(instance.found("a").await, None);
    assert_eq!(instance.load::<Page>("a", "new", Duration::ZERO).await.0, "new");
    until(async || instance.found("a").await.is_some()).await;
}

#[tokio::test]
async fn something_that_is_no_redis_at_all() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut bytes = [0; 1024];
                while stream.read(&mut bytes).is_ok_and(|read| read > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
                }
            });
        }
    });
    let l2 = L2Settings { breaker_pause: 50 * MILLISECOND, ..L2Settings::at(RedisServer::at(url)) };
    let settings = Settings { l2: Some(l2), l1_bytes: 0, ..Settings::default() };
    let instance = Instance::of_settings(&settings, EPOCH);
    assert!(slowest(&instance, 0..50).await < 2 * BUDGET + SLACK);
}
