//! Several instances over one Redis: one of them loads for all.

use std::time::Instant;

use masthead::cache::Reason;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_readers_over_three_instances_are_one_load() {
    let redis = Redis::start();
    let instances = [(); 3].map(|()| Instance::of(&redis));
    let reader = |at: usize| {
        let instance = instances[at % 3].clone();
        tokio::spawn(async move { instance.load::<Page>("a", "one", 500 * MILLISECOND).await })
    };
    let readers: Vec<_> = (0..1000).map(reader).collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap().0, "one");
    }
    assert_eq!(instances.iter().map(Instance::loads).sum::<usize>(), 1);
    until(async || redis.keys("lease:").is_empty()).await;
}

#[tokio::test]
async fn a_holder_that_dies_is_waited_for_as_long_as_its_lease() {
    let redis = Redis::start();
    let lease = 700 * MILLISECOND;
    let make = || {
        Instance::with(&redis, |settings| {
            let l2 = settings.l2.as_mut().unwrap();
            (l2.lease, l2.lease_wait) = (lease, PATIENCE);
        })
    };
    // A process of its own would take its runtime with it, as this one does.
    let doomed = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let doomed = doomed.unwrap();
    let holder = doomed.spawn({
        let redis = redis.server();
        async move {
            let l2 = L2Settings { lease, ..L2Settings::at(redis) };
            let settings = Settings { l2: Some(l2), ..Settings::default() };
            let holder = Instance::of_settings(&settings, EPOCH);
            holder.load::<Page>("a", "never", Duration::from_hours(1)).await
        }
    });
    until(async || redis.keys("lease:").len() == 1).await;
    let began = Instant::now();
    doomed.shutdown_background();
    assert!(holder.await.is_err());
    let survivor = make();
    assert_eq!(survivor.load::<Page>("a", "one", MILLISECOND).await.1, Outcome::Miss);
    assert!(began.elapsed() < PATIENCE / 2);
}

#[tokio::test]
async fn a_slow_holder_is_waited_for_so_long_and_no_longer() {
    let redis = Redis::start();
    let slow = Instance::of(&redis);
    let leader = tokio::spawn({
        let slow = slow.clone();
        async move { slow.load::<Page>("a", "slow", 1500 * MILLISECOND).await }
    });
    until(async || slow.loads() == 1).await;
    let impatient = Instance::with(&redis, |settings| {
        settings.l2.as_mut().unwrap().lease_wait = 100 * MILLISECOND;
    });
    let answer = impatient.load::<Page>("a", "own", MILLISECOND).await;
    assert_eq!(answer, ("own".to_owned(), Outcome::Miss));
    assert!(!leader.is_finished());
    assert_eq!(leader.await.unwrap().0, "slow");
}

#[tokio::test]
async fn one_instance_refreshes_while_all_serve_what_is_stale() {
    let redis = Redis::start();
    let instances = [(); 3].map(|()| Instance::of(&redis));
    let mut old = entry("old", 1);
    old.stored_at = old.stored_at.plus_seconds(-620);
    instances[0].cache.keep::<Page>("a", old).await;
    for instance in instances.iter().cycle().take(30) {
        let (text, outcome) = instance.load::<Page>("a", "new", 300 * MILLISECOND).await;
        assert_eq!((text.as_str(), outcome), ("old", Outcome::Stale(Reason::Meanwhile)));
    }
    until(async || instances[1].load::<Page>("a", "newer", MILLISECOND).await.0 == "new").await;
    assert_eq!(instances.iter().map(Instance::loads).sum::<usize>(), 1);
}

#[tokio::test]
async fn a_refresh_waits_for_no_other_instance() {
    let redis = Redis::start();
    let [one, two] = [(); 2].map(|()| Instance::of(&redis));
    let leader = tokio::spawn(async move { one.load::<Page>("a", "one", PATIENCE).await });
    until(async || redis.keys("lease:").len() == 1).await;
    let ask = Ask { priority: Priority::Background, ..two.ask() };
    let refresh = |_| async { Ok(Made::Keep(entry("two", 1))) };
    let answer = two.cache.load::<Page, (), Infallible, _, _>("a", ask, refresh).await;
    assert!(matches!(answer, Err(LoadError::Elsewhere)));
    leader.abort();
}

#[tokio::test]
async fn two_instances_that_ask_are_two_sights() {
    let redis = Redis::start();
    let [one, two] = [(); 2].map(|()| Instance::of(&redis));
    let takes = 300 * MILLISECOND;
    let (first, second) =
        tokio::join!(one.load::<MadeUp>("a", "one", takes), two.load::<MadeUp>("a", "one", takes));
    assert_eq!((first.0.as_str(), second.0.as_str()), ("one", "one"));
    assert_eq!(one.loads() + two.loads(), 1);
    // One that asks alone leaves nothing behind.
    one.load::<MadeUp>("b", "one", MILLISECOND).await;
    until(async || redis.keys("lease:").is_empty()).await;
    assert_eq!(redis.keys("masthead:made-up").len(), 1);
}

#[tokio::test]
async fn what_one_removes_is_gone_everywhere() {
    let redis = Redis::start();
    let [one, two] = [(); 2].map(|()| Instance::of(&redis));
    // Both must listen.
    until(async || {
        let subscribers: Vec<(String, usize)> =
            redis.ask(&[b"PUBSUB", b"NUMSUB", b"masthead:removed"]);
        subscribers[0].1 == 2
    })
    .await;
    one.cache.keep::<Page>("a", entry("one", 1)).await;
    assert_eq!(two.found("a").await.as_deref(), Some("one"));
    one.cache.remove::<Page>("a").await;
    until(async || two.cache.near::<Page>("a").is_none()).await;
    assert_eq!(two.found("a").await, None);
    assert_eq!(one.found("a").await, None);
}

#[tokio::test]
async fn who_was_out_of_touch_and_has_no_content_clock_clears_all() {
    let mut redis = Redis::start();
    let settings = Settings { l2: Some(L2Settings::at(redis.server())), ..Settings::default() };
    let time: Arc<dyn Clock> = Arc::new(SystemClock);
    let alone = Arc::new(ContentClock::alone(Arc::clone(&time)));
    let alone = Cache::new(&settings, alone, time, Arc::new(SystemEntropy)).unwrap();
    let follower = Instance::of(&redis);
    let channel: &[&[u8]] = &[b"PUBSUB", b"NUMSUB", b"masthead:removed"];
    until(async || redis.ask::<Vec<(String, usize)>>(channel)[0].1 == 2).await;
    let made_alone = || {
        let moment = AsOf { epoch: Epoch(0), seq: 0 };
        Entry { provenance: Provenance::new(moment, TagSet::of([])), ..entry("one", 0) }
    };
    // The cache clears itself when it is subscribed as well.
    until(async || {
        alone.keep::<Page>("a", made_alone()).await;
        sleep(20 * MILLISECOND).await;
        alone.near::<Page>("a").is_some()
    })
    .await;
    follower.cache.keep::<Page>("a", entry("one", 1)).await;
    redis.kill();
    until(async || alone.near::<Page>("a").is_none()).await;
    assert!(follower.cache.near::<Page>("a").is_some());
}
