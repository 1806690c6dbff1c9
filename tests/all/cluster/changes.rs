//! A change, by whatever hand, is seen everywhere soon, and what was before is never seen again.

use std::time::{Duration, Instant};

use super::instances::edition;
use super::{Answer, Cluster, PATIENCE, SOON, until};
use crate::instance::published;
use crate::support::fixtures::NOON;

/// For so long everybody is asked after a change has been seen everywhere.
const AFTERWARDS: Duration = Duration::from_millis(700);
/// Varnish is told when no instance can give it the old page as a fresh one, and may show that for
/// two seconds while it fetches the new one.
const THROUGH_VARNISH: Duration = Duration::from_secs(8);

/// Reads everywhere until everybody shows an edition, and for a while after that. Nobody goes back.
/// Gives how long the instances took, and Varnish.
async fn watch(cluster: &Cluster, new: u64) -> (Duration, Duration) {
    let papers = cluster.papers();
    let begin = Instant::now();
    let mut seen_after = vec![None; papers.len()];
    let mut everywhere = None;
    while everywhere.is_none_or(|at: Instant| at.elapsed() < AFTERWARDS) {
        for (paper, seen_after) in papers.iter().zip(&mut seen_after) {
            let answer = cluster.reader.get(paper).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            if answer.edition() == new {
                seen_after.get_or_insert(begin.elapsed());
            } else {
                assert_eq!(*seen_after, None, "{paper} went back: {answer:?}");
            }
        }
        if seen_after.iter().all(Option::is_some) {
            everywhere.get_or_insert(Instant::now());
        }
        assert!(begin.elapsed() < PATIENCE, "edition {new} after {seen_after:?}");
    }
    let slowest = |seen: &[Option<Duration>]| seen.iter().flatten().max().copied();
    let instances = cluster.instances.len();
    let (of_instances, of_varnish) = seen_after.split_at(instances);
    (slowest(of_instances).unwrap(), slowest(of_varnish).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_seen_everywhere_soon_and_the_old_page_never_again() {
    let cluster = Cluster::behind_varnish().await;
    watch(&cluster, 1).await;
    let mut hand = cluster.hand().await;
    for number in 2..4 {
        hand.execute(&edition(number)).await;
        let (instances, varnish) = watch(&cluster, number).await;
        println!("by hand: {instances:?} at the instances, {varnish:?} through Varnish");
        assert!(instances < SOON, "{instances:?}");
        assert!(varnish < THROUGH_VARNISH, "{varnish:?}");
    }
    let service = cluster.service().await;
    let background = service.start().await.unwrap();
    let sql = "select id from posts where slug = 'paper'";
    let id = hand.texts(sql).await.remove(0).parse().unwrap();
    let mut revision = hand.number("select revision from posts where slug = 'paper'").await;
    for number in 4..6 {
        let draft = masthead::domain::post::Draft {
            slug: Some("paper".to_owned()),
            ..published(&format!("Edition {number}"), NOON)
        };
        let post = service.publishing.update(&id, revision, &draft).await.unwrap().value.post;
        revision = post.revision;
        let (instances, varnish) = watch(&cluster, number).await;
        println!("by the service: {instances:?} at the instances, {varnish:?} through Varnish");
        assert!(instances < SOON, "{instances:?}");
        assert!(varnish < THROUGH_VARNISH, "{varnish:?}");
    }
    background.stop().await;
    service.close().await;
    cluster.is_found_right().await;
}

/// A writer that dies between its commit and its stamp leaves the change to whoever polls next; so
/// does one whose instances are all gone.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_and_not_stamped_is_lost_by_nobody() {
    let mut cluster = Cluster::start().await;
    watch(&cluster, 1).await;
    for instance in &mut cluster.instances {
        instance.kill();
    }
    // Nobody lives who could stamp it.
    cluster.hand().await.execute(&edition(2)).await;
    let kept = cluster.redis.keys("masthead:response:").len();
    assert!(kept > 0, "Redis still has the old page");
    for number in 0..cluster.instances.len() {
        cluster.start_instance(number);
    }
    cluster.await_ready().await;
    for paper in cluster.papers() {
        let answer = cluster.reader.get(&paper).await;
        assert_eq!(answer.edition(), 2, "a cold instance believes nothing old: {answer:?}");
    }
}

/// Its first words are not the old ones in the voice of one who knows.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_slept_does_not_call_old_pages_fresh() {
    let cluster = Cluster::start().await;
    watch(&cluster, 1).await;
    let sleeper = &cluster.instances[2];
    let paper = format!("{}/paper/", sleeper.url);
    for number in 2..4 {
        sleeper.freeze();
        cluster.hand().await.execute(&edition(number)).await;
        let awake = cluster.papers()[0].clone();
        until("the others show it", async || cluster.reader.get(&awake).await.edition() == number)
            .await;
        // Longer than the fence allows.
        tokio::time::sleep(Duration::from_millis(2500)).await;
        // The question waits in its socket, and is the first thing that it sees.
        let asking = tokio::spawn({
            let (reader, paper) = (cluster.reader.clone(), paper.clone());
            async move { reader.get(&paper).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        sleeper.thaw();
        let check = |answer: &Answer| {
            assert!(answer.edition() == number || answer.is_stale(), "{answer:?}");
            assert!(answer.edition() == number || answer.lifetime() <= 2, "{answer:?}");
            answer.edition() == number
        };
        check(&asking.await.unwrap());
        let took = until("it wakes up", async || check(&cluster.reader.get(&paper).await)).await;
        println!("awake after {took:?}");
        assert!(took < SOON, "{took:?}");
    }
}
