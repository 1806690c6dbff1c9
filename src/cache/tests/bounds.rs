//! How much is kept, and what is not let in.

use super::*;

const BUDGET: u64 = 4 << 20;

fn small() -> World {
    World::with(&Settings { l1_bytes: BUDGET, negative_bytes: BUDGET / 8, ..Settings::default() })
}

#[tokio::test]
async fn the_budget_holds_whatever_is_kept() {
    let world = small();
    let text = "x".repeat(500);
    for key in 0..50_000 {
        world.cache.keep::<Text>(&key.to_string(), world.entry(&text, 1)).await;
        if key % 10_000 == 9_999 {
            let [Size { bytes, .. }, _] = world.cache.size();
            assert!((BUDGET * 95 / 100..=BUDGET * 105 / 100).contains(&bytes), "{bytes} bytes");
        }
    }
    let huge = world.entry(&"x".repeat(1 << 20), 1);
    world.cache.keep::<Text>("huge", huge).await;
    assert!(world.cache.near::<Text>("huge").is_none());
}

#[tokio::test]
async fn a_million_made_up_keys_add_no_entry_and_push_out_none() {
    let world = small();
    for _ in 0..2 {
        world.cache.keep::<MadeUp>("asked for twice", world.entry("one", 1)).await;
    }
    let hash = |key: usize| world.cache.0.l1.hash::<MadeUp>(&key.to_string());
    // All that a keep of a key seen once does, without the entry that it does not look at.
    assert!(!(0..1_000_000).any(|key| world.cache.0.doorkeeper.has_seen(hash(key))));
    for key in 0..10_000 {
        world.cache.keep::<MadeUp>(&format!("once {key}"), world.entry("one", 1)).await;
    }
    assert_eq!(world.cache.size().map(|size| size.entries), [1, 0]);
    assert!(world.cache.near::<MadeUp>("asked for twice").is_some());
}

#[tokio::test(start_paused = true)]
async fn two_who_wait_for_one_load_are_two_sights() {
    let world = small();
    let load = || async {
        let entry = world.entry("one", 1);
        let loader = |_| async move {
            sleep(SECOND).await;
            Ok(Made::Keep(entry))
        };
        world.cache.load::<MadeUp, (), Infallible, _, _>("a", world.ask(), loader).await.is_ok()
    };
    assert_eq!(tokio::join!(load(), load()), (true, true));
    assert!(world.cache.near::<MadeUp>("a").is_some());
}

#[tokio::test(start_paused = true)]
async fn what_has_a_place_keeps_it_when_it_is_loaded_anew() {
    let world = small();
    for _ in 0..2 {
        world.cache.keep::<MadeUp>("a", world.entry("old", 1)).await;
    }
    for hash in 0..200_000 {
        world.cache.0.doorkeeper.has_seen(hash);
    }
    world.change(2);
    let entry = world.entry("new", 2);
    let loader = |_| async { Ok(Made::Keep(entry)) };
    let answer = world.cache.load::<MadeUp, (), Infallible, _, _>("a", world.ask(), loader).await;
    assert_eq!(served(answer), ("new".to_owned(), Outcome::Miss));
    assert_eq!(world.cache.near::<MadeUp>("a").unwrap().entry.value, "new");
}

#[tokio::test]
async fn what_is_not_there_has_a_small_room_of_its_own() {
    let world = small();
    for page in 0..100 {
        world.cache.keep::<Text>(&format!("page {page}"), world.entry("a page", 1)).await;
    }
    for key in 0..20_000 {
        world.cache.keep::<Text>(&format!("none {key}"), world.entry("-", 1)).await;
    }
    let [pages, negative] = world.cache.size();
    assert_eq!(pages.entries, 100);
    assert!(negative.bytes <= BUDGET / 8 * 105 / 100);
    assert!(negative.entries > 100);
    // What comes into being is found, and what ceases to be is not.
    world.cache.keep::<Text>("page 1", world.entry("-", 2)).await;
    assert_eq!(world.cache.near::<Text>("page 1").unwrap().entry.value, "-");
    world.cache.keep::<Text>("page 1", world.entry("a page", 3)).await;
    assert_eq!(world.cache.near::<Text>("page 1").unwrap().entry.value, "a page");
}
