//! Breaks in the history of a database: a number that is given twice means nothing any more.

use masthead::content_clock::{AsOf, ChangeLog as _, Epoch, Provenance, Standing, TagSet};
use masthead::db::{Database, Limits};

use super::fill::{Fill, set};
use super::instance::Instance;
use super::{fresh, settled};
use crate::support::{Engine, Hand, TestDatabase, on_both};

on_both!(
    a_restore_that_gives_numbers_again_is_a_new_epoch,
    two_instances_agree_on_the_new_epoch,
    a_pass_in_the_old_epoch_is_not_heard_in_the_new,
);

/// Sets the database back to a number, as a backup that is restored in place does.
async fn restore_to(hand: &mut Hand, seq: u64) {
    hand.execute(&format!(
        "delete from settings where key = 'lost';
         delete from change_log where seq > {seq} or seq is null;
         update content_clock set seq = {seq},
            mark = (select min(mark) from change_log where seq = {seq})"
    ))
    .await;
}

/// Whether an instance shows a value that was made at some moment.
fn shows(instance: &Instance, as_of: AsOf) -> bool {
    let value = Provenance::new(as_of, TagSet::of(["whatever"]));
    instance.clock.standing(&value) != Standing::Changed
}

async fn a_restore_that_gives_numbers_again_is_a_new_epoch(db: &TestDatabase) {
    // How many numbers are given again: fewer than were lost, as many, more.
    for again in [0, 1, 2, 3] {
        let here = Instance::of(db);
        let mut hand = db.hand().await;
        hand.execute(&set("title", "kept")).await;
        let kept = here.poll().await;
        for value in ["1", "2"] {
            hand.execute(&set("lost", value)).await;
            here.poll().await;
        }
        let lost = Fill::begin(&db.url).await.as_of;
        assert!(shows(&here, lost));
        restore_to(&mut hand, kept.seq).await;
        let there = Instance::of(db);
        for n in 0..again {
            hand.execute(&set("title", &n.to_string())).await;
            there.poll().await;
        }
        let begun = here.poll().await;
        assert_ne!(begun.epoch, kept.epoch, "{again} given again");
        assert_eq!(begun.seq, kept.seq + again);
        assert!(!shows(&here, lost), "it shows what is lost");
        hand.execute(&set("title", "later")).await;
        assert_eq!(here.poll().await, AsOf { seq: begun.seq + 1, ..begun }, "it goes on");
    }
}

async fn two_instances_agree_on_the_new_epoch(db: &TestDatabase) {
    let (one, two) = (Instance::of(db), Instance::of(db));
    let mut hand = db.hand().await;
    hand.execute(&set("lost", "1")).await;
    let lost = one.poll().await;
    two.poll().await;
    restore_to(&mut hand, lost.seq - 1).await;
    let (first, second) = tokio::join!(one.poll(), two.poll());
    let (first, second) = (first.max(one.poll().await), second.max(two.poll().await));
    assert_eq!(first.epoch, second.epoch);
    assert_ne!(first.epoch, lost.epoch);
}

async fn a_pass_in_the_old_epoch_is_not_heard_in_the_new(db: &TestDatabase) {
    let here = Instance::of(db);
    let mut hand = db.hand().await;
    here.poll().await;
    hand.execute(&set("title", "old")).await;
    let news = db.pass(fresh(1)).await.unwrap().news;
    let old = settled(db, 2).await.epoch;
    db.renew(old, Epoch(9)).await.unwrap();
    here.poll().await;
    let before = here.watermark();
    if let Some(news) = news {
        here.follower.hear(&news);
    }
    assert_eq!(here.watermark(), before);
    assert_eq!(before.epoch, Epoch(9));
}

/// SQLite cannot say what a crash took back, or that another file lies there now.
mod on_sqlite {
    use super::*;

    async fn start(url: &str, n: u64) -> (Database, AsOf) {
        let database = Database::connect(url, Limits::default()).await.unwrap();
        database.enter(fresh(n).epoch).await.unwrap();
        let as_of = settled(&database, n).await;
        (database, as_of)
    }

