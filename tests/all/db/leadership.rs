//! Who leads: one of the instances on a PostgreSQL, and another as soon as that one is gone.

use std::time::{Duration, Instant};

use masthead::db::{Database, Leadership, Limits};

use crate::support::{Engine, Hand, TestDatabase};

/// An instance, as far as it takes part in leading.
struct Instance {
    db: Database,
    leadership: Leadership,
}

impl Instance {
    async fn on(database: &TestDatabase) -> Self {
        let limits = Limits { readers: 1, writers: 2, ..Limits::default() };
        let db = Database::connect(&database.url, limits).await.unwrap();
        Self { leadership: Leadership::among_others(db.clone()), db }
    }

    async fn leads(&self) -> bool {
        self.leadership.holds().await.unwrap_or(false)
    }

    /// Waits until it leads; gives how long that took.
    async fn takes_the_lead(&self) -> Duration {
        let began = Instant::now();
        while !self.leads().await {
            assert!(began.elapsed() < Duration::from_secs(30), "nobody leads");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        began.elapsed()
    }
}

/// Ends the connection that holds the lock, as it ends when a process is killed.
async fn kill_the_leader(hand: &mut Hand) {
    hand.execute(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' \
         and granted and database = (select oid from pg_database where datname = current_database())",
    )
    .await;
}

#[tokio::test]
async fn one_of_three_leads_until_it_is_gone() {
    let database = TestDatabase::migrated(Engine::Postgres).await;
    let instances = [(); 3].map(async |()| Instance::on(&database).await);
    let [a, b, c] = instances;
    let (a, b, c) = tokio::join!(a, b, c);
    assert!(a.leads().await);
    assert!(!b.leads().await && !c.leads().await && a.leads().await);
    // The leader writes on beside its lock.
    a.db.write().await.unwrap().commit().await.unwrap();

    kill_the_leader(&mut database.hand().await).await;
    let took = b.takes_the_lead().await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(!a.leads().await, "it has noticed");
    assert!(b.leads().await && !c.leads().await);

    b.leadership.resign().await;
    c.takes_the_lead().await;
    // An instance that ends leaves nothing behind.
    drop(c);
    a.takes_the_lead().await;
}

/// A process that is frozen cannot say that it goes.
#[tokio::test]
async fn a_leader_that_is_silent_is_not_one_for_ever() {
    let database = TestDatabase::migrated(Engine::Postgres).await;
    let (a, b) = (Instance::on(&database).await, Instance::on(&database).await);
    assert!(a.leads().await);
    assert!(!b.leads().await);
    let took = b.takes_the_lead().await;
    assert!(took > Duration::from_secs(10), "{took:?}");
    assert!(!a.leads().await, "it has noticed");
}

#[tokio::test]
async fn whoever_is_alone_leads() {
    assert!(Leadership::alone().holds().await.unwrap());
}
