//! What is to be done once in the cluster: scheduled publishing and purges, with several who could do
//! it, and one that dies on the way.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use masthead::cdn::{
    Batch, DatabaseLog, Limits, Outcome, Provider, PurgeError, Purger, Rate, TagHeader, Timing,
};
use masthead::clock::SystemClock;
use masthead::db::{self, Database, Leadership};
use masthead::entropy::SystemEntropy;

use super::until;
use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{Engine, TestDatabase};

const POSTS: usize = 40;

/// Three instances, and posts that are due.
async fn three_with_due_posts(database: &TestDatabase) -> Vec<Instance> {
    let mut instances = Vec::new();
    for _ in 0..3 {
        instances.push(Instance::on(database).await);
    }
    let first = &instances[0];
    first.add_author(&author("Ann")).await;
    for n in 0..POSTS {
        first.create(&published(&format!("Post {n}"), NOON)).await;
    }
    let mut hand = database.hand().await;
    hand.execute("update posts set status = 'scheduled', revision = 1").await;
    instances
}

/// Who comes second to a post finds it published, whatever the moment.
#[tokio::test]
async fn each_post_is_published_once_when_three_try_at_the_same_time() {
    let database = TestDatabase::migrated(Engine::Postgres).await;
    let instances = three_with_due_posts(&database).await;
    let [a, b, c] = [0, 1, 2].map(|n| instances[n].app.publishing.publish_due());
    let (a, b, c) = tokio::join!(a, b, c);
    assert_eq!(a.unwrap() + b.unwrap() + c.unwrap(), POSTS);
    let mut hand = database.hand().await;
    let once =
        "select cast(count(*) as bigint) from posts where status = 'published' and revision = 2";
    assert_eq!(hand.number(once).await, i64::try_from(POSTS).unwrap());
}

/// The one that leads does it; when it is gone in the middle of it, another does the rest.
#[tokio::test]
async fn what_a_leader_leaves_undone_the_next_one_does() {
    let database = TestDatabase::migrated(Engine::Postgres).await;
    let instances = three_with_due_posts(&database).await;
    let mut backgrounds = Vec::new();
    for instance in &instances {
        backgrounds.push(instance.app.start().await.unwrap());
    }
    let mut hand = database.hand().await;
    // Every connection of everybody breaks, in the middle of whatever it does.
    hand.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = current_database() and pid <> pg_backend_pid()",
    )
    .await;
    let left = "select cast(count(*) as bigint) from posts where status = 'scheduled'";
    until("all are published", async || hand.number(left).await == 0).await;
    let twice = "select cast(count(*) as bigint) from posts where revision <> 2";
    assert_eq!(hand.number(twice).await, 0);
    for background in backgrounds {
        background.stop().await;
    }
}

/// A CDN that notes what it is told. Its answer to the first call never comes.
#[derive(Debug, Default)]
struct Cdn {
    told: Mutex<Vec<BTreeSet<String>>>,
}

impl Cdn {
    fn tags(&self) -> Vec<BTreeSet<String>> {
        self.told.lock().unwrap().clone()
    }
}

impl Provider for Cdn {
    fn name(&self) -> &'static str {
        "test"
    }

    fn tag_header(&self) -> TagHeader {
        let name = http::HeaderName::from_static("surrogate-key");
        TagHeader { name, separator: ' ', max_bytes: 16_000, max_tags: 1000 }
    }

    fn limits(&self) -> Limits {
        let calls = Rate { burst: 1000, every: Duration::from_millis(1) };
        Limits { tags: 1000, bytes: 100_000, calls, tier_gap: None }
    }

    fn purge<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), PurgeError>> {
        Box::pin(async {
            let calls = {
                let mut told = self.told.lock().unwrap();
                told.push(batch.tags.iter().cloned().collect());
                told.len()
            };
            if calls == 1 { std::future::pending().await } else { Ok(()) }
        })
    }
}

fn purger(db: &Database, cdn: &Arc<Cdn>) -> Purger {
    let clock = Arc::new(SystemClock);
    let leadership = Arc::new(Leadership::among_others(db.clone()));
    let log = DatabaseLog::new(db.clone(), "test", leadership, clock.clone());
    let timing = Timing {
        fence: Duration::from_millis(10),
        settle: Duration::from_millis(200),
        calls: None,
    };
    Purger::new(cdn.clone(), Arc::new(log), timing, clock, Arc::new(SystemEntropy))
}

/// Between the call and the cursor nobody knows whether the CDN did it. So it is done again.
#[tokio::test]
async fn a_purge_whose_answer_was_lost_with_its_instance_is_repeated_by_the_next() {
    let database = TestDatabase::migrated(Engine::Postgres).await;
    let (one, two) = (Instance::on(&database).await, Instance::on(&database).await);
    let cdn = Arc::new(Cdn::default());
    one.app.stamper.settle().await.unwrap();
    let first = purger(&one.app.db, &cdn);
    let leading = tokio::spawn(async move {
        loop {
            first.step().await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    until("the first one has called", async || cdn.tags().len() == 1).await;

    let second = purger(&two.app.db, &cdn);
    assert_eq!(second.step().await, Outcome::Follows);
    assert_eq!(cdn.tags().len(), 1, "one calls");
    // It goes without a word: its connections break, and nothing of it runs on.
    leading.abort();
    let _ = leading.await;
    until("the second one is done", async || {
        second.step().await == Outcome::Done && second.settled().is_some()
    })
    .await;
    let told = cdn.tags();
    assert_eq!(told[0], told[1], "the same once more");

    // From here on each change is told of, and the cursor is where the clock is.
    let mut t = two.app.db.write().await.unwrap();
    db::users::save(&mut t, &author("Ann")).await.unwrap();
    t.commit().await.unwrap();
    let at = two.app.stamper.settle().await.unwrap();
    until("all rounds are over", async || {
        second.step().await;
        second.settled().is_some_and(|settled| settled.covers(at))
    })
    .await;
}