    #[tokio::test]
    async fn a_start_after_an_unclean_stop_is_a_new_epoch() {
        let db = TestDatabase::migrated(Engine::Sqlite).await;
        let (first, epoch) = start(&db.url, 1).await;
        first.leave().await.unwrap();
        first.close().await;
        let (second, same) = start(&db.url, 2).await;
        assert_eq!(same, epoch, "the first stopped in peace");
        second.close().await;
        let (third, new) = start(&db.url, 3).await;
        assert_eq!(new, AsOf { epoch: fresh(3).epoch, ..epoch }, "the second did not");
        third.leave().await.unwrap();
        third.close().await;
        let (last, same) = start(&db.url, 4).await;
        assert_eq!(same, new);
        last.close().await;
    }

    /// A file that somebody copied over the old one under a running server.
    #[tokio::test]
    async fn each_number_has_a_mark_of_its_own() {
        let db = TestDatabase::migrated(Engine::Sqlite).await;
        let mut hand = db.hand().await;
        for n in 0..10 {
            hand.execute(&set("title", &n.to_string())).await;
        }
        let marks = "select count(distinct mark) from change_log where mark is not null";
        assert_eq!(hand.number(marks).await, 10);
        let same = "select count(*) from content_clock c join change_log l on l.seq = c.seq
            and l.mark = c.mark";
        assert_eq!(hand.number(same).await, 1);
    }
}

/// PostgreSQL says where it is: the cluster, its timeline, the database, the table.
mod on_postgres {
    use super::*;

    /// Puts the clock somewhere else, as a promotion does.
    const MOVED: &str = "update content_clock set place = 'elsewhere'";

    #[tokio::test]
    async fn the_epoch_is_new_before_the_first_number_is() {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        let mut hand = db.hand().await;
        hand.execute(&set("title", "1")).await;
        let old = settled(&db, 1).await;
        hand.execute(MOVED).await;
        hand.execute(&set("title", "2")).await;
        let pass = db.pass(fresh(2)).await.unwrap();
        let new = AsOf { epoch: fresh(2).epoch, seq: old.seq + 1 };
        assert_eq!(pass.reading.as_of, new);
        assert_eq!(pass.news.unwrap().as_of, new, "nobody is told of it under the old one");
        assert_eq!(settled(&db, 3).await, new, "once");
    }

    #[tokio::test]
    async fn a_new_place_is_noticed_without_a_change() {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        let here = Instance::of(&db);
        let old = here.poll().await;
        db.hand().await.execute(MOVED).await;
        let new = here.poll().await;
        assert_ne!(new.epoch, old.epoch);
        assert_eq!(new.seq, old.seq);
        assert!(!shows(&here, old));
        assert_eq!(here.poll().await, new);
    }

    #[tokio::test]
    async fn many_that_notice_at_once_make_one_epoch() {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        db.hand().await.execute(MOVED).await;
        let (a, b, c) = tokio::join!(settled(&db, 1), settled(&db, 2), settled(&db, 3));
        assert!(a == b && b == c, "{a} {b} {c}");
    }

    #[tokio::test]
    async fn a_copy_of_a_database_is_another_place() {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        let original = settled(&db, 1).await;
        let name = db.url.rsplit('/').next().unwrap();
        db.close().await;
        let mut hand = Hand::connect(&db.url.replace(name, "postgres")).await;
        hand.execute(&format!("create database {name}_copy template {name}")).await;
        let url = format!("{}_copy", db.url);
        let copy = Database::connect(&url, Limits::default()).await.unwrap();
        assert_eq!(settled(&copy, 2).await, AsOf { epoch: fresh(2).epoch, ..original });
        copy.close().await;
        hand.execute(&format!("drop database {name}_copy")).await;
    }

    /// The functions that say where the clock stands are open to a role without privileges.
    #[tokio::test]
    async fn a_plain_role_can_read_the_place() {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        let mut hand = db.hand().await;
        hand.execute("create role plain; set role plain").await;
        assert_eq!(hand.texts("select content_clock_place()").await.len(), 1);
        hand.execute("reset role; drop role plain").await;
    }
}
