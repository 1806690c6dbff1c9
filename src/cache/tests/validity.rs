//! What is served, and what never is.

use super::*;

/// Starts a load that reads at `seq` and ends in a second.
async fn under_way(
    world: &World,
    text: &'static str,
    seq: u64,
) -> tokio::task::JoinHandle<(String, Outcome)> {
    let (before, there) = (world.loads(), world.clone());
    let task = tokio::spawn(async move { there.load(text, seq).await });
    until(|| world.loads() > before).await;
    task
}

#[tokio::test(start_paused = true)]
async fn what_was_read_before_a_change_and_stored_after_it_is_never_served() {
    let world = World::new();
    let leader = under_way(&world, "old", 1).await;
    let early = tokio::spawn({
        let world = world.clone();
        async move { world.load("early", 1).await }
    });
    sleep(SECOND / 10).await;
    world.change(2);
    // Who came before the change gets what any answer of that time would have said; who came after
    // it does not.
    let (late, as_late) = tokio::join!(world.load("new", 2), world.load("another", 2));
    assert_eq!(leader.await.unwrap(), ("old".to_owned(), Outcome::Miss));
    assert_eq!(early.await.unwrap(), ("old".to_owned(), Outcome::Collapsed));
    assert_eq!(late, ("new".to_owned(), Outcome::Miss));
    assert_eq!(as_late, ("new".to_owned(), Outcome::Collapsed));
    assert_eq!(world.load("newer", 2).await, ("new".to_owned(), Outcome::Hit));
    assert_eq!(world.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_older_store_does_not_replace_a_newer_one() {
    let world = World::new();
    for (key, second) in [("same epoch", 4), ("same moment", 5)] {
        world.cache.keep::<Text>(key, world.entry("new", 5)).await;
        let standing = world.cache.keep::<Text>(key, world.entry("old", second)).await;
        let kept = world.cache.near::<Text>(key).unwrap();
        let expected = if second < 5 { "new" } else { "old" };
        assert_eq!((standing.value.as_str(), kept.entry.value.as_str()), (expected, expected));
    }
    // Numbers of different epochs say nothing of each other: the present one stays.
    let mut foreign = world.entry("foreign", 9);
    foreign.provenance = Provenance::new(AsOf { epoch: Epoch(8), seq: 9 }, TagSet::of(["post:1"]));
    world.cache.keep::<Text>("same epoch", foreign).await;
    assert_eq!(world.cache.near::<Text>("same epoch").unwrap().entry.value, "new");
}

#[tokio::test(start_paused = true)]
async fn what_has_changed_is_served_only_on_an_error_and_marked() {
    let world = World::new();
    world.load("old", 1).await;
    world.change(2);
    let failed = world.fail(world.ask()).await;
    assert_eq!(served(failed), ("old".to_owned(), Outcome::Stale(Reason::Failed)));
    // Not to those who must see their own change.
    let ask = Ask { need: Some(at(2)), ..world.ask() };
    assert!(matches!(world.fail(ask).await, Err(LoadError::Loader(error)) if *error == "no"));
    // And not for ever.
    world.time.advance(661);
    assert!(world.fail(world.ask()).await.is_err());
    assert_eq!(world.load("new", 2).await, ("new".to_owned(), Outcome::Miss));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_covered_by_the_watermark_or_by_the_entry_itself() {
    let world = World::new();
    world.load("old", 1).await;
    let ask = |seq| Ask { need: Some(at(seq)), ..world.ask() };
    // Nobody told this instance of change 3 as yet.
    assert!(world.fail(ask(3)).await.is_err());
    // It was none of this entry's.
    world.clock.tags.advance(at(3));
    assert_eq!(served(world.fail(ask(3)).await).1, Outcome::Hit);
    // An entry that was loaded behind it counts before the news comes.
    world.cache.keep::<Text>("a", world.entry("new", 4)).await;
    assert_eq!(served(world.fail(ask(4)).await), ("new".to_owned(), Outcome::Hit));
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_while_it_is_loaded_is_not_kept() {
    let world = World::new();
    let leader = under_way(&world, "old", 1).await;
    world.cache.remove::<Text>("a").await;
    // Who asks from here on does not join that load either.
    let after = under_way(&world, "new", 1).await;
    assert_eq!(leader.await.unwrap().0, "old");
    assert_eq!(after.await.unwrap(), ("new".to_owned(), Outcome::Miss));
    assert_eq!(world.cache.near::<Text>("a").unwrap().entry.value, "new");
}

#[tokio::test(start_paused = true)]
async fn behind_the_fence_what_is_valid_is_served_as_stale() {
    let world = World::new();
    world.load("one", 1).await;
    let mut long = world.entry("one", 1);
    long.lifetime.fresh = 100_000 * SECOND;
    world.cache.keep::<Text>("a", long).await;
    world.time.advance(3601);
    assert!(world.cache.near::<Text>("a").unwrap().fenced);
    let stale = ("one".to_owned(), Outcome::Stale(Reason::Meanwhile));
    assert_eq!(world.load("two", 1).await, stale);
    assert_eq!(world.loads(), 1, "no refresh behind the fence");
}

/// The primary that was promoted answers, and this process has not heard of the new epoch yet: what it
/// has stays, and whoever loaded something is not given that.
#[tokio::test(start_paused = true)]
async fn what_is_loaded_in_a_new_epoch_goes_to_whoever_loaded_it() {
    let world = World::new();
    world.load("old", 1).await;
    let promoted = AsOf { epoch: Epoch(8), seq: 2 };
    let ask = Ask { need: Some(promoted), ..world.ask() };
    let mut new = world.entry("new", 2);
    new.provenance = Provenance::new(promoted, TagSet::of(["post:1"]));
    let load = |_| async { Ok(Made::Keep(new)) };
    let given = world.cache.load::<Text, (), Infallible, _, _>("a", ask, load).await;
    assert_eq!(served(given), ("new".to_owned(), Outcome::Miss));
    assert_eq!(world.cache.near::<Text>("a").unwrap().entry.value, "old");
}
