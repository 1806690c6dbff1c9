//! Who loads, who waits, and for how long.

use tokio::time::Instant;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_thousand_readers_of_a_cold_key_are_one_load() {
    let world = World::new();
    let reader = || {
        let world = world.clone();
        tokio::spawn(async move { world.load("one", 1).await })
    };
    let readers: Vec<_> = (0..1000).map(|_| reader()).collect();
    let mut loaded = 0;
    for reader in readers {
        let (text, outcome) = reader.await.unwrap();
        assert_eq!(text, "one");
        loaded += usize::from(outcome == Outcome::Miss);
    }
    assert_eq!((loaded, world.loads()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn who_leaves_takes_nothing_from_the_others() {
    let world = World::new();
    let leader = tokio::spawn({
        let world = world.clone();
        async move { world.load("one", 1).await }
    });
    until(|| world.loads() == 1).await;
    let follower = tokio::spawn({
        let world = world.clone();
        async move { world.load("two", 1).await }
    });
    tokio::task::yield_now().await;
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    assert_eq!(follower.await.unwrap(), ("one".to_owned(), Outcome::Collapsed));
    assert_eq!(world.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_load_that_panics_or_hangs_gives_everything_back() {
    let settings = Settings { origin_limit: 1, load_limit: 5 * SECOND, ..Settings::default() };
    let world = World::with(&settings);
    let panics = |_| async { panic!("a fault in a loader") };
    let error = world.cache.load::<Text, (), Infallible, _, _>("a", world.ask(), panics).await;
    assert!(matches!(error, Err(LoadError::Panicked)));
    let hangs = |_| std::future::pending();
    let error = world.cache.load::<Text, (), Infallible, _, _>("a", world.ask(), hangs).await;
    assert!(matches!(error, Err(LoadError::TimedOut)));
    assert_eq!(world.load("one", 1).await.1, Outcome::Miss);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_beyond_the_hard_limit() {
    let world = World::new();
    let (began, hold) = (Instant::now(), Hold { soft: SECOND, hard: 3 * SECOND });
    let wait = || {
        let (world, ask) = (world.clone(), Ask { hold, ..world.ask() });
        let hangs = |_| std::future::pending();
        async move { world.cache.load::<Text, (), Infallible, _, _>("a", ask, hangs).await }
    };
    let (leader, follower) = tokio::join!(wait(), wait());
    assert!(matches!(leader, Err(LoadError::TimedOut)));
    assert!(matches!(follower, Err(LoadError::TimedOut)));
    assert_eq!(began.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_merely_too_old_is_served_after_the_soft_limit_and_refreshed_all_the_same() {
    let world = World::new();
    world.load("old", 1).await;
    world.time.advance(200);
    let (began, hold) = (Instant::now(), Hold { soft: SECOND / 2, hard: 10 * SECOND });
    let entry = world.entry("new", 1);
    let slow = |_| async move {
        sleep(2 * SECOND).await;
        Ok(Made::Keep(entry))
    };
    let ask = Ask { hold, ..world.ask() };
    let loaded = world.cache.load::<Text, (), Infallible, _, _>("a", ask, slow).await;
    assert_eq!(served(loaded), ("old".to_owned(), Outcome::Stale(Reason::Slow)));
    assert_eq!(began.elapsed(), SECOND / 2);
    until(|| world.cache.near::<Text>("a").is_some_and(|found| found.entry.value == "new")).await;
}

#[tokio::test(start_paused = true)]
async fn a_stale_entry_is_served_while_one_refresh_runs() {
    let world = World::new();
    world.load("old", 1).await;
    world.time.advance(90);
    let began = Instant::now();
    for _ in 0..100 {
        let stale = ("old".to_owned(), Outcome::Stale(Reason::Meanwhile));
        assert_eq!(world.load("new", 1).await, stale);
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    until(|| world.cache.near::<Text>("a").is_some_and(|found| found.entry.value == "new")).await;
    assert_eq!(world.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_shared_goes_to_who_asked_and_queues_nobody() {
    let world = World::new();
    let began = Instant::now();
    let reader = |cookie: usize| {
        let (world, ask) = (world.clone(), world.ask());
        let passes = move |_| async move {
            sleep(SECOND).await;
            Ok(Made::Pass(cookie))
        };
        tokio::spawn(async move {
            world.cache.load::<Text, usize, Infallible, _, _>("a", ask, passes).await.unwrap()
        })
    };
    // The first load proves it, for those who came along with it; each then loads for itself.
    for round in 0..2 {
        let readers: Vec<_> = (0..16).map(reader).collect();
        for (cookie, reader) in readers.into_iter().enumerate() {
            assert!(matches!(reader.await.unwrap(), Loaded::Own(own) if own == cookie));
        }
        assert_eq!(began.elapsed().as_secs(), [2, 3][round]);
    }
    // After a while it is tried again, and a key that proves cacheable is so at once.
    world.time.advance(11);
    assert_eq!(world.load("one", 1).await.1, Outcome::Miss);
    assert_eq!(world.load("one", 1).await.1, Outcome::Hit);
}

#[tokio::test(start_paused = true)]
async fn a_herd_stays_under_the_origin_limit() {
    let world = World::with(&Settings { origin_limit: 4, ..Settings::default() });
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let reader = |key: usize| {
        let (world, now, most) = (world.clone(), Arc::clone(&now), Arc::clone(&most));
        let entry = world.entry("one", 1);
        let loader = move |_| async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(SECOND / 10).await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(Made::Keep(entry))
        };
        tokio::spawn(async move {
            let key = key.to_string();
            world.cache.load::<Text, (), Infallible, _, _>(&key, world.ask(), loader).await.is_ok()
        })
    };
    let readers: Vec<_> = (0..200).map(reader).collect();
    for reader in readers {
        assert!(reader.await.unwrap());
    }
    assert_eq!(most.load(Ordering::SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_a_reader_joins_becomes_a_readers_load() {
    let world = World::with(&Settings { origin_limit: 1, ..Settings::default() });
    let (order, began) = (Arc::new(std::sync::Mutex::new(Vec::new())), Instant::now());
    let load = |key: &'static str, priority| {
        let (world, order) = (world.clone(), Arc::clone(&order));
        let (entry, ask) = (world.entry(key, 1), Ask { priority, ..world.ask() });
        let loader = move |_| async move {
            order.lock().unwrap().push(key);
            sleep(SECOND).await;
            Ok(Made::Keep(entry))
        };
        tokio::spawn(async move {
            world.cache.load::<Text, (), Infallible, _, _>(key, ask, loader).await.is_ok()
        })
    };
    let mut tasks = vec![load("first", Priority::Reader)];
    until(|| order.lock().unwrap().len() == 1).await;
    for key in ["dull", "wanted"] {
        tasks.push(load(key, Priority::Background));
    }
    sleep(SECOND / 10).await;
    tasks.push(load("wanted", Priority::Reader));
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(*order.lock().unwrap(), ["first", "wanted", "dull"]);
    assert_eq!(began.elapsed().as_secs(), 3);
}
