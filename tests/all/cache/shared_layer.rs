//! What goes into Redis, what comes out, and in how many steps.

use super::*;

#[tokio::test]
async fn a_hit_is_one_round_trip_and_a_load_three() {
    let redis = Redis::start();
    let [one, two] = [(); 2].map(|()| Instance::of(&redis));
    // The scripts are sent once.
    for instance in [&one, &two] {
        instance.load::<Page>("first", "one", MILLISECOND).await;
    }
    until(async || redis.keys("lease:").is_empty()).await;
    redis.reset_calls();
    one.load::<Page>("a", "one", MILLISECOND).await;
    until(async || redis.keys("masthead:page").len() == 2).await;
    assert_eq!(
        [redis.calls("evalsha"), redis.calls("eval"), redis.calls("script|load")],
        [2, 0, 0]
    );
    redis.reset_calls();
    assert_eq!(two.load::<Page>("a", "two", MILLISECOND).await, ("one".to_owned(), Outcome::Hit));
    assert_eq!(two.found("a").await.as_deref(), Some("one"));
    assert_eq!([redis.calls("getrange"), redis.calls("evalsha")], [1, 0]);
    assert!(two.cache.near::<Page>("a").is_some());
}

#[tokio::test]
async fn an_older_store_does_not_replace_a_newer_one() {
    let redis = Redis::start();
    let [one, two] = [(); 2].map(|()| Instance::without_l1(&redis));
    one.cache.keep::<Page>("a", entry("new", 300)).await;
    two.cache.keep::<Page>("a", entry("old", 299)).await;
    assert_eq!(two.found("a").await.as_deref(), Some("new"));
    two.cache.keep::<Page>("a", entry("same moment", 300)).await;
    assert_eq!(one.found("a").await.as_deref(), Some("same moment"));
    two.cache.keep::<Page>("a", entry("newer", 1 << 40)).await;
    assert_eq!(one.found("a").await.as_deref(), Some("newer"));
}

#[tokio::test]
async fn what_was_read_before_a_change_is_never_valid_wherever_it_is_found() {
    let redis = Redis::start();
    let [one, two] = [(); 2].map(|()| Instance::of(&redis));
    let slow = tokio::spawn({
        let one = one.clone();
        async move { one.load::<Page>("a", "old", 300 * MILLISECOND).await }
    });
    until(async || one.loads() == 1).await;
    for instance in [&one, &two] {
        instance.change(2);
    }
    slow.await.unwrap();
    until(async || redis.keys("masthead:page").len() == 1).await;
    let loader = |_| async { Ok(Made::Keep(entry("new", 2))) };
    for instance in [&two, &one] {
        let ask = instance.ask();
        let answer = instance.cache.load::<Page, (), Infallible, _, _>("a", ask, loader).await;
        assert_eq!(served(answer).0, "new");
    }
}

#[tokio::test]
async fn epochs_and_versions_do_not_meet() {
    let redis = Redis::start();
    let one = Instance::of(&redis);
    one.cache.keep::<Page>("a", entry("one", 1)).await;
    let l2 = L2Settings::at(redis.server());
    let settings = Settings { l2: Some(l2), ..Settings::default() };
    let promoted = Instance::of_settings(&settings, Epoch(8));
    assert_eq!(promoted.found("a").await, None);
    let next_build = Instance::of(&redis);
    assert!(next_build.cache.find::<NextPage>("a").await.is_none());
    assert_eq!(next_build.found("a").await.as_deref(), Some("one"));
}

#[tokio::test]
async fn keys_and_values_of_any_size_and_make() {
    let redis = Redis::start();
    let instance = Instance::without_l1(&redis);
    let long = "k".repeat(5000);
    let keys = ["", "a\0b", "key with\r\nlines", "ключ", &long, "sha256:ab"];
    for key in keys {
        instance.cache.keep::<Page>(key, entry(&format!("of {key}"), 1)).await;
    }
    for key in keys {
        assert_eq!(instance.found(key).await, Some(format!("of {key}")));
    }
    assert!(redis.keys("").iter().all(|key| key.len() < 300));
    // Large ones are compressed, what is too large even then stays out.
    instance.cache.keep::<Page>("large", entry(&"x".repeat(1 << 19), 1)).await;
    assert_eq!(instance.found("large").await.map(|text| text.len()), Some(1 << 19));
    let key = redis.keys("masthead:page:1.1:*:large").remove(0);
    assert!(redis.ask::<usize>(&[b"STRLEN", key.as_bytes()]) < 2000);
    let noise: Vec<u64> =
        (0..1 << 18).map(|n| u64::wrapping_mul(n, 0x9E37_79B9_7F4A_7C15)).collect();
    let noise = format!("{noise:?}");
    instance.cache.keep::<Page>("too large", entry(&noise, 1)).await;
    assert_eq!(instance.found("too large").await, None);
}

#[tokio::test]
async fn an_entry_goes_when_nobody_may_use_it_any_more() {
    let redis = Redis::start();
    let instance = Instance::without_l1(&redis);
    let mut old = entry("old", 1);
    // A minute is left of the eleven.
    old.stored_at = old.stored_at.plus_seconds(-600);
    instance.cache.keep::<Page>("a", old).await;
    let key = redis.keys("masthead:page").remove(0);
    let left = redis.ask::<u64>(&[b"PTTL", key.as_bytes()]);
    assert!((1..=60_000).contains(&left), "{left} ms");
}
